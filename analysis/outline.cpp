// The outline of a results file, for people and for programs.

#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/sweep.hpp"
#include "analysis/table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>

namespace lightloom {
namespace {

/// The first line of a text, cut to what fits beside its name; the size of the whole when something was cut.
std::string first_line(const std::string &text) {
  constexpr std::size_t most = 72;
  std::size_t end = std::min(text.find('\n'), text.size());
  if (end > most) {
    end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) // not inside a character of UTF-8
      --end;
  }
  return end == text.size() ? text : fmt::format("{} … ({} bytes)", text.substr(0, end), text.size());
}

std::string value_text(const AttributeData &value) {
  return std::visit(
      [](const auto &held) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string>)
          return first_line(held);
        else
          return fmt::format("{}", held);
      },
      value);
}

std::string shape_text(const std::vector<std::uint64_t> &shape) {
  std::string text;
  for (const std::uint64_t extent : shape)
    text += (text.empty() ? "" : " × ") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

/// Of the runs of a sweep only the first is listed: the others have the same.
bool of_later_run(const std::string &path) {
  for (const char *group : {"/sweep/runs/", "/run/runs/"})
    if (const std::string start = group; path.starts_with(start) && !path.starts_with(start + "0/"))
      return true;
  return false;
}

} // namespace

std::string lacks_text(const std::string &who, const std::vector<std::string> &missing) {
  constexpr std::size_t most = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, missing.size()); ++i)
    list += (i > 0 ? ", " : "") + missing[i];
  if (missing.size() > most)
    list += fmt::format(" and {} more", missing.size() - most);
  return fmt::format("{} lacks {} of the datasets that this version writes: {}.", who, missing.size(), list);
}

FileOutline outline(const std::string &path) {
  const Document document = load_document(path, false);
  FileOutline outline;
  for (const Attribute &attribute : document.attributes)
    outline.attributes.push_back(
        {(attribute.group == "/" ? "" : attribute.group) + "/" + attribute.name, value_text(attribute.value)});
  for (const Dataset &dataset : document.datasets)
    outline.datasets.push_back(
        {dataset.path, shape_text(dataset.shape), dataset.type, dataset.unit, dataset.description});
  if (!is_sweep(document) && !is_fleet(document))
    outline.missing = missing_datasets(document);
  return outline;
}

std::string to_text(const FileOutline &outline) {
  Table attributes({{"attribute", "", Table::Align::left}, {"value", "", Table::Align::left}});
  std::size_t left_out = 0;
  for (const AttributeOutline &attribute : outline.attributes)
    if (of_later_run(attribute.path))
      ++left_out;
    else
      attributes.add({attribute.path, attribute.value});
  Table datasets({{"dataset", "", Table::Align::left},
                  {"shape", "", Table::Align::right},
                  {"type", "", Table::Align::left},
                  {"unit", "", Table::Align::left},
                  {"description", "", Table::Align::left}});
  for (const DatasetOutline &dataset : outline.datasets)
    if (of_later_run(dataset.path))
      ++left_out;
    else
      datasets.add({dataset.path, dataset.shape, dataset.type, dataset.unit, dataset.description});
  std::string text = attributes.str() + "\n" + datasets.str();
  if (left_out > 0)
    text += fmt::format("\nThe other runs of /sweep/runs have the same: {} more, which --json lists.\n", left_out);
  if (!outline.missing.empty())
    text += "\n" + lacks_text("The file", outline.missing) + "\n";
  return text;
}

std::string to_json(const FileOutline &outline) {
  nlohmann::ordered_json object;
  object["attributes"] = nlohmann::ordered_json::object();
  for (const AttributeOutline &attribute : outline.attributes)
    object["attributes"][attribute.path] = attribute.value;
  object["datasets"] = nlohmann::ordered_json::array();
  for (const DatasetOutline &dataset : outline.datasets)
    object["datasets"].push_back({{"path", dataset.path},
                                  {"shape", dataset.shape},
                                  {"type", dataset.type},
                                  {"unit", dataset.unit},
                                  {"description", dataset.description}});
  object["missing"] = outline.missing;
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace lightloom
