// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/snapshot_store.h"

#include <algorithm>
#include <charconv>

#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

constexpr size_t kDigits = 14;  // of YYYYMMDDHHMMSS
constexpr char kHole = '\x01';  // stands in a stem where the digits were; no name of AWS has it
constexpr Instant kNone = Instant::min();

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

// Where a text has its first 14 digits in a row.
std::optional<size_t> find_digits(std::string_view text) {
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    run = is_decimal(text[i]) ? run + 1 : 0;
    if (run == kDigits) return i + 1 - kDigits;
  }
  return std::nullopt;
}

struct StemAndDigits {
  std::string stem;
  std::int64_t digits = -1;
};

StemAndDigits take_apart(std::string_view text) {
  const auto at = find_digits(text);
  if (!at || text.find(kHole) != std::string_view::npos) return {.stem = std::string(text)};
  StemAndDigits parts;
  std::from_chars(text.data() + *at, text.data() + *at + kDigits, parts.digits);
  parts.stem.append(text.substr(0, *at)).push_back(kHole);
  parts.stem.append(text.substr(*at + kDigits));
  return parts;
}

std::optional<Instant> optional_instant(Instant instant) {
  return instant == kNone ? std::nullopt : std::optional(instant);
}

}  // namespace

SnapshotStore::TextId SnapshotStore::keep(std::string_view text) {
  const auto known = text_ids_.find(text);
  if (known != text_ids_.end()) return known->second;
  const auto id = TextId(texts_.size());
  text_ids_.emplace(texts_.emplace_back(text), id);
  return id;
}

SnapshotStore::SplitText SnapshotStore::split(std::string_view text) {
  const StemAndDigits parts = take_apart(text);
  return {.stem = keep(parts.stem), .digits = parts.digits};
}

std::optional<SnapshotStore::SplitText> SnapshotStore::split_known(std::string_view text) const {
  const StemAndDigits parts = take_apart(text);
  const auto stem = text_ids_.find(parts.stem);
  if (stem == text_ids_.end()) return std::nullopt;
  return SplitText{.stem = stem->second, .digits = parts.digits};
}

std::string SnapshotStore::join(const SplitText& text) const {
  const std::string& stem = texts_[text.stem];
  if (text.digits < 0) return stem;
  const size_t hole = stem.find(kHole);
  std::string joined;
  joined.reserve(stem.size() + kDigits);
  joined.append(stem, 0, hole).append(kDigits, '0');
  std::int64_t digits = text.digits;
  for (size_t at = joined.size(); digits > 0; digits /= 10) joined[--at] = char('0' + digits % 10);
  joined.append(stem, hole + 1);
  return joined;
}

std::uint32_t SnapshotStore::keep_tags(const Tags& tags, Instant& slot) {
  PackedTags packed;
  packed.reserve(tags.size());
  for (const auto& [key, value] : tags) {
    if (key == kSlotTag) {
      const auto instant = parse_instant(value);
      if (instant && *instant != kNone && format_instant(*instant) == value) {
        slot = *instant;
        continue;
      }
    }
    packed.emplace_back(keep(key), keep(value));
  }
  const auto [known, is_new] = tags_ids_.emplace(packed, std::uint32_t(tags_.size()));
  if (is_new) tags_.push_back(std::move(packed));
  return known->second;
}

void SnapshotStore::add(const Snapshot& snapshot) {
  const auto number = RecordId(records_.size());
  Record record{.facts = 0,
                .name = split(snapshot.id.str()),
                .source = split(snapshot.source_snapshot_arn),
                .original_create_time = snapshot.original_create_time.value_or(kNone),
                .database_time = snapshot.database_time.value_or(kNone),
                .slot = kNone};
  // An ARN ends with the name, as a rule; an unreadable one is empty.
  const std::string arn = snapshot.arn.empty() ? "" : snapshot.arn.str();
  const bool has_name = arn.ends_with(snapshot.id.str());
  const std::string_view prefix =
      std::string_view(arn).substr(0, has_name ? arn.size() - snapshot.id.str().size() : 0);
  const Facts facts{.arn_prefix = keep(prefix),
                    .arn_suffix = keep(has_name ? std::string_view() : std::string_view(arn)),
                    .database = keep(snapshot.database.str()),
                    .resource_id = keep(snapshot.resource_id),
                    .type = keep(snapshot.type),
                    .status = keep(snapshot.status),
                    .engine = keep(snapshot.engine),
                    .engine_version = keep(snapshot.engine_version),
                    .kms_key_arn = keep(snapshot.kms_key_arn),
                    .option_group = keep(snapshot.option_group),
                    .source_region = keep(snapshot.source_region),
                    .tags = keep_tags(snapshot.tags, record.slot),
                    .progress_percent = snapshot.progress_percent,
                    .allocated_storage_gib = snapshot.allocated_storage_gib,
                    .is_cluster = snapshot.id.is_cluster(),
                    .is_database_cluster = snapshot.database.is_cluster(),
                    .is_encrypted = snapshot.is_encrypted};
  const auto [known, is_new] = facts_ids_.emplace(facts, std::uint32_t(facts_.size()));
  if (is_new) facts_.push_back(facts);
  record.facts = known->second;
  of_database_[{facts.database, facts.is_database_cluster}].push_back(number);
  by_name_[record.name.stem].push_back(number);
  is_sealed_ = false;
  if (snapshot.state() == SnapshotState::in_progress) in_progress_.push_back(number);
  records_.push_back(record);
}

