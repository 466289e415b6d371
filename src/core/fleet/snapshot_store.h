// Many snapshots in little room: of ten thousand databases a region holds hundreds of thousands,
// and most of what AWS tells of them is the same again and again. Texts are kept once, times as
// numbers, and a snapshot is spelled out when its database is planned.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/domain.h"

namespace snapferry::core {

/// The snapshots of one place, all of one kind. What comes out is what went in, to the field.
/// Requires: seal after the last add and before find. The const functions may be called from
/// several threads at once.
class SnapshotStore {
 public:
  SnapshotStore() = default;
  // Its index looks into its own texts.
  SnapshotStore(const SnapshotStore&) = delete;
  SnapshotStore& operator=(const SnapshotStore&) = delete;
  SnapshotStore(SnapshotStore&&) noexcept = default;
  SnapshotStore& operator=(SnapshotStore&&) noexcept = default;
  ~SnapshotStore() = default;

  void add(const Snapshot& snapshot);

  /// Puts the names in order.
  void seal();

  [[nodiscard]] size_t size() const { return records_.size(); }

  /// Returns the databases of which it holds any.
  [[nodiscard]] std::vector<DatabaseId> databases() const;

  /// Returns how many manual ones of a database carry a mark of ours, whichever policy's.
  [[nodiscard]] size_t marked_count_of(const DatabaseId& database) const;

  /// Returns a database's snapshots, in the order they were added.
  [[nodiscard]] std::vector<Snapshot> of(const DatabaseId& database) const;

  /// Returns the snapshot of that name, if there is one.
  [[nodiscard]] std::optional<Snapshot> find(const SnapshotId& id) const;

  /// Returns those that are in progress.
  [[nodiscard]] std::vector<Snapshot> in_progress() const;

  /// Returns the first of a database's snapshots that satisfies, the latest slot tag first.
  [[nodiscard]] std::optional<Snapshot> newest_of(
      const DatabaseId& database, const std::function<bool(const Snapshot&)>& satisfies) const;

 private:
  using TextId = std::uint32_t;
  using RecordId = std::uint32_t;

  // A text with its first run of 14 digits, the time in names of ours, kept apart: what is left is
  // the same for all of a database's names.
  struct SplitText {
    TextId stem = 0;
    std::int64_t digits = -1;  // none

    auto operator<=>(const SplitText&) const = default;
  };

  // What the snapshots of a database at a place have in common, mostly.
  struct Facts {
    TextId arn_prefix, arn_suffix, database, resource_id, type, status, engine, engine_version,
        kms_key_arn, option_group, source_region;
    std::uint32_t tags;
    int progress_percent, allocated_storage_gib;
    bool is_cluster, is_database_cluster, is_encrypted;

    auto operator<=>(const Facts&) const = default;
  };

  struct Record {
    std::uint32_t facts;
    SplitText name;
    SplitText source;
    Instant original_create_time;  // kNone: none
    Instant database_time;
    Instant slot;  // of the slot tag, where its text is as we write it
  };

  using PackedTags = std::vector<std::pair<TextId, TextId>>;

  TextId keep(std::string_view text);
  SplitText split(std::string_view text);
  std::uint32_t keep_tags(const Tags& tags, Instant& slot);
  [[nodiscard]] std::optional<SplitText> split_known(std::string_view text) const;
  [[nodiscard]] std::string join(const SplitText& text) const;
  [[nodiscard]] Snapshot unpack(const Record& record) const;
  [[nodiscard]] const std::vector<RecordId>* records_of(const DatabaseId& database) const;

  std::deque<std::string> texts_;  // a deque: the views of the index stay
  std::unordered_map<std::string_view, TextId> text_ids_;
  std::vector<Facts> facts_;
  std::map<Facts, std::uint32_t> facts_ids_;
  std::vector<PackedTags> tags_;
  std::map<PackedTags, std::uint32_t> tags_ids_;
  std::vector<Record> records_;
  std::map<std::pair<TextId, bool>, std::vector<RecordId>> of_database_;
  // By the stem of the name: names of one database have one, names without {db} share one.
  std::unordered_map<TextId, std::vector<RecordId>> by_name_;
  bool is_sealed_ = true;  // an empty one needs no order
  std::vector<RecordId> in_progress_;
};

}  // namespace snapferry::core
