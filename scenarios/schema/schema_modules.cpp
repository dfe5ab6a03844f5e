// The keys of [[module]]: a module's name, what it is based on, and each figure of optics/module_figures.hpp by its
// name there, written with its unit.

#include "optics/module_figures.hpp"
#include "scenarios/schema/schema.hpp"

namespace lightloom {

namespace {
KeyType type_of(const ModuleFigure &figure) {
  if (figure.set_word != nullptr)
    return figure.choices.empty() ? KeyType::text : KeyType::choice;
  if (figure.unit == "dB")
    return KeyType::decibel;
  if (figure.unit == "dBm")
    return KeyType::dBm;
  if (figure.unit == "W")
    return KeyType::watts;
  if (figure.unit == "m")
    return KeyType::metres;
  if (figure.unit == "C")
    return KeyType::celsius;
  if (figure.unit == "Gb/s")
    return KeyType::bit_rate;
  if (figure.unit == "ns")
    return KeyType::duration;
  return figure.unit == "1" && figure.high <= 64 && figure.high >= 1 ? KeyType::count : KeyType::ratio;
}

/// Base unit of a key's range over the figure's unit.
double range_factor(KeyType type) { return type == KeyType::bit_rate ? 1e9 : type == KeyType::duration ? 1e-9 : 1; }

/// Units that a plain number does not carry.
std::string unit_note(const ModuleFigure &figure, KeyType type) {
  return type == KeyType::ratio && figure.unit != "1" ? " [" + figure.unit + "]" : "";
}
} // namespace

std::vector<Key> module_schema() {
  std::vector<Key> keys = {
      {.path = "module.*.name",
       .type = KeyType::text,
       .description = "a row of the catalogue to change, or a new module that tiers can name"},
      {.path = "module.*.base",
       .type = KeyType::text,
       .fallback = "the row of its name",
       .description = "row or earlier [[module]] that gives what is left out; a new module without it says everything"},
      {.path = "module.*.source",
       .type = KeyType::text,
       .description = "where the figures are from: printed beside them"}};
  for (const ModuleFigure &figure : module_figures()) {
    if (figure.set_number == nullptr && figure.set_word == nullptr)
      continue;
    const KeyType type = type_of(figure);
    keys.push_back({.path = "module.*." + figure.key,
                    .type = type,
                    .fallback = "the base's",
                    .low = figure.low * range_factor(type),
                    .high = figure.high * range_factor(type),
                    .choices = figure.choices,
                    .description = figure.title + unit_note(figure, type)});
  }
  return keys;
}

} // namespace lightloom
