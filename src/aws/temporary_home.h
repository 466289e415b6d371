// For tests: a HOME folder of their own, gone when the test is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "core/environment.h"
#include "core/result.h"

namespace snapferry::aws {

class TemporaryHome {
 public:
  TemporaryHome() {
    std::string form = (std::filesystem::temp_directory_path() / "snapferry-home-XXXXXX").string();
    if (mkdtemp(form.data()) == nullptr) std::abort();
    folder_ = form;
  }
  ~TemporaryHome() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

  /// Returns HOME, and what else is given.
  [[nodiscard]] core::Environment environment(std::map<std::string, std::string> more = {}) const {
    more.emplace("HOME", folder_);
    return core::Environment(std::move(more));
  }

 private:
  std::string folder_;
};

}  // namespace snapferry::aws
