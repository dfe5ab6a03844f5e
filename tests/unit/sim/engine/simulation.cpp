// The executors on toy entities: rings of entities that pass tokens with delays of their own.

#include "sim/engine/simulation.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/engine/channel.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <memory>
#include <vector>

using namespace lightloom;

namespace {

struct Token {
  SimTime time{};
  std::uint64_t value = 0;
};
SimTime time_of(const Token &token) { return token.time; }

/// Passes each token on to one of its neighbours, chosen by the token's value, as long as it lives.
struct Player final : Entity {
  struct Outgoing {
    Sender<Token> sender;
    Duration delay{};
  };
  std::vector<std::unique_ptr<Outgoing>> out;
  std::vector<std::unique_ptr<Receiver<Token>>> in;
  std::vector<Token> own; ///< to begin with, latest first
  std::uint64_t handled = 0;
  Digest seen;

  SimTime advance(SimTime until) override {
    for (;;) {
      Receiver<Token> *from = nullptr; // ties: the lowest channel
      SimTime earliest = own.empty() ? never : own.back().time;
      for (auto &channel : in)
        if (const Token *token = channel->front(); token != nullptr && token->time < earliest) {
          earliest = token->time;
          from = channel.get();
        }
      if (earliest >= until) {
        for (auto &o : out)
          o->sender.publish();
        for (auto &channel : in)
          channel->release();
        return earliest;
      }
      const Token token = from == nullptr ? own.back() : *from->front();
      from == nullptr ? own.pop_back() : from->pop();
      handle(token);
    }
  }
  std::uint64_t digest() const override { return seen.value(); }

private:
  void handle(const Token &token) {
    ++handled;
    seen.fold(static_cast<std::uint64_t>(picoseconds(token.time)) ^ token.value << 40);
    if (token.value % 1000 == 0 || out.empty())
      return;
    Outgoing &o = *out[token.value % out.size()];
    o.sender.push_sorted({token.time + o.delay, token.value - 1});
  }
};

struct Game {
  std::unique_ptr<Simulation> simulation;
  std::vector<std::unique_ptr<Player>> players;

  void wire(std::size_t from, std::size_t to, Duration delay) {
    players[from]->out.push_back(std::make_unique<Player::Outgoing>());
    players[from]->out.back()->delay = delay;
    players[to]->in.push_back(std::make_unique<Receiver<Token>>());
    players[to]->in.back()->connect(players[from]->out.back()->sender, *players[to]);
    simulation->link(*players[from], *players[to], delay);
  }
  std::uint64_t handled() const {
    std::uint64_t sum = 0;
    for (const auto &player : players)
      sum += player->handled;
    return sum;
  }
};

constexpr std::uint32_t players = 12;

/// A ring with random chords and delays of 1 ps … 1 ns; every player starts with a few tokens that live 999 hops.
Game make_game(std::uint64_t seed, std::uint32_t processes) {
  RandomStream random(seed, Purpose::test, 0);
  RandomStream grouping(seed, Purpose::test, 1); // of its own: another grouping is the same game
  Game game;
  game.simulation = std::make_unique<Simulation>(players);
  for (std::uint32_t i = 0; i < players; ++i) {
    game.players.push_back(std::make_unique<Player>());
    game.simulation->add(*game.players.back(), static_cast<std::uint32_t>(grouping.below(processes)));
  }
  const bool equal = seed % 3 == 0; // every delay the same: ties everywhere
  for (std::uint32_t i = 0; i < players; ++i) {
    game.wire(i, (i + 1) % players, Duration(equal ? 100 : 1 + static_cast<std::int64_t>(random.below(1000))));
    game.wire(i, random.below(players), Duration(equal ? 100 : 1 + static_cast<std::int64_t>(random.below(1000))));
  }
  for (std::uint64_t t = 0; t < 2 * players; ++t)
    game.players[t % players]->own.insert(game.players[t % players]->own.begin(),
                                          Token{SimTime{} + Duration(t / players * 50), 999 + 1000 * t});
  return game;
}

constexpr std::uint64_t hops = 2 * players * 1000; // values 999 … 0 are handled

} // namespace

