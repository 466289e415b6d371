// snapferry policy check: reads a policy file and says all that is wrong with it. Asks nobody.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/read_policy.h"

namespace snapferry::cli {
namespace {

namespace json = boost::json;

// Ours: thousands of policies; more is no policy file.
constexpr size_t kPolicyBytesMax = size_t{4} * 1024 * 1024;

}  // namespace

std::expected<std::string, Failure> read_policy_text(const std::string& file) {
  std::string text;
  std::ifstream stream;
  if (file != "-") stream.open(file, std::ios::binary);
  std::istream& input = file == "-" ? std::cin : stream;
  const auto unreadable = [&](std::string what, std::string hint) {
    return std::unexpected(
        Failure{kExitUsage,
                core::fail(core::ErrorKind::invalid, std::move(what), std::move(hint)).error()});
  };
  if (!input) {
    return unreadable(fmt::format("the policy file {} cannot be read", file),
                      "Check its name; examples/fleet.yaml is one to begin with.");
  }
  text.resize(kPolicyBytesMax + 1);
  input.read(text.data(), std::streamsize(text.size()));
  text.resize(size_t(input.gcount()));
  if (input.bad()) {
    return unreadable(fmt::format("the policy file {} cannot be read", file), "Is it a folder?");
  }
  if (text.size() > kPolicyBytesMax) {
    return unreadable(
        fmt::format("the policy file {} is larger than {} bytes", file, kPolicyBytesMax),
        "Split it, and run each part on its own.");
  }
  return text;
}

std::expected<std::vector<core::FleetPolicy>, Failure> read_policies(const std::string& file) {
  auto text = read_policy_text(file);
  if (!text) return std::unexpected(std::move(text).error());
  auto policies = policy_file::read_policy_file(*text);
  if (policies) return std::move(*policies);
  std::string problems = policy_file::describe(policies.error(), file);
  while (problems.ends_with('\n')) problems.pop_back();
  return std::unexpected(Failure{
      kExitUsage, core::fail(core::ErrorKind::invalid, "the policy file is wrong:\n" + problems,
                             fmt::format("Mend these, and look again with: snapferry policy "
                                         "check {}",
                                         file))
                      .error()});
}

ExitCode run_policy_check(Command& command, const PolicyCheckOptions& options) {
  auto text = read_policy_text(options.file);
  if (!text) return std::unexpected(std::move(text).error());
  const auto policies = policy_file::read_policy_file(*text);
  if (options.is_json) {
    json::array problems;
    if (!policies) {
      for (const policy_file::Problem& problem : policies.error()) {
        problems.push_back(json::object{{"line", problem.place.line},
                                        {"column", problem.place.column},
                                        {"message", problem.message},
                                        {"hint", problem.hint}});
      }
    }
    command.console.answer(
        json::serialize(json::object{{"type", "policy_check"},
                                     {"file", options.file},
                                     {"policy_count", policies ? policies->size() : 0},
                                     {"is_good", policies.has_value()},
                                     {"problems", std::move(problems)}}));
    return policies ? kExitDone : kExitUsage;
  }
  if (policies) {
    command.console.answer(fmt::format("{}: {} {}, nothing wrong", options.file, policies->size(),
                                       policies->size() == 1 ? "policy" : "policies"));
    return kExitDone;
  }
  std::string problems = policy_file::describe(policies.error(), options.file);
  while (problems.ends_with('\n')) problems.pop_back();
  command.console.answer(problems);
  return kExitUsage;
}

}  // namespace snapferry::cli
