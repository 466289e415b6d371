// The world kept in a file, as JSON: read at the start, written after each call that may have
// changed something and at the stop, so that a killed emulator loses no answer it gave; only the
// work done since the last call that changed something is done again. The file is replaced as a
// whole (written beside, then renamed), so it is always one state or the next. It has one owner: a
// lock on FILE.lock, since a lock on the file itself would go with the file that is replaced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>

#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {

class DataFile {
 public:
  explicit DataFile(std::string path) : path_(std::move(path)) {}
  ~DataFile();
  DataFile(const DataFile&) = delete;
  DataFile& operator=(const DataFile&) = delete;

  /// Takes the file for as long as this object lives; FILE.lock stays behind, empty and free.
  /// Errors:   invalid: the path is a folder or a device; another emulator holds the file; the lock
  ///           cannot be written.
  core::Result<void> lock();

  /// Fills the world. Requires: World::mutex is NOT held.
  /// Returns: false when there is no such file yet.
  /// Errors:   invalid, naming the file, and the offset of what is no JSON or the part that is not
  ///           what save() writes. The world is then half filled: throw it away.
  core::Result<bool> load(World& world);

  /// Requires: World::mutex is NOT held.
  /// Errors:   invalid: the file cannot be written; the old one stands.
  core::Result<void> save(World& world);

 private:
  std::string path_;
  int lock_fd_ = -1;
  std::mutex mutex_;  ///< one writer at a time, each with a state no older than the one before
};

}  // namespace snapferry::emulator
