// SPDX-License-Identifier: Apache-2.0
#include "core/policy_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/rules/ownership.h"
#include "core/rules/tags.h"
#include "core/text.h"

namespace snapferry::core {
namespace {

// What a terminal and a JSON reader can take: bytes beyond ASCII that may be half a character are
// masked.
std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

// Every region AWS has named so far lies somewhere on the compass; a word that does not is a slip
// of the finger, while a new number may be a region of tomorrow.
bool is_on_the_compass(const std::string& region) {
  constexpr std::array<std::string_view, 9> kWords = {"central",   "east",      "north",
                                                      "northeast", "northwest", "south",
                                                      "southeast", "southwest", "west"};
  const size_t number = region.rfind('-');
  const size_t word = region.rfind('-', number - 1) + 1;
  return std::ranges::find(kWords, std::string_view(region).substr(word, number - word)) !=
         kWords.end();
}

Result<DatabaseId> read_database(const NamedText& said, DatabaseKind kind) {
  if (said.text.empty()) {
    return fail(ErrorKind::invalid, fmt::format("{} is not given", said.name),
                fmt::format("Set {} to the DB {}'s identifier.", said.name, to_string(kind)));
  }
  if (auto problem = problem_of_database_id(said.text)) {
    return fail(ErrorKind::invalid,
                fmt::format("{} \"{}\" is no DB {} identifier: {}", said.name, printable(said.text),
                            to_string(kind), *problem),
                "Identifiers are 1 to 63 letters, digits and single hyphens and begin with a "
                "letter.");
  }
  return DatabaseId(to_lower(said.text), kind);
}

Result<std::string> read_policy_name(const NamedText& said) {
  if (said.text.empty()) return Policy().name;
  // The name stands as the value of an ownership tag; the key is one that passes.
  if (auto problem = problem_of_tag("policy", said.text)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} \"{}\" is no policy's name: {}", said.name, printable(said.text), *problem),
        "The name stands in a tag of every snapshot: choose letters, digits and hyphens.");
  }
  return said.text;
}

Error named(Error error, const NamedText& said) {
  return with_context(std::move(error), said.name);
}

Result<Milliseconds> read_length(const NamedText& said, const char* otherwise) {
  auto length = parse_duration(said.text.empty() ? otherwise : said.text);
  if (!length) return std::unexpected(named(std::move(length).error(), said));
  return length;
}

Result<Retention> read_days(const NamedText& said) {
  Retention keep;
  if (said.text.empty()) return keep;
  auto days = parse_retention_days(said.text);
  if (!days) return std::unexpected(named(std::move(days).error(), said));
  keep.days = *days;
  return keep;
}

Result<Tags> read_tags(const PolicyText& text) {
  Tags tags;
  for (const std::string& said : text.tags) {
    const size_t equals = said.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorKind::invalid,
                  fmt::format("{} \"{}\" has no =", text.tags_name, printable(said)),
                  "Write key=value; the value may be empty.");
    }
    const std::string key = said.substr(0, equals);
    const std::string value = said.substr(equals + 1);
    if (auto problem = problem_of_tag(key, value)) {
      return fail(ErrorKind::invalid,
                  fmt::format("{} with key \"{}\": {}", text.tags_name, printable(key), *problem),
                  "Choose another key or value.");
    }
    if (!tags.emplace(key, value).second) {
      return fail(ErrorKind::invalid, fmt::format("{} {} is given twice", text.tags_name, key),
                  "Give each key once.");
    }
  }
  if (tags.size() + kOwnTagCountMax > kTagCountMax) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} tags are more than RDS takes beside our {}", tags.size(), kOwnTagCountMax),
        fmt::format("Give at most {}.", kTagCountMax - kOwnTagCountMax));
  }
  return tags;
}

Result<void> check_target(const NamedText& said, const Region& source, const Region& target) {
  if (target == source) {
    return fail(ErrorKind::invalid,
                fmt::format("{} {} is the region of the database itself", said.name, target.str()),
                "Choose another region: a copy beside its source is lost with it.");
  }
  if (partition_of(target) != partition_of(source)) {
    return fail(ErrorKind::invalid,
                fmt::format("{} {} and {} belong to different AWS partitions", said.name,
                            target.str(), source.str()),
                "Snapshots cannot leave their partition; choose a region within it.");
  }
  return {};
}