void SnapshotStore::seal() {
  for (auto& [stem, named] : by_name_) {
    std::ranges::sort(named, {}, [&](RecordId record) { return records_[record].name.digits; });
  }
  is_sealed_ = true;
}

Snapshot SnapshotStore::unpack(const Record& record) const {
  const Facts& facts = facts_[record.facts];
  const auto kind_of = [](bool is_cluster) {
    return is_cluster ? DatabaseKind::cluster : DatabaseKind::instance;
  };
  Snapshot snapshot;
  snapshot.id = SnapshotId(join(record.name), kind_of(facts.is_cluster));
  const std::string& suffix = texts_[facts.arn_suffix];
  const std::string arn = texts_[facts.arn_prefix] + (suffix.empty() ? snapshot.id.str() : suffix);
  snapshot.arn = parse_arn(arn).value_or(Arn());
  snapshot.database = DatabaseId(texts_[facts.database], kind_of(facts.is_database_cluster));
  snapshot.resource_id = texts_[facts.resource_id];
  snapshot.type = texts_[facts.type];
  snapshot.status = texts_[facts.status];
  snapshot.progress_percent = facts.progress_percent;
  snapshot.engine = texts_[facts.engine];
  snapshot.engine_version = texts_[facts.engine_version];
  snapshot.allocated_storage_gib = facts.allocated_storage_gib;
  snapshot.is_encrypted = facts.is_encrypted;
  snapshot.kms_key_arn = texts_[facts.kms_key_arn];
  snapshot.option_group = texts_[facts.option_group];
  snapshot.original_create_time = optional_instant(record.original_create_time);
  snapshot.database_time = optional_instant(record.database_time);
  snapshot.source_snapshot_arn = join(record.source);
  snapshot.source_region = texts_[facts.source_region];
  for (const auto& [key, value] : tags_[facts.tags]) {
    snapshot.tags.emplace_hint(snapshot.tags.end(), texts_[key], texts_[value]);
  }
  if (record.slot != kNone) snapshot.tags.emplace(kSlotTag, format_instant(record.slot));
  return snapshot;
}

const std::vector<SnapshotStore::RecordId>* SnapshotStore::records_of(
    const DatabaseId& database) const {
  const auto text = text_ids_.find(database.str());
  if (text == text_ids_.end()) return nullptr;
  const auto found = of_database_.find({text->second, database.is_cluster()});
  return found == of_database_.end() ? nullptr : &found->second;
}

std::vector<DatabaseId> SnapshotStore::databases() const {
  std::vector<DatabaseId> databases;
  databases.reserve(of_database_.size());
  for (const auto& [database, records] : of_database_) {
    databases.emplace_back(texts_[database.first],
                           database.second ? DatabaseKind::cluster : DatabaseKind::instance);
  }
  return databases;
}

size_t SnapshotStore::marked_count_of(const DatabaseId& database) const {
  const auto* records = records_of(database);
  const auto manual = text_ids_.find("manual");
  const auto mark = text_ids_.find(kPolicyTag);
  if (!records || manual == text_ids_.end() || mark == text_ids_.end()) return 0;
  return size_t(std::ranges::count_if(*records, [&](RecordId record) {
    const Facts& facts = facts_[records_[record].facts];
    return facts.type == manual->second &&
           std::ranges::any_of(tags_[facts.tags],
                               [&](const auto& tag) { return tag.first == mark->second; });
  }));
}

std::vector<Snapshot> SnapshotStore::of(const DatabaseId& database) const {
  std::vector<Snapshot> snapshots;
  const auto* records = records_of(database);
  if (!records) return snapshots;
  snapshots.reserve(records->size());
  for (const RecordId record : *records) snapshots.push_back(unpack(records_[record]));
  return snapshots;
}

std::optional<Snapshot> SnapshotStore::find(const SnapshotId& id) const {
  const auto name = split_known(id.str());
  if (!name) return std::nullopt;
  const auto names = by_name_.find(name->stem);
  if (names == by_name_.end()) return std::nullopt;
  ASSERT(is_sealed_);
  const auto digits_of = [&](RecordId record) { return records_[record].name.digits; };
  const auto found = std::ranges::lower_bound(names->second, name->digits, {}, digits_of);
  if (found == names->second.end() || digits_of(*found) != name->digits) return std::nullopt;
  return unpack(records_[*found]);
}

std::vector<Snapshot> SnapshotStore::in_progress() const {
  std::vector<Snapshot> snapshots;
  snapshots.reserve(in_progress_.size());
  for (const RecordId record : in_progress_) snapshots.push_back(unpack(records_[record]));
  return snapshots;
}

std::optional<Snapshot> SnapshotStore::newest_of(
    const DatabaseId& database, const std::function<bool(const Snapshot&)>& satisfies) const {
  const auto* records = records_of(database);
  if (!records) return std::nullopt;
  std::vector<RecordId> by_slot = *records;
  std::ranges::sort(by_slot, std::ranges::greater{},
                    [&](RecordId record) { return std::pair(records_[record].slot, record); });
  for (const RecordId record : by_slot) {
    Snapshot snapshot = unpack(records_[record]);
    if (satisfies(snapshot)) return snapshot;
  }
  return std::nullopt;
}

}  // namespace snapferry::core
