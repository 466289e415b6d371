// Each folder holds a file that its living owner has locked: one that can be locked has no owner.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/scratch_folder.h"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace snapferry::emulator {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderPrefix = "snapferry-functions-";
constexpr std::string_view kLock = "owner.lock";

void remove_orphans(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (!entry.path().filename().string().starts_with(kFolderPrefix)) continue;
    const std::string lock = (entry.path() / kLock).string();
    const int fd = ::open(lock.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
    ::close(fd);
  }
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  remove_orphans(parent);
  std::string pattern = (parent / (std::string(kFolderPrefix) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) return;
  path_ = pattern;
  // Locked before it has its name, so that nobody finds it unlocked.
  const std::string unnamed = (path_ / "owner.new").string();
  lock_fd_ = ::open(unnamed.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ >= 0 && ::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) {
    fs::rename(unnamed, path_ / kLock, error);
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

}  // namespace snapferry::emulator
