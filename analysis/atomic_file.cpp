// Temporary file, fsync, rename, fsync of the folder: the usual four steps, each checked.

#include "analysis/atomic_file.hpp"

#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_reader.hpp"
#include "sim/core/error.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lightloom {
namespace {

[[noreturn]] void system_error(const std::string &path, const std::string &what, int number,
                               const std::string &suggestion) {
  throw Error(Problem{{path}, what, std::system_category().message(number), suggestion}, ExitCode::system);
}

std::string suggestion_for(int number) {
  switch (number) {
  case ENOENT:
    return "Make the folder first.";
  case EACCES:
  case EPERM:
  case EROFS:
    return "Choose a folder you may write to.";
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return "Free some space or choose another disk.";
  default:
    return "Choose another place.";
  }
}

/// A file descriptor that closes itself.
class Descriptor {
public:
  Descriptor(const std::string &path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  int number() const { return number_; }
  /// Closes and says whether that worked (NFS reports a full disk here).
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
  int number_;
};

/// A rename is on the disk only once its folder is. Some file systems cannot sync folders, and that is no reason to
/// fail.
void sync_folder_of(const std::string &path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const Descriptor descriptor(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
  if (descriptor.number() >= 0)
    static_cast<void>(::fsync(descriptor.number()));
}

} // namespace

void rename_file(const std::string &from, const std::string &to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    system_error(to, "cannot be renamed from " + from, errno, "The results are in " + from + ".");
  sync_folder_of(to);
}

void replace_file(const std::string &path, const std::string &bytes) {
  const std::string fresh = path + ".new";
  const auto fail = [&](const std::string &what) {
    const int number = errno;
    ::unlink(fresh.c_str());
    const bool kept = ::access(path.c_str(), F_OK) == 0;
    system_error(path, what, number,
                 suggestion_for(number) + (kept ? " What was saved before is in " + path + "." : std::string()));
  };
  Descriptor descriptor(fresh, O_WRONLY | O_CREAT | O_TRUNC);
  if (descriptor.number() < 0)
    fail("cannot be created");
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(descriptor.number(), bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail("cannot be written");
    done += static_cast<std::size_t>(written);
  }
  if (::fsync(descriptor.number()) != 0 || !descriptor.close())
    fail("cannot be written");
  rename_file(fresh, path);
}

void check_writable(const std::string &path, bool force) {
  if (path.empty())
    throw Error("the name of the results file is empty", "it must name a file", "Try -o results.h5.");
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode))
      throw Error(Problem{{path}, "cannot be written", "it is not a regular file", "Choose another name."},
                  ExitCode::system);
    if (!force)
      throw Error(Problem{
          {path}, "exists already", "results are not overwritten unasked", "Add --force or choose another name."});
  }
  for (const std::string &old : {path, path + ".part"})
    if (::stat(old.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 && !is_hdf5(old))
      throw Error(Problem{{old},
                          "is not replaced",
                          "it exists and is not HDF5, so no run wrote it",
                          "Choose another name, or remove it first."});
  const std::string probe = path + ".part.new";
  Descriptor descriptor(probe, O_WRONLY | O_CREAT | O_TRUNC);
  if (descriptor.number() < 0)
    system_error(path, "cannot be written", errno, suggestion_for(errno));
  descriptor.close();
  ::unlink(probe.c_str());
}

} // namespace lightloom
