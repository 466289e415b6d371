// SPDX-License-Identifier: Apache-2.0
#include "golden/world_reader.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/rules/ownership.h"
#include "core/scenario_for_test.h"
#include "core/text.h"
#include "golden/line_words.h"

namespace snapferry::golden {
namespace {

using core::DatabaseKind;

const core::AccountId kAccount("123456789012");
// Of AWS's documentation; each database has as much unless its line says otherwise.
constexpr int kSizeGib = 20;
constexpr std::array kKinds = {DatabaseKind::instance, DatabaseKind::cluster};

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  return text;
}

core::Arn arn_in(const core::Region& region, const std::string& service, std::string resource) {
  const auto partition = core::partition_of(region);
  if (!partition) throw LineError("no region: " + region.str());
  return {.partition = std::string(*partition),
          .service = service,
          .region = region,
          .account = kAccount,
          .resource = std::move(resource)};
}

// A key's own name instead of its id, so that a person sees which one it is.
std::string key_arn(const core::Region& region, const std::string& name) {
  if (name.empty() || name.starts_with("arn:")) return name;
  const std::string id = name.starts_with("alias/") ? name.substr(6) : name;
  return arn_in(region, "kms", "key/" + id).str();
}

// "A..B" to the times from A to B; a time alone to itself.
std::vector<core::Instant> times_of(const std::string& text, LineWords& words) {
  const size_t dots = text.find("..");
  if (dots == std::string::npos) return {instant_of(text)};
  const auto every = core::parse_duration(words.value_or("every", "1d"));
  if (!every) throw LineError("every= is no length");
  std::vector<core::Instant> times;
  const core::Instant end = instant_of(text.substr(dots + 2));
  for (core::Instant at = instant_of(text.substr(0, dots)); at <= end; at += *every) {
    times.push_back(at);
  }
  return times;
}

class WorldReader {
 public:
  explicit WorldReader(std::span<const core::FleetPolicy> policies) : policies_(policies) {
    for (const core::FleetPolicy& policy : policies) {
      for (const core::Region& region : policy.source_regions) open(region);
      for (const core::FleetTarget& target : policy.targets) {
        open(target.region);
        if (!target.default_key.empty()) add_key(target.region, target.default_key);
        for (const auto& [database, key] : target.keys) {
          if (!key.empty()) add_key(target.region, key);
        }
      }
    }
  }

  void read(const std::string& line) {
    LineWords words(line);
    const std::string what = words.next("the first word");
    if (what == "database" || what == "cluster") {
      read_database(words, what == "cluster" ? DatabaseKind::cluster : DatabaseKind::instance);
    } else if (what == "snapshot" || what == "cluster-snapshot") {
      read_ours(words, kind_in(what), false);
    } else if (what == "copy" || what == "cluster-copy") {
      read_ours(words, kind_in(what), true);
    } else if (what == "other" || what == "cluster-other") {
      read_other(words, kind_in(what));
    } else if (what == "automated" || what == "cluster-automated") {
      read_automated(words, kind_in(what));
    } else if (what == "in-flight" || what == "cluster-in-flight") {
      read_in_flight(words, kind_in(what));
    } else if (what == "quota" || what == "cluster-quota") {
      read_quota(words, kind_in(what));
    } else if (what == "key") {
      read_key(words);
    } else if (what == "unreadable") {
      read_unreadable(words);
    } else {
      throw LineError("unknown word: " + what);
    }
    words.expect_end();
  }

  // What is not said: each place's quota is 100, of which its manual snapshots are used.
  core::Survey finish() {
    for (auto& [place, seen] : survey_) {
      if (quota_said_.contains(place)) continue;
      const auto manual = std::ranges::count(seen.view.snapshots, "manual", &core::Snapshot::type);
      seen.view.quota = core::SnapshotQuota{.used = manual, .max = 100};
    }
    return core::pack(survey_);
  }

 private:
  static DatabaseKind kind_in(const std::string& word) {
    return word.starts_with("cluster-") ? DatabaseKind::cluster : DatabaseKind::instance;
  }

  void open(const core::Region& region) {
    for (const DatabaseKind kind : kKinds) survey_[{region, kind}];
  }

  core::PlainPlace& at(const core::Region& region, DatabaseKind kind) {
    const auto found = survey_.find({region, kind});
    if (found == survey_.end()) {
      throw LineError(region.str() + " is no region of a policy, so nobody would read it");
    }
    return found->second;
  }

  void set_key(const core::Region& region, const std::string& name,
               const core::Result<core::Key>& key) {
    for (const DatabaseKind kind : kKinds) {
      at(region, kind).view.keys.insert_or_assign(name, key);
    }
  }

