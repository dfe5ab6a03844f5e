#include "optics/catalogue.hpp"

#include "sim/core/parse_quantity.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

extern const std::string_view builtin_modules_csv; // made by CMake from modules.csv

namespace {

constexpr std::array kinds{
    std::pair("dac", ModuleKind::dac), std::pair("acc", ModuleKind::acc), std::pair("aec", ModuleKind::aec),
    std::pair("aoc", ModuleKind::aoc), std::pair("dsp", ModuleKind::dsp), std::pair("lpo", ModuleKind::lpo),
    std::pair("lro", ModuleKind::lro), std::pair("cpo", ModuleKind::cpo), std::pair("coherent", ModuleKind::coherent)};

/// "Try 800G-DR8 (800 Gb/s, 500 m)." or what the catalogue's best can do.
std::string suggestion_for(const ModuleCatalogue &catalogue, BitRate rate, Metres length) {
  if (const Module *other = catalogue.suggest(rate, length))
    return fmt::format("Try {} ({}, {}).", other->name, format_bit_rate(other->rate), format_length(other->reach));
  const Module *fastest = nullptr;
  const Module *longest = nullptr; // that is fast enough
  for (const auto &m : catalogue.modules()) {
    if (!fastest || m.rate > fastest->rate)
      fastest = &m;
    if (m.rate >= rate && (!longest || m.reach > longest->reach))
      longest = &m;
  }
  if (longest)
    return fmt::format("The longest reach at this rate is {} ({}).", longest->name, format_length(longest->reach));
  return fmt::format("The fastest module is {} ({}).", fastest->name, format_bit_rate(fastest->rate));
}

/// The rows of the program as a catalogue that does not own them.
const ModuleCatalogue &builtin() {
  static const ModuleCatalogue catalogue;
  return catalogue;
}

} // namespace

bool Module::is_cable() const {
  return kind == ModuleKind::dac || kind == ModuleKind::acc || kind == ModuleKind::aec || kind == ModuleKind::aoc;
}

bool Module::has_optical_budget() const {
  return launch_oma && launch_oma_minus_tdecq && effective_sensitivity && channel_loss_budget && mpi_allowance;
}

const std::vector<Module> &module_catalogue() {
  static const std::vector<Module> catalogue = parse_module_catalogue(builtin_modules_csv);
  return catalogue;
}

ModuleCatalogue::ModuleCatalogue() : modules_(std::shared_ptr<void>(), &module_catalogue()) {}

ModuleCatalogue::ModuleCatalogue(std::vector<Module> modules)
    : modules_(std::make_shared<const std::vector<Module>>(std::move(modules))) {}

const Module *ModuleCatalogue::find(std::string_view name) const {
  for (const auto &m : modules())
    if (m.name == name)
      return &m;
  return nullptr;
}

const Module &ModuleCatalogue::named(const std::string &name) const {
  if (const Module *m = find(name))
    return *m;
  const auto nearest = nearest_word(name, names());
  throw Error(fmt::format("module \"{}\"", name), "not in the catalogue",
              nearest.empty() ? "`lightloom optics --catalogue` lists the modules." : fmt::format("Try {}.", nearest));
}

std::vector<std::string> ModuleCatalogue::names() const {
  std::vector<std::string> names;
  for (const auto &m : modules())
    names.push_back(m.name);
  return names;
}

const Module *ModuleCatalogue::suggest(BitRate rate, Metres length) const {
  const Module *best = nullptr;
  const auto need = [](const Module &m) { return std::pair(m.rate, m.reach); };
  for (const auto &m : modules())
    if (m.rate >= rate && m.reach >= length && (!best || need(m) < need(*best)))
      best = &m;
  return best;
}

std::optional<Problem> ModuleCatalogue::check_fits(const Module &module, BitRate rate, Metres length) const {
  if (!(length.value > 0))
    return Problem{{}, fmt::format("length = {:.4g} m", length.value), "must be above 0", "Try \"50m\"."};
  std::string why;
  if (module.rate < rate)
    why = fmt::format("it carries {}", format_bit_rate(module.rate));
  if (module.reach < length)
    why += fmt::format("{} {}", why.empty() ? "it reaches" : " and reaches", format_length(module.reach));
  if (why.empty())
    return std::nullopt;
  auto what =
      fmt::format("module {} on a link of {} and {}", module.name, format_bit_rate(rate), format_length(length));
  return Problem{{}, std::move(what), std::move(why), suggestion_for(*this, rate, length)};
}

const Module *find_module(std::string_view name) { return builtin().find(name); }
const Module &module_named(const std::string &name) { return builtin().named(name); }
std::vector<std::string> module_names() { return builtin().names(); }
const Module *suggest_module(BitRate rate, Metres length) { return builtin().suggest(rate, length); }
std::optional<Problem> check_fits(const Module &module, BitRate rate, Metres length) {
  return builtin().check_fits(module, rate, length);
}

std::string format_length(Metres length) {
  return length.value >= 1000 ? fmt::format("{:.4g} km", length.value / 1000) : fmt::format("{:.4g} m", length.value);
}

std::string to_string(SourceTag tag) {
  switch (tag) {
  case SourceTag::read_in_source:
    return "read in the source named";
  case SourceTag::known:
    return "recalled from the standard or paper named";
  case SourceTag::estimate:
    return "engineering estimate";
  case SourceTag::given:
    return "given by the scenario";
  case SourceTag::none:
    break;
  }
  return "not applicable";
}

std::string to_string(SourceMark mark) {
  static constexpr std::array names{"–", "standard", "datasheet", "paper", "report", "estimate", "given"};
  return names[static_cast<std::size_t>(mark)];
}

std::string to_string(ModuleKind kind) {
  for (const auto &[name, each] : kinds)
    if (each == kind)
      return name;
  return "";
}

std::optional<ModuleKind> parse_module_kind(std::string_view name) {
  for (const auto &[each, kind] : kinds)
    if (name == each)
      return kind;
  return std::nullopt;
}

std::vector<std::string> module_kind_names() {
  std::vector<std::string> names;
  for (const auto &[name, kind] : kinds)
    names.emplace_back(name);
  return names;
}

std::optional<Medium> parse_medium(std::string_view name) {
  if (name == "copper")
    return Medium::copper;
  if (name == "SMF")
    return Medium::single_mode;
  if (name == "MMF" || name == "MMF-OM3" || name == "MMF-OM4" || name == "MMF-OM5")
    return Medium::multimode;
  return std::nullopt;
}

} // namespace lightloom
