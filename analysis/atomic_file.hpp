#pragma once
// Files that are whole at any moment: written beside, synced, renamed into place. Plain system calls, so that a full
// disk is an errno. Leaves out: locks. Two programs that write the same name at once overwrite each other, but each
// file is still whole.

#include <string>

namespace lightloom {

/// Before a run: can this results file be written? Error (bad_input) when it exists and `force` is not given, or when
/// it or its `.part` is something other than HDF5 (a scenario, say), which `force` does not overwrite; Error (system)
/// when its folder is missing or not writable, or it is not a regular file. Leaves nothing behind.
void check_writable(const std::string &path, bool force);

/// Writes `bytes` to path.new, syncs, renames to `path`: at any moment `path` is the old file or the new one, whole.
/// Error (system) when that fails; `path` then is what it was.
void replace_file(const std::string &path, const std::string &bytes);

/// Renames and syncs the folder. Error (system).
void rename_file(const std::string &from, const std::string &to);

} // namespace lightloom
