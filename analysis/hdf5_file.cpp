// Reads a stranger's HDF5 file. Sizes in it are claims: a dataset that claims more than the file could hold is refused
// before memory is asked for. Broken metadata is the library's to notice; whatever it notices becomes an Error.

#include "analysis/hdf5_file.hpp"

#include "analysis/hdf5_handle.hpp"
#include "analysis/seal.hpp"
#include "sim/core/error.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

namespace lightloom {
namespace {

/// Deflate shrinks at most 1032-fold; a repacked file may use it.
constexpr std::uint64_t most_compression = 1100;
constexpr const char *not_a_results_file = "is not a Lightloom results file";

[[noreturn]] void refuse(const std::string &file, const std::string &what, const std::string &why,
                         const std::string &suggestion = {}) {
  throw Error(Problem{{file}, what, why, suggestion});
}

[[noreturn]] void damaged(const std::string &file, const std::string &object) {
  refuse(file, object + " cannot be read", "the file is damaged or of a kind this version does not read",
         "Write it again.");
}

Hdf5Handle open_or_damaged(std::int64_t id, Hdf5Handle::Close close, const std::string &file,
                           const std::string &object) {
  if (id < 0)
    damaged(file, object);
  return {id, close};
}

/// How many values of this type a space holds; refused when the file could not hold them.
std::size_t checked_count(const std::string &file, const std::string &object, std::int64_t space,
                          std::uint64_t value_size, std::uint64_t file_size) {
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  if (points < 0 || value_size == 0 ||
      static_cast<std::uint64_t>(points) > std::max<std::uint64_t>(1, file_size) * most_compression / value_size)
    damaged(file, object);
  return static_cast<std::size_t>(points);
}

/// A file being read: its name and size for messages and checks.
struct Source {
  std::string file;
  std::uint64_t size = 0;
};

/// Reads values of a dataset or an attribute: read(memory_type, buffer) calls H5Dread or H5Aread.
template <class Read>
std::vector<std::string> read_texts(const Source &source, const std::string &object, std::int64_t type,
                                    std::int64_t space, Read read) {
  if (H5Tis_variable_str(type) > 0) {
    const std::size_t count = checked_count(source.file, object, space, sizeof(char *), source.size);
    std::vector<char *> pointers(count, nullptr);
    if (count > 0 && read(type, static_cast<void *>(pointers.data())) < 0)
      damaged(source.file, object);
    std::vector<std::string> texts;
    for (const char *text : pointers)
      texts.emplace_back(text ? text : "");
    if (count > 0)
      H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void *>(pointers.data()));
    return texts;
  }
  const std::size_t width = H5Tget_size(type);
  const std::size_t count = checked_count(source.file, object, space, width, source.size);
  std::string padded(width * count, '\0');
  if (count > 0 && read(type, static_cast<void *>(padded.data())) < 0)
    damaged(source.file, object);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = padded.substr(i * width, width);
    texts.push_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

template <class Value, class Read>
std::vector<Value> read_numbers(const Source &source, const std::string &object, std::int64_t type, std::int64_t space,
                                std::int64_t memory_type, Read read) {
  const std::uint64_t stored = std::max<std::uint64_t>(1, H5Tget_size(type));
  std::vector<Value> values(checked_count(source.file, object, space, stored, source.size));
  if (!values.empty() && read(memory_type, static_cast<void *>(values.data())) < 0)
    damaged(source.file, object);
  return values;
}

template <class Read>
ColumnData read_values(const Source &source, const std::string &object, std::int64_t type, std::int64_t space,
                       Read read) {
  switch (H5Tget_class(type)) {
  case H5T_STRING:
    return read_texts(source, object, type, space, read);
  case H5T_FLOAT:
    return read_numbers<double>(source, object, type, space, H5T_NATIVE_DOUBLE, read);
  case H5T_INTEGER:
    if (H5Tget_sign(type) == H5T_SGN_NONE)
      return read_numbers<std::uint64_t>(source, object, type, space, H5T_NATIVE_UINT64, read);
    return read_numbers<std::int64_t>(source, object, type, space, H5T_NATIVE_INT64, read);
  default:
    return {}; // somebody's addition; where we need the values, from_document misses them
  }
}

std::string type_name(std::int64_t type) {
  const std::string bits = std::to_string(8 * H5Tget_size(type));
  switch (H5Tget_class(type)) {
  case H5T_STRING:
    return "string";
  case H5T_FLOAT:
    return "float" + bits;
  case H5T_INTEGER:
    return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
  default:
    return "other";
  }
}

/// The attribute of this name; it must be one value of a type we know.
AttributeData read_attribute(const Source &source, std::int64_t object, const std::string &name) {
  const std::string label = "attribute " + name;
  const Hdf5Handle attribute =
      open_or_damaged(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, source.file, label);
  const Hdf5Handle type = open_or_damaged(H5Aget_type(attribute.id()), H5Tclose, source.file, label);
  const Hdf5Handle space = open_or_damaged(H5Aget_space(attribute.id()), H5Sclose, source.file, label);
  const ColumnData values =
      read_values(source, label, type.id(), space.id(),
                  [&](std::int64_t memory_type, void *buffer) { return H5Aread(attribute.id(), memory_type, buffer); });
  return std::visit(
      [&](const auto &list) -> AttributeData {
        if (list.size() != 1)
          damaged(source.file, label);
        return list.front();
      },
      values);
}

std::vector<std::string> attribute_names(std::int64_t object) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char *name, const H5A_info_t *, void *list) -> herr_t {
    static_cast<std::vector<std::string> *>(list)->emplace_back(name);
    return 0;
  };
  hsize_t position = 0;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, collect, &names);
  return names;
}

