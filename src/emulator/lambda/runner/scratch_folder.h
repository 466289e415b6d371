// The temporary folder in which functions are unpacked. It goes with its owner; what an emulator
// that was killed has left behind goes with the next one's start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace snapferry::emulator {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_fd_ = -1;
};

}  // namespace snapferry::emulator
