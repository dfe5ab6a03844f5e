// The file image through HDF5's core driver, and its way to the disk through plain system calls (see the header for
// why).

#include "analysis/hdf5_writer.hpp"

#include "analysis/atomic_file.hpp"
#include "analysis/document.hpp"
#include "analysis/hdf5_handle.hpp"
#include "analysis/seal.hpp"
#include "sim/core/contract.hpp"

#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace lightloom {
namespace {

/// A call that can fail only by a bug of ours or for want of memory: nothing here touches the disk.
template <class Result> Result must(Result result, const char *call) {
  if (result < 0)
    broken_contract("HDF5 call", call, __FILE__, __LINE__, "building a file image in memory failed");
  return result;
}

Hdf5Handle must(std::int64_t id, Hdf5Handle::Close close, const char *call) { return {must(id, call), close}; }

/// Texts of a fixed size, padded with zeros: the same bytes each time, and numpy arrays without object conversion.
Hdf5Handle fixed_text(std::size_t size) {
  Hdf5Handle type = must(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  must(H5Tset_size(type.id(), size), "H5Tset_size");
  must(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad");
  must(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  return type;
}

/// Texts of any size; what h5py reads as str. A scenario may exceed the 64 KiB of a fixed attribute.
Hdf5Handle variable_text() {
  Hdf5Handle type = must(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  must(H5Tset_size(type.id(), H5T_VARIABLE), "H5Tset_size");
  must(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  return type;
}

void write_attribute(std::int64_t object, const std::string &name, const AttributeData &value) {
  const Hdf5Handle scalar = must(H5Screate(H5S_SCALAR), H5Sclose, "H5Screate");
  const auto put = [&](std::int64_t file_type, std::int64_t memory_type, const void *data) {
    const Hdf5Handle attribute = must(
        H5Acreate2(object, name.c_str(), file_type, scalar.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "H5Acreate2");
    must(H5Awrite(attribute.id(), memory_type, data), "H5Awrite");
  };
  if (const auto *text = std::get_if<std::string>(&value)) {
    const Hdf5Handle type = variable_text();
    const char *characters = text->c_str();
    put(type.id(), type.id(), static_cast<const void *>(&characters));
  } else if (const auto *real = std::get_if<double>(&value)) {
    put(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, real);
  } else if (const auto *whole = std::get_if<std::int64_t>(&value)) {
    put(H5T_STD_I64LE, H5T_NATIVE_INT64, whole);
  } else {
    put(H5T_STD_U64LE, H5T_NATIVE_UINT64, std::get_if<std::uint64_t>(&value));
  }
}

/// [step, gpu, cause] columns are mostly zeros: above 64 KiB they are stored deflated, a chunk per step and 4,096 GPUs.
void compress(std::int64_t properties, const Dataset &dataset) {
  constexpr std::uint64_t from_values = 8192, most_gpus = 4096;
  if (dataset.shape.size() != 3 || dataset.shape[0] * dataset.shape[1] * dataset.shape[2] < from_values)
    return;
  const std::array<hsize_t, 3> chunk{1, std::min(dataset.shape[1], most_gpus), dataset.shape[2]};
  must(H5Pset_chunk(properties, 3, chunk.data()), "H5Pset_chunk");
  must(H5Pset_shuffle(properties), "H5Pset_shuffle");
  must(H5Pset_deflate(properties, 4), "H5Pset_deflate");
}

/// One open file image; creates groups on the way and keeps times out of object headers.
class ImageBuilder {
public:
  ImageBuilder() {
    const Hdf5Handle access = must(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate");
    must(H5Pset_fapl_core(access.id(), std::size_t{1} << 20, false), "H5Pset_fapl_core");
    const Hdf5Handle creation = must(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "H5Pcreate");
    must(H5Pset_obj_track_times(creation.id(), false), "H5Pset_obj_track_times");
    file_ = must(H5Fcreate("lightloom-image", H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose, "H5Fcreate");
  }

  void add(const Attribute &attribute) { write_attribute(group(attribute.group), attribute.name, attribute.value); }

  void add(const Dataset &dataset) {
    const std::size_t slash = dataset.path.rfind('/');
    const std::int64_t parent = group(slash == 0 ? "/" : dataset.path.substr(0, slash));
    const std::vector<hsize_t> shape(dataset.shape.begin(), dataset.shape.end());
    const Hdf5Handle space = must(
        shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
        H5Sclose, "H5Screate");
    const Hdf5Handle properties = must(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "H5Pcreate");
    must(H5Pset_obj_track_times(properties.id(), false), "H5Pset_obj_track_times");
    compress(properties.id(), dataset);
    const auto put = [&](std::int64_t file_type, std::int64_t memory_type, const void *data) {
      const Hdf5Handle set = must(H5Dcreate2(parent, dataset.path.c_str() + slash + 1, file_type, space.id(),
                                             H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                                  H5Dclose, "H5Dcreate2");
      if (data)
        must(H5Dwrite(set.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "H5Dwrite");
      write_attribute(set.id(), "unit", dataset.unit);
      write_attribute(set.id(), "description", dataset.description);
    };
    if (const auto *texts = std::get_if<std::vector<std::string>>(&dataset.data)) {
      std::size_t width = 1;
      for (const std::string &text : *texts)
        width = std::max(width, text.size());
      std::string padded(width * texts->size(), '\0');
      for (std::size_t i = 0; i < texts->size(); ++i)
        (*texts)[i].copy(padded.data() + i * width, width);
      const Hdf5Handle type = fixed_text(width);
      put(type.id(), type.id(), padded.empty() ? nullptr : padded.data());
    } else if (const auto *reals = std::get_if<std::vector<double>>(&dataset.data)) {
      put(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, reals->data());
    } else if (const auto *wholes = std::get_if<std::vector<std::int64_t>>(&dataset.data)) {
      put(H5T_STD_I64LE, H5T_NATIVE_INT64, wholes->data());
    } else {
      put(H5T_STD_U64LE, H5T_NATIVE_UINT64, std::get_if<std::vector<std::uint64_t>>(&dataset.data)->data());
    }
  }

  std::string image() {
    groups_.clear();
    must(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "H5Fflush");
    const ssize_t size = must(H5Fget_file_image(file_.id(), nullptr, 0), "H5Fget_file_image");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    must(H5Fget_file_image(file_.id(), bytes.data(), bytes.size()), "H5Fget_file_image");
    return bytes;
  }

private:
  /// The group of this absolute path, made with its parents when it is new.
  std::int64_t group(const std::string &path) {
    if (path == "/")
      return file_.id();
    const auto found = groups_.find(path);
    if (found != groups_.end())
      return found->second.id();
    const std::size_t slash = path.rfind('/');
    const std::int64_t parent = group(slash == 0 ? "/" : path.substr(0, slash));
    const Hdf5Handle properties = must(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "H5Pcreate");
    must(H5Pset_obj_track_times(properties.id(), false), "H5Pset_obj_track_times");
    Hdf5Handle made = must(H5Gcreate2(parent, path.c_str() + slash + 1, H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                           H5Gclose, "H5Gcreate2");
    return groups_.emplace(path, std::move(made)).first->second.id();
  }

  Hdf5Handle file_;
  std::map<std::string, Hdf5Handle> groups_;
};

} // namespace

std::string hdf5_image(const RunResults &results) { return hdf5_image(to_document(results)); }

std::string hdf5_image(const Document &document) {
  const auto of_machine = [](const Attribute &a) { return a.group == "/run" || a.group.starts_with("/run/"); };
  const Hdf5Session session;
  ImageBuilder builder;
  for (const Attribute &attribute : document.attributes)
    if (!of_machine(attribute))
      builder.add(attribute);
  for (const Dataset &dataset : document.datasets)
    builder.add(dataset);
  // Last, so that their sizes (a host name's, say) move nothing before them.
  for (const Attribute &attribute : document.attributes)
    if (of_machine(attribute))
      builder.add(attribute);
  std::string image = builder.image();
  image += seal_for(image);
  return image;
}

ResultsWriter::ResultsWriter(std::string path, bool force, const RunResults &results) : path_(std::move(path)) {
  check_writable(path_, force);
  save(results);
}

void ResultsWriter::save(const RunResults &results) { replace_file(part_path(), hdf5_image(results)); }

void ResultsWriter::commit(const RunResults &results) {
  save(results);
  rename_file(part_path(), path_);
}

void ResultsWriter::discard() noexcept { ::unlink(part_path().c_str()); }

void write_results(const RunResults &results, const std::string &path, bool force) {
  ResultsWriter writer(path, force, results);
  rename_file(writer.part_path(), path);
}

} // namespace lightloom