/// False for arrays and compounds, which others may add and we pass over.
bool is_single_value(std::int64_t object, const std::string &name) {
  const Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const H5T_class_t kind = H5Tget_class(type.id());
  return (kind == H5T_STRING || kind == H5T_FLOAT || kind == H5T_INTEGER) &&
         H5Sget_simple_extent_npoints(space.id()) == 1;
}

std::string text_attribute(const Source &source, std::int64_t object, const char *name) {
  if (H5Aexists(object, name) <= 0 || !is_single_value(object, name))
    return {};
  const AttributeData value = read_attribute(source, object, name);
  const auto *text = std::get_if<std::string>(&value);
  return text ? *text : std::string();
}

Dataset read_dataset(const Source &source, std::int64_t file, const std::string &path, bool with_data) {
  const Hdf5Handle set = open_or_damaged(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, source.file, path);
  const Hdf5Handle type = open_or_damaged(H5Dget_type(set.id()), H5Tclose, source.file, path);
  const Hdf5Handle space = open_or_damaged(H5Dget_space(set.id()), H5Sclose, source.file, path);
  Dataset dataset;
  dataset.path = path;
  dataset.unit = text_attribute(source, set.id(), "unit");
  dataset.description = text_attribute(source, set.id(), "description");
  dataset.type = type_name(type.id());
  std::array<hsize_t, H5S_MAX_RANK> shape{};
  const int rank = H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr);
  if (rank < 0)
    damaged(source.file, path);
  dataset.shape.assign(shape.begin(), shape.begin() + rank);
  if (with_data)
    dataset.data = read_values(source, path, type.id(), space.id(), [&](std::int64_t memory_type, void *buffer) {
      return H5Dread(set.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
    });
  return dataset;
}

/// Names of all objects below the root: groups and datasets.
struct Objects {
  std::vector<std::string> groups{"/"};
  std::vector<std::string> datasets;
};

Objects list_objects(const Source &source, std::int64_t file) {
  Objects objects;
  const auto collect = [](hid_t, const char *name, const H5O_info_t *info, void *list) -> herr_t {
    auto &found = *static_cast<Objects *>(list);
    const std::string path = std::string("/") + name;
    if (path == "/.")
      return 0;
    (info->type == H5O_TYPE_DATASET ? found.datasets : found.groups).push_back(path);
    return 0;
  };
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, collect, &objects, H5O_INFO_BASIC) < 0)
    damaged(source.file, "the list of datasets");
  return objects;
}

void check_identity(const Source &source, std::int64_t file) {
  if (H5Aexists(file, "lightloom_version") <= 0 || H5Aexists(file, "schema_version") <= 0)
    refuse(source.file, not_a_results_file, "it is HDF5, but has no attribute lightloom_version or schema_version");
  const AttributeData version = read_attribute(source, file, "schema_version");
  const auto *number = std::get_if<std::int64_t>(&version);
  if (!number)
    refuse(source.file, not_a_results_file, "its schema_version is not an integer");
  if (*number > schema_version)
    refuse(source.file, "schema_version = " + std::to_string(*number),
           "this version reads up to " + std::to_string(schema_version), "Use a newer Lightloom.");
}

Document load(const Source &source, bool with_data) {
  const Hdf5Session session;
  const Hdf5Handle access = open_or_damaged(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, source.file, "the file");
  // Files are replaced whole, never changed in place; and not every file system has locks.
  H5Pset_file_locking(access.id(), false, true);
  const Hdf5Handle file(H5Fopen(source.file.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (!file.valid())
    refuse(source.file, "is cut short or damaged", "it begins as HDF5, but the library cannot open it",
           "Write it again.");
  check_identity(source, file.id());
  const Objects objects = list_objects(source, file.id());
  Document document;
  for (const std::string &path : objects.groups) {
    const Hdf5Handle group =
        open_or_damaged(H5Oopen(file.id(), path.c_str(), H5P_DEFAULT), H5Oclose, source.file, path);
    for (const std::string &name : attribute_names(group.id()))
      if (is_single_value(group.id(), name))
        document.attributes.push_back({path, name, read_attribute(source, group.id(), name)});
  }
  for (const std::string &path : objects.datasets)
    document.datasets.push_back(read_dataset(source, file.id(), path, with_data));
  return document;
}

} // namespace

bool is_hdf5(const std::string &path) {
  const auto cannot = [&](const std::string &why, const std::string &suggestion) {
    throw Error(Problem{{path}, "cannot be opened", why, suggestion}, ExitCode::system);
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    cannot("it is a folder", "Name a file.");
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    const std::string why = std::system_category().message(errno);
    const bool interrupted = std::filesystem::exists(path + ".part", ignored);
    cannot(why, interrupted ? "An unfinished run left " + path + ".part, which can be read too." : std::string());
  }
  constexpr std::array<unsigned char, 8> signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  std::array<unsigned char, 8> head{};
  return std::fread(head.data(), 1, head.size(), file.get()) == head.size() && head == signature;
}

Document load_document(const std::string &path, bool with_data) {
  if (!is_hdf5(path))
    refuse(path, not_a_results_file, "it is not HDF5", "Name a file that lightloom run -o wrote.");
  if (check_seal(path) == Seal::broken)
    refuse(path, "is damaged", "its bytes do not match the checksum they were written with", "Write it again.");
  std::error_code failed;
  const Source source{path, std::filesystem::file_size(path, failed)};
  try {
    return load(source, with_data);
  } catch (const std::bad_alloc &) {
    throw Error(Problem{{path}, "does not fit into memory", "it claims more data than there is memory", {}},
                ExitCode::system);
  }
}

} // namespace lightloom