  void add_key(const core::Region& region, const std::string& name) {
    const std::string arn = key_arn(region, name);
    set_key(region, name,
            core::Key{.arn = arn,
                      .key_id = arn.substr(arn.rfind('/') + 1),
                      .state = "Enabled",
                      .is_customer_managed = true,
                      .is_symmetric_encryption = true});
  }

  const core::FleetPolicy& policy_named(const std::optional<std::string>& name) const {
    if (!name) return policies_.front();
    const auto found = std::ranges::find(policies_, *name, &core::FleetPolicy::name);
    if (found == policies_.end()) throw LineError("no policy is named " + *name);
    return *found;
  }

  const core::Database* database_named(const core::Region& region, const core::DatabaseId& id) {
    const auto found = survey_.find({region, id.kind()});
    if (found == survey_.end()) return nullptr;
    const auto& databases = found->second.databases;
    const auto database = std::ranges::find(databases, id, &core::Database::id);
    return database == databases.end() ? nullptr : &*database;
  }

  static std::string default_resource_id(const core::DatabaseId& id) {
    return (id.is_cluster() ? "cluster-" : "db-") + upper(id.str());
  }

  void read_database(LineWords& words, DatabaseKind kind) {
    core::Database database;
    const core::Region region(words.next("the region"));
    database.id = core::DatabaseId(words.next("the identifier"), kind);
    database.engine = words.next("the engine");
    const bool is_cluster = kind == DatabaseKind::cluster;
    database.arn = arn_in(region, "rds", (is_cluster ? "cluster:" : "db:") + database.id.str());
    database.resource_id = words.value_or("resource", default_resource_id(database.id));
    database.engine_version = words.value_or("version", "8.0");
    database.status = words.value_or("status", "available");
    database.cluster_id = words.value_or("member-of", "");
    database.option_group = words.value_or("option-group", "");
    database.is_encrypted = !words.has("unencrypted");
    if (database.is_encrypted) database.kms_key_arn = key_arn(region, "home");
    database.allocated_storage_gib =
        gib_of(words.value_or("size", fmt::format("{}GiB", is_cluster ? 1 : kSizeGib)));
    database.tags = words.tags();
    at(region, kind).databases.push_back(std::move(database));
  }

  // What all snapshots have, before the line's words are asked.
  core::Snapshot blank(const core::Region& region, const core::Region& home,
                       const core::DatabaseId& id) {
    core::Snapshot snapshot;
    snapshot.database = id;
    snapshot.type = "manual";
    snapshot.resource_id = default_resource_id(id);
    snapshot.engine = id.is_cluster() ? "aurora-mysql" : "mysql";
    snapshot.allocated_storage_gib = id.is_cluster() ? 1 : kSizeGib;
    snapshot.is_encrypted = true;
    snapshot.source_region = home.str();
    if (const core::Database* database = database_named(home, id)) {
      snapshot.resource_id = database->resource_id;
      snapshot.engine = database->engine;
      snapshot.allocated_storage_gib = database->allocated_storage_gib;
      snapshot.is_encrypted = database->is_encrypted;
    }
    if (snapshot.is_encrypted) snapshot.kms_key_arn = key_arn(region, "home");
    return snapshot;
  }

  static core::Arn snapshot_arn(const core::Region& region, const core::SnapshotId& id) {
    return arn_in(region, "rds", (id.is_cluster() ? "cluster-snapshot:" : "snapshot:") + id.str());
  }

  // What a line may say of any snapshot, ours or not.
  void dress(core::Snapshot& snapshot, const core::Region& region, LineWords& words) {
    snapshot.id = core::SnapshotId(words.value_or("named", snapshot.id.str()), snapshot.id.kind());
    snapshot.arn = snapshot_arn(region, snapshot.id);
    snapshot.arn.partition = words.value_or("partition", snapshot.arn.partition);
    snapshot.type = words.value_or("type", snapshot.type);
    snapshot.progress_percent = snapshot.status == "available" ? 100 : 0;
    if (const auto progress = words.value("progress")) {
      snapshot.progress_percent = number_of(*progress);
    }
    snapshot.resource_id = words.value_or("resource", snapshot.resource_id);
    snapshot.engine = words.value_or("engine", snapshot.engine);
    if (const auto size = words.value("size")) snapshot.allocated_storage_gib = gib_of(*size);
    if (const auto data = words.value("data")) {
      snapshot.original_create_time.reset();
      if (*data != "none") snapshot.original_create_time = instant_of(*data);
    }
    if (const auto key = words.value("key")) snapshot.kms_key_arn = key_arn(region, *key);
    if (words.has("unencrypted")) {
      snapshot.is_encrypted = false;
      snapshot.kms_key_arn.clear();
    }
    if (words.has("untagged")) snapshot.tags.clear();
    if (const auto hold = words.value("hold")) snapshot.tags["snapferry:hold"] = *hold;
    for (const auto& [key, value] : words.tags()) snapshot.tags[key] = value;
  }

