// The seal: a mark of eight characters and the digest of all bytes before it in sixteen.

#include "analysis/seal.hpp"

#include "sim/core/digest.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace lightloom {
namespace {

constexpr std::string_view mark = "LLMSEAL1";
constexpr std::size_t digits = 16;
constexpr std::size_t seal_size = mark.size() + digits;
constexpr std::size_t chunk_size = std::size_t{1} << 20; // a multiple of the digest's word

/// Folds whole words, the last one padded with zeros; chunks but the last must be multiples of eight bytes.
void fold(Digest &digest, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
    digest.fold(word);
  }
}

} // namespace

std::string seal_for(std::string_view bytes) {
  Digest digest;
  fold(digest, bytes);
  return std::string(mark) + to_hex(digest.value());
}

Seal check_seal(const std::string &path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file || std::fseek(file.get(), 0, SEEK_END) != 0)
    return Seal::none;
  const long size = std::ftell(file.get());
  if (size < static_cast<long>(seal_size))
    return Seal::none;
  std::array<char, seal_size> tail{};
  if (std::fseek(file.get(), size - static_cast<long>(seal_size), SEEK_SET) != 0 ||
      std::fread(tail.data(), 1, tail.size(), file.get()) != tail.size())
    return Seal::none;
  const std::string_view seal(tail.data(), tail.size());
  if (seal.substr(0, mark.size()) != mark)
    return Seal::none;
  std::rewind(file.get());
  Digest digest;
  std::vector<char> chunk(chunk_size);
  for (std::size_t left = static_cast<std::size_t>(size) - seal_size; left > 0;) {
    const std::size_t wanted = std::min(left, chunk.size());
    if (std::fread(chunk.data(), 1, wanted, file.get()) != wanted)
      return Seal::broken;
    fold(digest, {chunk.data(), wanted});
    left -= wanted;
  }
  return seal.substr(mark.size()) == to_hex(digest.value()) ? Seal::intact : Seal::broken;
}

} // namespace lightloom
