// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/check.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/doctor/refusal.h"

namespace snapferry::core {

std::string_view to_string(CheckId id) {
#define NAME(id)    \
  case CheckId::id: \
    return #id;
  switch (id) {
    NAME(credentials)
    NAME(clock)
    NAME(account)
    NAME(databases)
    NAME(list_databases)
    NAME(list_snapshots)
    NAME(read_quotas)
    NAME(describe_key)
    NAME(read_key_policy)
    NAME(list_option_groups)
    NAME(simulate)
    NAME(create_snapshot)
    NAME(tag_snapshot)
    NAME(copy_source)
    NAME(copy_snapshot)
    NAME(delete_snapshot)
    NAME(use_key)
    NAME(grant_key)
    NAME(publish)
    NAME(source_key)
    NAME(target_key)
    NAME(key_policy)
    NAME(option_group)
    NAME(snapshot_quota)
    NAME(copies_in_flight)
  }
#undef NAME
  ASSERT(false);
}

std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return "ok";
    case CheckState::warn:
      return "warn";
    case CheckState::fail:
      return "fail";
    case CheckState::not_checked:
      return "not_checked";
  }
  ASSERT(false);
}

int Diagnosis::count(CheckState state) const {
  return int(std::ranges::count(checks, state, &Check::state));
}

std::vector<Mending> Diagnosis::mendings(CheckState state) const {
  std::map<std::string, std::vector<Statement>> by_key;
  for (const Check& check : checks) {
    if (check.mending && check.state == state)
      by_key[check.mending->key_arn].push_back(check.mending->statement);
  }
  std::vector<Mending> all;
  for (auto& [key_arn, statements] : by_key) {
    for (Statement& statement : merged(std::move(statements))) {
      all.push_back({.key_arn = key_arn, .statement = std::move(statement)});
    }
  }
  return all;
}

namespace {

std::string place_of(const AccessRefusal& refusal) {
  const auto arn = parse_arn(refusal.resource);
  return arn ? refusal.resource : std::string("all resources");
}

}  // namespace

Check check_of_error(CheckId id, const Region& region, std::string subject, const Error& error,
                     const std::string& principal) {
  Check check{.id = id, .region = region, .subject = std::move(subject)};
  const auto refusal = read_refusal(error.message);
  if (error.kind != ErrorKind::denied) {
    check.state = passes_by_itself(error) ? CheckState::not_checked : CheckState::fail;
    check.text = describe(error);
    check.hint = next_act(error);
    return check;
  }
  check.state = CheckState::fail;
  if (!refusal) {
    check.text = describe(error);
    check.hint = next_act(error);
    return check;
  }
  check.text = fmt::format("not allowed: {} on {}", refusal->action, place_of(*refusal));
  Statement statement{.principal = {},
                      .actions = {refusal->action},
                      .resources = {refusal->resource},
                      .conditions = {}};
  switch (refusal->by) {
    case RefusedBy::identity:
      check.hint = "Add the statement to a policy of the role or user.";
      check.mending = {.key_arn = {}, .statement = std::move(statement)};
      break;
    case RefusedBy::resource:
      statement.principal = principal;
      statement.resources = {"*"};
      check.hint = "Add the statement to the key's policy.";
      check.mending = {.key_arn = refusal->resource, .statement = std::move(statement)};
      break;
    case RefusedBy::explicit_deny:
      check.text += ", by a Deny";
      check.hint =
          "Find the Deny that means it and take it away, or except this role: no further "
          "Allow helps.";
      break;
    case RefusedBy::other:
      check.text = describe(error);
      check.hint =
          "A boundary, a session policy or one of the organisation does not allow it: "
          "whoever keeps that must.";
      break;
  }
  return check;
}

Check check_of_look(CheckId id, const Region& region, std::string subject, const Error& error,
                    const std::string& principal) {
  Check check = check_of_error(id, region, std::move(subject), error, principal);
  check.state = CheckState::not_checked;
  return check;
}

}  // namespace snapferry::core