  void read_ours(LineWords& words, DatabaseKind kind, bool is_copy) {
    const core::Region region(words.next("the region"));
    const core::DatabaseId id(words.next("the database"), kind);
    const std::string when = words.next("the slot");
    const std::string status = words.next("the status");
    const auto times = times_of(when, words);
    const core::FleetPolicy& policy = policy_named(words.value("policy"));
    const core::Region home(
        words.value_or("from", (is_copy ? policy.source_regions.front() : region).str()));
    for (const core::Instant slot : times) {
      core::Snapshot snapshot = blank(region, home, id);
      snapshot.status = status;
      // A minute to begin with; while it is being made AWS tells no time.
      if (status != "creating") snapshot.original_create_time = slot + std::chrono::minutes(1);
      snapshot.tags = core::ownership_tags(
          {.owner = {.policy = policy.name, .source_region = home, .database = id}, .slot = slot});
      const core::SnapshotId original = name_of(policy.snapshot_name, id, slot);
      snapshot.id = original;
      if (is_copy) make_copy(snapshot, policy, region, home, slot);
      LineWords again = words;
      dress(snapshot, region, again);
      if (slot == times.back()) words = again;
      at(region, kind).view.snapshots.push_back(std::move(snapshot));
    }
  }

  static core::SnapshotId name_of(const std::string& text, const core::DatabaseId& id,
                                  core::Instant slot) {
    const auto name = core::NameTemplate::parse(text, id, "name");
    if (!name) throw LineError(core::describe(name.error()));
    return name->render(id, slot);
  }

  static void make_copy(core::Snapshot& snapshot, const core::FleetPolicy& policy,
                        const core::Region& region, const core::Region& home, core::Instant slot) {
    const auto target = std::ranges::find(policy.targets, region, &core::FleetTarget::region);
    if (target == policy.targets.end()) {
      throw LineError(region.str() + " is no target of policy " + policy.name);
    }
    snapshot.source_snapshot_arn = snapshot_arn(home, snapshot.id).str();
    snapshot.id = name_of(target->copy_name, snapshot.database, slot);
    const auto key = target->keys.find(snapshot.database.str());
    const std::string& named = key == target->keys.end() ? target->default_key : key->second;
    snapshot.is_encrypted = !named.empty();
    snapshot.kms_key_arn = key_arn(region, named);
    // RDS tells it of no copy of a cluster snapshot: it is what our tag says.
    if (snapshot.id.is_cluster() && snapshot.original_create_time) {
      snapshot.tags.emplace(core::kCreatedTag,
                            core::format_instant(*snapshot.original_create_time));
    }
  }

  // other REGION DATABASE NAME STATUS: somebody else's, without tags of ours.
  void read_other(LineWords& words, DatabaseKind kind) {
    const core::Region region(words.next("the region"));
    const core::DatabaseId id(words.next("the database"), kind);
    const std::string name = words.next("the name");
    const std::string status = words.next("the status");
    const core::Region home(words.value_or("from", region.str()));
    core::Snapshot snapshot = blank(region, home, id);
    snapshot.id = core::SnapshotId(name, kind);
    snapshot.status = status;
    if (home != region) snapshot.source_snapshot_arn = snapshot_arn(home, snapshot.id).str();
    dress(snapshot, region, words);
    at(region, kind).view.snapshots.push_back(std::move(snapshot));
  }

  // automated REGION DATABASE TIME STATUS: what RDS took in the backup window.
  void read_automated(LineWords& words, DatabaseKind kind) {
    const core::Region region(words.next("the region"));
    const core::DatabaseId id(words.next("the database"), kind);
    const std::string when = words.next("the time");
    const std::string status = words.next("the status");
    const auto times = times_of(when, words);
    for (const core::Instant time : times) {
      core::Snapshot snapshot = blank(region, region, id);
      const std::string at_time = core::format_instant(time);  // 2026-11-21T02:00:00Z
      snapshot.id = core::SnapshotId(fmt::format("rds:{}-{}-{}-{}", id.str(), at_time.substr(0, 10),
                                                 at_time.substr(11, 2), at_time.substr(14, 2)),
                                     kind);
      snapshot.type = "automated";
      snapshot.status = status;
      if (status != "creating") snapshot.original_create_time = time;
      LineWords again = words;
      dress(snapshot, region, again);
      if (time == times.back()) words = again;
      at(region, kind).view.snapshots.push_back(std::move(snapshot));
    }
  }

