// optics --claims: published claims beside our figures, under both bases of latency.

#include "analysis/table.hpp"
#include "optics/claims.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

const char *word(const Claim &claim, double figure) { return claim.confirmed(figure) ? "confirmed" : "refuted"; }

std::string verdict(const Claim &claim) {
  const std::string split = word(claim, claim.split), vendor = word(claim, claim.vendor);
  return split == vendor ? split : "split " + split + ", vendor " + vendor;
}
} // namespace

ExitCode optics_claims(const CommandLine &line) {
  const std::vector<Claim> claims = published_claims();
  if (line.json) {
    Json all = Json::array();
    for (const Claim &c : claims)
      all.push_back({{"claim", c.text},
                     {"source", c.source},
                     {"unit", c.unit},
                     {"low", c.low},
                     {"high", c.high},
                     {"split", c.split},
                     {"vendor", c.vendor},
                     {"confirmed_split", c.confirmed(c.split)},
                     {"confirmed_vendor", c.confirmed(c.vendor)},
                     {"computed", c.how}});
    print_result(Json({{"claims", all}}).dump(2) + "\n");
    return ExitCode::done;
  }
  Table t({{"claim", "", Align::left},
           {"holds within", "", Align::right},
           {"split", "", Align::right},
           {"vendor", "", Align::right},
           {"", "", Align::left},
           {"verdict", "", Align::left},
           {"computed", "", Align::left}});
  for (const Claim &c : claims)
    t.add({c.text, fmt::format("{:g} … {:g}", c.low, c.high), fmt::format("{:.3g}", c.split),
           fmt::format("{:.3g}", c.vendor), c.unit, verdict(c), c.how});
  print_result(t.str());
  return ExitCode::done;
}

} // namespace lightloom
