#include "optics/bill.hpp"

#include "sim/core/error.hpp"

#include <map>

#include <fmt/format.h>

namespace lightloom {

OpticsBill optics_bill(const std::vector<LinkCount> &links, const ModuleCatalogue &modules) {
  std::map<std::string, std::int64_t> ends;
  for (const auto &count : links) {
    if (count.links < 0)
      throw Error(fmt::format("{} links of {}", count.links, count.module), "a count cannot be negative");
    ends[modules.named(count.module).name] += 2 * count.links;
  }
  OpticsBill bill;
  double bits_per_second = 0;
  for (const auto &module : modules.modules()) {
    const auto found = ends.find(module.name);
    if (found == ends.end() || found->second == 0)
      continue;
    const auto n = static_cast<double>(found->second);
    const auto rate = static_cast<double>(module.rate.bits_per_second);
    BillLine line{module.name, found->second, n * module.power_watts.typical,
                  n * module.price_usd_per_gbps.typical * rate * 1e-9};
    bill.modules += line.ends;
    bill.power_W += line.power_W;
    bill.cost_usd += line.cost_usd;
    bits_per_second += n * rate;
    bill.lines.push_back(std::move(line));
  }
  if (bits_per_second > 0) {
    bill.pj_per_bit = bill.power_W / bits_per_second * 1e12;
    bill.usd_per_gbps = bill.cost_usd / bits_per_second * 1e9;
  }
  return bill;
}

} // namespace lightloom