  // in-flight REGION N: copies that somebody else has running into the region.
  void read_in_flight(LineWords& words, DatabaseKind kind) {
    const core::Region region(words.next("the region"));
    const int count = number_of(words.next("how many"));
    const core::Region home(words.value_or("from", policies_.front().source_regions.front().str()));
    for (int i = 1; i <= count; ++i) {
      core::Snapshot snapshot =
          blank(region, home, core::DatabaseId(fmt::format("theirs-{}", i), kind));
      snapshot.id = core::SnapshotId(fmt::format("their-copy-{}", i), kind);
      snapshot.arn = snapshot_arn(region, snapshot.id);
      snapshot.status = "copying";
      snapshot.source_snapshot_arn =
          snapshot_arn(home, core::SnapshotId(fmt::format("their-snapshot-{}", i), kind)).str();
      at(region, kind).view.snapshots.push_back(std::move(snapshot));
    }
  }

  // quota REGION USED/MAX, or quota REGION unknown.
  void read_quota(LineWords& words, DatabaseKind kind) {
    const core::Region region(words.next("the region"));
    const std::string text = words.next("USED/MAX");
    quota_said_.insert({region, kind});
    auto& quota = at(region, kind).view.quota;
    quota.reset();
    if (text == "unknown") return;
    const size_t slash = text.find('/');
    if (slash == std::string::npos) throw LineError("a quota is USED/MAX: " + text);
    quota = core::SnapshotQuota{.used = number_of(text.substr(0, slash)),
                                .max = number_of(text.substr(slash + 1))};
  }

  static core::Error error_in(LineWords& words) {
    using core::ErrorKind;
    const std::string text = words.next("the kind of error");
    core::Error error;
    for (const ErrorKind kind : {ErrorKind::denied, ErrorKind::missing, ErrorKind::transient}) {
      if (core::to_string(kind) != text) continue;
      error.kind = kind;
      error.message = words.rest();
      return error;
    }
    throw LineError("an error is denied, missing or transient: " + text);
  }

  // key REGION NAME [state=Disabled] [asymmetric], or key REGION NAME error denied ...
  void read_key(LineWords& words) {
    const core::Region region(words.next("the region"));
    const std::string name = words.next("the key's name");
    const auto& keys = at(region, DatabaseKind::instance).view.keys;
    const auto found = keys.find(name);
    if (found == keys.end()) throw LineError("no target names the key " + name);
    if (words.has("error")) {
      set_key(region, name, std::unexpected(error_in(words)));
      return;
    }
    core::Key key = *found->second;
    key.state = words.value_or("state", key.state);
    key.is_symmetric_encryption = !words.has("asymmetric");
    set_key(region, name, key);
  }

  // unreadable REGION snapshots|databases [instances|clusters] KIND MESSAGE
  void read_unreadable(LineWords& words) {
    const core::Region region(words.next("the region"));
    const bool is_of_databases = words.has("databases");
    if (!is_of_databases && !words.has("snapshots")) {
      throw LineError("say what is unreadable: snapshots or databases");
    }
    const bool is_not_of_clusters = words.has("instances");
    const bool is_not_of_instances = words.has("clusters");
    // As engine tells it: where first.
    const core::Error error = core::with_context(error_in(words), region.str());
    for (const DatabaseKind kind : kKinds) {
      if (kind == DatabaseKind::cluster ? is_not_of_clusters : is_not_of_instances) continue;
      core::PlainPlace& seen = at(region, kind);
      (is_of_databases ? seen.databases_error : seen.view.error) = error;
    }
  }

  std::span<const core::FleetPolicy> policies_;
  core::PlainSurvey survey_;
  std::set<core::Place> quota_said_;
};

}  // namespace

std::expected<core::Survey, std::string> read_world(std::span<const core::FleetPolicy> policies,
                                                    const std::vector<std::string>& lines) {
  WorldReader reader(policies);
  for (const std::string& line : lines) {
    if (line.empty() || line.starts_with("#")) continue;
    try {
      reader.read(line);
    } catch (const LineError& error) {
      return std::unexpected(fmt::format("\"{}\": {}", line, error.what()));
    }
  }
  return reader.finish();
}

}  // namespace snapferry::golden
