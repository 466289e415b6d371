// SPDX-License-Identifier: Apache-2.0
#include "core/rules/names.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.h"

namespace snapferry::core {
namespace {

constexpr std::string_view kTime = "{time}";
constexpr std::string_view kDb = "{db}";
constexpr size_t kTimeLength = 14;  // YYYYMMDDHHMMSS
constexpr size_t kDatabaseIdLengthMax = 63;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Takes what a part of a template stands for off the front of the text. Makes no strings: a plan
// over a fleet asks this of every snapshot, several times.
bool take_part(std::string_view part, std::string_view database, std::string_view& text) {
  while (!part.empty()) {
    const bool is_db = part.starts_with(kDb);
    const std::string_view wanted = is_db ? database : part.substr(0, part.find(kDb));
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(wanted.size());
    part.remove_prefix(is_db ? kDb.size() : wanted.size());
  }
  return true;
}

std::optional<std::string> problem_of_name(std::string_view name, size_t length_max) {
  if (name.empty()) return "it is empty";
  if (name.size() > length_max) {
    return fmt::format("it has {} characters and RDS takes {}", name.size(), length_max);
  }
  if (!is_letter(name.front())) return "it does not begin with a letter";
  for (char c : name) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    if (!is_ascii) return "it holds a character that is not ASCII";
    if (!is_letter(c) && !is_digit(c) && c != '-') {
      return fmt::format("it holds \"{}\", and RDS takes letters, digits and hyphens only", c);
    }
  }
  if (name.back() == '-') return "it ends with a hyphen";
  if (name.find("--") != std::string_view::npos) return "it has two hyphens together";
  return std::nullopt;
}

}  // namespace

size_t name_length_max(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? kClusterSnapshotNameLengthMax : kSnapshotNameLengthMax;
}

std::optional<std::string> problem_of_snapshot_name(const SnapshotId& name) {
  return problem_of_name(name.str(), name_length_max(name.kind()));
}

std::optional<std::string> problem_of_database_id(std::string_view id) {
  return problem_of_name(id, kDatabaseIdLengthMax);
}

Result<NameTemplate> NameTemplate::parse(std::string_view text, const DatabaseId& database,
                                         std::string_view flag) {
  NameTemplate result;
  result.text_ = to_lower(text);
  const auto refuse = [&](std::string problem, std::string hint) {
    return fail(ErrorKind::invalid, fmt::format("{} \"{}\": {}", flag, text, problem),
                std::move(hint));
  };
  const std::string& folded = result.text_;
  if (folded.find(kTime) == std::string::npos) {
    return refuse("it has no {time}, so every snapshot would claim the same name",
                  "Put {time} into the template, as in rds-auto-snapshot-{time}.");
  }
  if (folded.find(kTime) != folded.rfind(kTime)) {
    return refuse("it has {time} twice", "Keep one {time}.");
  }
  std::string plain = replace_all(replace_all(folded, kTime, ""), kDb, "");
  if (plain.find_first_of("{}") != std::string::npos) {
    return refuse("it has a placeholder that is neither {time} nor {db}",
                  "Use {time} for the slot and {db} for the database's identifier.");
  }
  const SnapshotId sample = result.render(database, Instant{});
  const size_t length_max = name_length_max(sample.kind());
  if (sample.str().size() > length_max) {
    return refuse(
        fmt::format("the name \"{}\" has {} characters, and RDS takes {} of a {} snapshot",
                    sample.str(), sample.str().size(), length_max,
                    sample.is_cluster() ? "cluster" : "DB"),
        fmt::format("Shorten the template by {} characters, or give this database a "
                    "policy of its own with a shorter one.",
                    sample.str().size() - length_max));
  }
  if (auto problem = problem_of_snapshot_name(sample)) {
    return refuse(
        fmt::format("the name \"{}\" would be refused: {}", sample.str(), *problem),
        fmt::format("Names of {} snapshots are 1 to {} letters, digits and single "
                    "hyphens, begin with a letter and do not end with a hyphen.",
                    sample.is_cluster() ? "cluster" : "DB", name_length_max(sample.kind())));
  }
  return result;
}

SnapshotId NameTemplate::render(const DatabaseId& database, Instant slot) const {
  return SnapshotId(
      replace_all(replace_all(text_, kTime, format_compact(slot)), kDb, database.str()),
      database.kind());
}

std::optional<Instant> NameTemplate::slot_of(const DatabaseId& database,
                                             const SnapshotId& name) const {
  const size_t at = text_.find(kTime);
  const std::string_view pattern = text_;
  std::string_view text = name.str();
  if (!take_part(pattern.substr(0, at), database.str(), text)) return std::nullopt;
  if (text.size() < kTimeLength) return std::nullopt;
  const std::string_view time = text.substr(0, kTimeLength);
  text.remove_prefix(kTimeLength);
  if (!take_part(pattern.substr(at + kTime.size()), database.str(), text)) return std::nullopt;
  return text.empty() ? parse_compact(time) : std::nullopt;
}

}  // namespace snapferry::core