Result<std::string> read_key(const NamedText& said, const Region& target) {
  const auto key = parse_arn(said.text);
  if (key && key->service != "kms") {
    return fail(ErrorKind::invalid, fmt::format("{} {} is no KMS key", said.name, said.text),
                "Name a key by its id, ARN, alias/name or alias ARN.");
  }
  if (key && !target.empty() && key->region != target) {
    return fail(ErrorKind::invalid,
                fmt::format("{} {} is of {} and the copy goes to {}", said.name, said.text,
                            key->region.str(), target.str()),
                fmt::format("Name a key of {}; for a multi-Region key, its replica's ARN there.",
                            target.str()));
  }
  return said.text;
}

// Takes what was read into its place, or what is wrong into the list.
class Collector {
 public:
  explicit Collector(std::vector<Error>& problems) : problems_(problems) {}

  template <class T>
  bool take(Result<T> read, T& place) {
    if (read) {
      place = std::move(*read);
      return true;
    }
    problems_.push_back(std::move(read).error());
    return false;
  }

 private:
  std::vector<Error>& problems_;
};

}  // namespace

Result<Region> read_region(const NamedText& said) {
  Region region(said.text);
  if (said.text.empty()) {
    return fail(ErrorKind::invalid, fmt::format("{} is not given", said.name),
                fmt::format("Set {} to a region like eu-west-1.", said.name));
  }
  if (partition_of(region) && is_on_the_compass(said.text)) return region;
  const std::string nearest = nearest_region(said.text);
  return fail(
      ErrorKind::invalid,
      fmt::format("{} \"{}\" is no AWS region", said.name, printable(said.text)),
      nearest.empty() ? "Regions look like eu-west-1." : fmt::format("Did you mean {}?", nearest));
}

JudgedPolicy judge_policy(const PolicyText& text) {
  JudgedPolicy judged;
  Policy& policy = judged.policy;
  Collector collect(judged.problems);
  Target target;
  collect.take(read_policy_name(text.policy_name), policy.name);
  const bool has_source = collect.take(read_region(text.source_region), policy.source_region);
  const bool has_target = collect.take(read_region(text.target_region), target.region);
  if (has_source && has_target) {
    if (auto fits = check_target(text.target_region, policy.source_region, target.region); !fits) {
      judged.problems.push_back(std::move(fits).error());
    }
  }
  // Templates are tried with a name that passes where the database's own does not.
  DatabaseId database("a", text.database_kind);
  if (collect.take(read_database(text.database, text.database_kind), database))
    policy.database = database;
  const auto name = [&](const NamedText& said, const char* otherwise) {
    return NameTemplate::parse(said.text.empty() ? otherwise : said.text, database, said.name);
  };
  collect.take(name(text.snapshot_name, kSnapshotNameDefault), policy.snapshot_name);
  collect.take(name(text.copy_name, kCopyNameDefault), target.copy_name);
  collect.take(read_key(text.kms_key, target.region), target.kms_key);
  const std::string schedule = text.schedule.text.empty() ? kScheduleDefault : text.schedule.text;
  auto grid = parse_schedule(schedule);
  if (!grid) grid = std::unexpected(named(std::move(grid).error(), text.schedule));
  collect.take(std::move(grid), policy.schedule);
  collect.take(read_length(text.spread, kSpreadDefault), policy.spread);
  collect.take(read_length(text.rpo, kRpoDefault), policy.rpo);
  collect.take(read_days(text.keep_days), policy.keep);
  collect.take(read_days(text.copy_keep_days), target.keep);
  collect.take(read_tags(text), policy.tags);
  target.option_group = text.option_group.text;
  policy.targets.push_back(std::move(target));
  return judged;
}

Error one_error_of(std::vector<Error> problems) {
  ASSERT(!problems.empty());
  if (problems.size() == 1) return std::move(problems.front());
  Error all;
  all.kind = ErrorKind::invalid;
  all.message = fmt::format("{} problems:", problems.size());
  int number = 0;
  for (const Error& problem : problems) {
    ++number;
    all.message += fmt::format("{} ({}) {}", number == 1 ? "" : ";", number, describe(problem));
    all.hint += fmt::format("{}({}) {}", number == 1 ? "" : " ", number, next_act(problem));
  }
  return all;
}

}  // namespace snapferry::core
