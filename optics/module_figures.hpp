#pragma once
// The figures of a module as a table: what each is called as a key, what it means, its unit and range, how it is read
// and set, and which source it has. The catalogue's printing, its JSON, the keys of a scenario's [[module]] and the
// change of a row are this one table.

#include "optics/catalogue.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace lightloom {

/// Figures that share a source.
enum class FigureGroup : std::uint8_t { part, optics, interface, power, latency, price, failures };

/// When a module of no row needs this figure.
enum class FigureNeed : std::uint8_t { optional, always, fibre, copper };

/// One figure. A number has `number` and `set_number`, a word `word` and `set_word`; the others are null.
struct ModuleFigure {
  std::string key;   ///< "launch_oma": in [[module]] and in JSON, there with the unit behind it
  std::string title; ///< "launch power, least outer OMA per lane"
  std::string unit; ///< of the number: "dBm", "dB", "W", "ns", "m", "Gb/s", "C", "nm", "USD/Gbps", "FIT", "1/year", "1"
  FigureGroup group = FigureGroup::part;
  FigureNeed need = FigureNeed::optional;
  double low = 0, high = 0;                             ///< allowed, in `unit`
  std::vector<std::string> choices{};                   ///< of a word; empty: any
  std::optional<double> (*number)(const Module &) = {}; ///< nothing where the module does not have it
  void (*set_number)(Module &, double) = {};            ///< may move what goes with it
  std::string (*word)(const Module &) = {};
  void (*set_word)(Module &, const std::string &) = {};
  const Range *(*range)(const Module &) = {}; ///< of a number that has one
};

/// All figures, in the order in which a sheet lists them and changes are made.
std::span<const ModuleFigure> module_figures();

/// Source of a figure of this module.
Provenance provenance(const Module &module, const ModuleFigure &figure);

/// "standard, recalled: IEEE 802.3cm …", "estimate: …", "given: …".
std::string to_string(const Provenance &provenance);

/// A module that a scenario adds or changes.
struct ModuleChange {
  std::string name;
  std::string base;   ///< the row it starts from; "": the row of its own name, or none
  std::string source; ///< of the figures given; may be empty
  struct Figure {
    std::string key;                         ///< of module_figures()
    std::variant<double, std::string> value; ///< in the figure's unit
  };
  std::vector<Figure> figures;
};

/// The catalogue with this change: a row of that name is changed in its place, a new one comes last. Figures are set in
/// the order of the table, so that one given overrides what another one moves. Error: a base that there is none of
/// (`base = …`), figures missing for a module without a base (`NAME lacks …`), a module that contradicts itself.
ModuleCatalogue with_change(const ModuleCatalogue &catalogue, const ModuleChange &change);

/// How a price stands among modules: "low" up to 0.3 USD per Gb/s (copper), "medium" up to 1, "high" up to 2.5, else
/// "very high". The limits are this project's choice.
std::string price_class(const Module &module);

} // namespace lightloom
