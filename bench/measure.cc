// Runs a command and writes what the kernel counted for it: wall, user and system seconds, and peak
// memory. A program of its own, small and static, because Linux counts into a child's peak what its
// parent held when it forked: started from Python, everything would seem to need Python's memory.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
double seconds_of(const timeval& value) {
  return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
}
}  // namespace

/// measure RESULT_FILE COMMAND...: writes "exit wall user system peak_kib" into RESULT_FILE.
int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto started = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  std::FILE* result = std::fopen(argv[1], "w");
  if (result == nullptr) return 1;
  std::fprintf(result, "%d %.6f %.6f %.6f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128,
               wall.count(), seconds_of(usage.ru_utime), seconds_of(usage.ru_stime),
               usage.ru_maxrss);
  return std::fclose(result) == 0 ? 0 : 1;
}