TEST_CASE("Toy entities have one digest for the sequential executor and for windows with any threads and grouping") {
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    CAPTURE(seed);
    Game right = make_game(seed, 1);
    right.simulation->run_sequentially();
    CHECK(right.handled() == hops);
    for (const std::uint32_t processes : {1u, 2u, 5u, 100u})
      for (const std::uint32_t threads : {1u, 2u, 4u}) {
        Game game = make_game(seed, processes);
        game.simulation->run_windows(threads);
        CHECK(game.handled() == hops);
        CHECK(game.simulation->digest() == right.simulation->digest());
      }
  }
}

TEST_CASE("A delay of zero between entities is refused: an event would be its own cause") {
  Game game;
  game.simulation = std::make_unique<Simulation>(2);
  for (int i = 0; i < 2; ++i) {
    game.players.push_back(std::make_unique<Player>());
    game.simulation->add(*game.players.back(), 0);
  }
  CHECK_THROWS_AS(game.simulation->link(*game.players[0], *game.players[1], Duration(0)), Error);
  CHECK_THROWS_AS(game.simulation->link(*game.players[0], *game.players[1], Duration(-5)), Error);
  game.simulation->link(*game.players[0], *game.players[1], Duration(1));
}

TEST_CASE("A broken contract says by which entity and before which time, with either executor") {
  struct Broken final : Entity {
    SimTime advance(SimTime until) override {
      if (until > at_picoseconds(5000))
        throw BrokenContract("broken invariant: law");
      return at_picoseconds(5000);
    }
    std::uint64_t digest() const override { return 0; }
  };
  const auto message = [](const auto &run) -> std::string {
    Simulation simulation(2);
    Broken first, second;
    simulation.add(first, 0);
    simulation.add(second, 1);
    simulation.link(first, second, 1ns);
    try {
      run(simulation);
    } catch (const BrokenContract &broken) {
      return broken.what();
    }
    return "";
  };
  CHECK(message([](Simulation &s) { s.run_sequentially(); }) == "broken invariant: law (entity 0, before 5.001 ns)");
  CHECK(message([](Simulation &s) { s.run_windows(1); }) == "broken invariant: law (entity 0, before 6 ns)");
}

TEST_CASE("The lookahead is the least delay between logical processes, and names its pair") {
  Game game;
  game.simulation = std::make_unique<Simulation>(3);
  for (const std::uint32_t process : {0u, 0u, 1u}) {
    game.players.push_back(std::make_unique<Player>());
    game.simulation->add(*game.players.back(), process);
  }
  game.wire(0, 1, 5ns); // inside a process: does not count
  game.wire(1, 2, 70ns);
  game.wire(2, 0, 60ns);
  const Lookahead lookahead = game.simulation->lookahead();
  CHECK(lookahead.duration == 60ns);
  CHECK(lookahead.from == EntityId(2));
  CHECK(lookahead.to == EntityId(0));
}

TEST_CASE("A window is never longer than 1 ms, however long the delays, so that times inside it fit 32 bits") {
  Game game;
  game.simulation = std::make_unique<Simulation>(2);
  for (const std::uint32_t process : {0u, 1u}) {
    game.players.push_back(std::make_unique<Player>());
    game.simulation->add(*game.players.back(), process);
  }
  game.wire(0, 1, 1s);
  CHECK(game.simulation->lookahead().duration == longest_window);
  CHECK(longest_window == Duration(1ms));
}

TEST_CASE("Idle time is skipped: windows follow events, not the clock") {
  Game game;
  game.simulation = std::make_unique<Simulation>(2);
  for (const std::uint32_t process : {0u, 1u}) {
    game.players.push_back(std::make_unique<Player>());
    game.simulation->add(*game.players.back(), process);
  }
  game.wire(0, 1, 10ns);
  game.wire(1, 0, 10ns);
  for (std::int64_t i = 0; i < 5; ++i) // five tokens a second apart that die at once
    game.players[0]->own.push_back({SimTime{} + Duration(1s) * (5 - i), 0});
  const ExecutionStatistics statistics = game.simulation->run_windows(1);
  CHECK(game.handled() == 5);
  CHECK(statistics.windows <= 6); // one at time 0, where everyone is asked, and one for each token
  CHECK(statistics.last == SimTime{} + 5s);
}

TEST_CASE("A watcher that says no stops the run, and the statistics say so") {
  Game game = make_game(4, 12);
  const ExecutionStatistics statistics = game.simulation->run_sequentially([](SimTime) { return false; });
  CHECK(statistics.stopped);
  CHECK(game.handled() < hops);
}
