// Hands the world in: environment, name service. Nothing is decided here.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <unistd.h>

#include "aws/http/name_service.h"
#include "lambda/function.h"

namespace {
constexpr int kExitBug = 70;  // EX_SOFTWARE, as the command line's
}

int main() {
  using namespace snapferry;  // NOLINT: main is the outermost place
  aws::pin_name_service();
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  try {
    return lambda::run(core::Environment(std::move(variables)));
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "snapferry: bug: %s\n", bug.what());
    return kExitBug;
  } catch (...) {
    std::fprintf(stderr, "snapferry: bug: unknown exception\n");
    return kExitBug;
  }
}
