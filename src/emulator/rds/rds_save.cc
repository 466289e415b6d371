// RdsModel from and to JSON, for --data, and the lineage of its copies. Each record's fields are
// named once (fields_of), for both ways. Times on worked() are saved as they stand and rebased on
// load: worked() begins anew with each start, and no work is done while nothing runs.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

std::string name_of(Transfer transfer) {
  switch (transfer) {
    case Transfer::none:
      return "none";
    case Transfer::undecided:
      return "undecided";
    case Transfer::full:
      return "full";
    case Transfer::incremental:
      return "incremental";
  }
  return "none";
}

struct Writer {
  json::object object;

  static json::value of(const std::string& value) { return json::value(value); }
  static json::value of(int value) { return json::value(value); }
  static json::value of(bool value) { return json::value(value); }
  static json::value of(core::Milliseconds value) { return json::value(value.count()); }
  static json::value of(core::Instant value) { return of(value.time_since_epoch()); }
  template <class Tag>
  static json::value of(const core::Id<Tag>& value) {
    return json::value(value.str());
  }
  static json::value of(core::DatabaseKind value) { return of(static_cast<int>(value)); }
  static json::value of(SnapshotPhase value) { return of(static_cast<int>(value)); }
  static json::value of(Transfer value) { return of(static_cast<int>(value)); }
  template <class T>
  static json::value of(const std::optional<T>& value) {
    return value ? of(*value) : json::value(nullptr);
  }
  static json::value of(const std::map<std::string, std::string>& value) {
    json::object result;
    for (const auto& [key, text] : value) result[key] = text;
    return result;
  }
  template <class Texts>
    requires requires(const Texts& texts) {
      requires std::same_as<typename Texts::value_type, std::string>;
    }
  static json::value of(const Texts& value) {
    json::array result;
    for (const auto& text : value) result.emplace_back(text);
    return result;
  }
  static json::value of(const DatabaseFacts& value);

  template <class T>
  void operator()(const char* name, const T& value) {
    object[name] = of(value);
  }

  // What files from before there were clusters do not have.
  template <class T>
  void later(const char* name, const T& value) {
    object[name] = of(value);
  }
};

// What Boost.JSON throws tells what is wrong and not where; each level adds its own name.
template <class Read>
void at_place(std::string_view place, const Read& read) {
  try {
    read();
  } catch (const std::exception& exception) {
    throw std::runtime_error(fmt::format("{}: {}", place, exception.what()));
  }
}

void check_range(long value, long max) {
  if (value >= 0 && value <= max) return;
  throw std::out_of_range(fmt::format("{} is not from 0 to {}", value, max));
}

int in_range(const json::value& from, int max) {
  const long value = from.to_number<long>();
  check_range(value, max);
  return static_cast<int>(value);
}

struct Reader {
  const json::object& object;

  static void to(const json::value& from, std::string& value) { value = from.as_string().c_str(); }
  // Sizes, counts, ports and percentages: none is ever below zero.
  static void to(const json::value& from, int& value) {
    value = in_range(from, std::numeric_limits<int>::max());
  }
  static void to(const json::value& from, bool& value) { value = from.as_bool(); }
  static void to(const json::value& from, core::Milliseconds& value) {
    value = core::Milliseconds(from.to_number<core::Milliseconds::rep>());
  }
  static void to(const json::value& from, core::Instant& value) {
    core::Milliseconds since_epoch{0};
    to(from, since_epoch);
    value = core::Instant(since_epoch);
  }
  template <class Tag>
  static void to(const json::value& from, core::Id<Tag>& value) {
    value = core::Id<Tag>(from.as_string().c_str());
  }
  static void to(const json::value& from, core::DatabaseKind& value) {
    value = static_cast<core::DatabaseKind>(
        in_range(from, static_cast<int>(core::DatabaseKind::cluster)));
  }
  static void to(const json::value& from, SnapshotPhase& value) {
    value = static_cast<SnapshotPhase>(in_range(from, static_cast<int>(SnapshotPhase::deleting)));
  }
  static void to(const json::value& from, Transfer& value) {
    value = static_cast<Transfer>(in_range(from, static_cast<int>(Transfer::incremental)));
  }
  template <class T>
  static void to(const json::value& from, std::optional<T>& value) {
    value.reset();
    if (!from.is_null()) to(from, value.emplace());
  }
  static void to(const json::value& from, std::map<std::string, std::string>& value) {
    for (const auto& [key, text] : from.as_object()) to(text, value[key]);
  }
  static void to(const json::value& from, std::set<std::string>& value) {
    for (const auto& text : from.as_array()) value.insert(text.as_string().c_str());
  }
  static void to(const json::value& from, std::vector<std::string>& value) {
    for (const auto& text : from.as_array()) value.emplace_back(text.as_string().c_str());
  }
  static void to(const json::value& from, DatabaseFacts& value);

  template <class T>
  void operator()(const char* name, T& value) {
    at_place(name, [&] { to(object.at(name), value); });
  }

  template <class T>
  void later(const char* name, T& value) {
    if (object.contains(name)) (*this)(name, value);
  }
};

template <class Archive, class Facts>
void fields_of_facts(Archive& archive, Facts& facts) {
  archive("engine", facts.engine);
  archive("engine_version", facts.engine_version);
  archive("resource_id", facts.resource_id);
  archive("allocated_storage_gib", facts.allocated_storage_gib);
  archive("port", facts.port);
  archive("storage_type", facts.storage_type);
  archive("iops", facts.iops);
  archive("availability_zone", facts.availability_zone);
  archive("master_username", facts.master_username);
  archive("license_model", facts.license_model);
  archive("option_group", facts.option_group);
  archive("timezone", facts.timezone);
  archive("is_iam_authentication_enabled", facts.is_iam_authentication_enabled);
  archive("backup_retention_days", facts.backup_retention_days);
  archive("preferred_backup_window", facts.preferred_backup_window);
  archive("is_encrypted", facts.is_encrypted);
  archive("kms_key_arn", facts.kms_key_arn);
  archive("instance_create_time", facts.instance_create_time);
}

json::value Writer::of(const DatabaseFacts& value) {
  Writer writer;
  fields_of_facts(writer, value);
  return writer.object;
}

void Reader::to(const json::value& from, DatabaseFacts& value) {
  Reader reader{from.as_object()};
  fields_of_facts(reader, value);
}

template <class Archive, class Instance>
void fields_of_instance(Archive& archive, Instance& instance) {
  archive("id", instance.id);
  archive("arn", instance.arn);
  archive("account", instance.account);
  archive("region", instance.region);
  archive("partition", instance.partition);
  archive("facts", instance.facts);
  archive("status", instance.status);
  archive("instance_class", instance.instance_class);
  archive("cluster_id", instance.cluster_id);
  archive("db_name", instance.db_name);
  archive("parameter_group", instance.parameter_group);
  archive("preferred_maintenance_window", instance.preferred_maintenance_window);
  archive("replica_source", instance.replica_source);
  archive("is_multi_az", instance.is_multi_az);
  archive("is_publicly_accessible", instance.is_publicly_accessible);
  archive("is_copying_tags_to_snapshot", instance.is_copying_tags_to_snapshot);
  archive("is_protected", instance.is_protected);
  archive("is_keeping_automated_backups", instance.is_keeping_automated_backups);
  archive("tags", instance.tags);
  archive("next_status", instance.next_status);
  archive("due", instance.due);
}

template <class Archive, class Cluster>
void fields_of_cluster(Archive& archive, Cluster& cluster) {
  archive("id", cluster.id);
  archive("arn", cluster.arn);
  archive("account", cluster.account);
  archive("region", cluster.region);
  archive("partition", cluster.partition);
  archive("facts", cluster.facts);
  archive("status", cluster.status);
  archive("instance_class", cluster.instance_class);
  archive("database_name", cluster.database_name);
  archive("parameter_group", cluster.parameter_group);
  archive("preferred_maintenance_window", cluster.preferred_maintenance_window);
  archive("is_copying_tags_to_snapshot", cluster.is_copying_tags_to_snapshot);
  archive("is_protected", cluster.is_protected);
  archive("is_keeping_automated_backups", cluster.is_keeping_automated_backups);
  archive("members", cluster.members);
  archive("tags", cluster.tags);
  archive("next_status", cluster.next_status);
  archive("due", cluster.due);
}

template <class Archive, class Snapshot>
void fields_of_snapshot(Archive& archive, Snapshot& snapshot) {
  archive.later("kind", snapshot.kind);
  archive("id", snapshot.id);
  archive("arn", snapshot.arn);
  archive("account", snapshot.account);
  archive("region", snapshot.region);
  archive("partition", snapshot.partition);
  archive("instance", snapshot.instance);
  archive("facts", snapshot.facts);
  archive("type", snapshot.type);
  archive("status", snapshot.status);
  archive("progress_percent", snapshot.progress_percent);
  archive("create_time", snapshot.create_time);
  archive("original_create_time", snapshot.original_create_time);
  archive("database_time", snapshot.database_time);
  archive("source_snapshot_arn", snapshot.source_snapshot_arn);
  archive("source_region", snapshot.source_region);
  archive("tags", snapshot.tags);
  archive("shared_with", snapshot.shared_with);
  archive("phase", snapshot.phase);
  archive("requested_at", snapshot.requested_at);
  archive("requested_work", snapshot.requested_work);
  archive("started_work", snapshot.started_work);
  archive("duration", snapshot.duration);
  archive("due", snapshot.due);
  archive("hidden_until", snapshot.hidden_until);
  archive("will_fail", snapshot.will_fail);
  archive("source_was_copy", snapshot.source_was_copy);
  archive("transfer", snapshot.transfer);
  archive("base_arn", snapshot.base_arn);
  archive("transfer_reason", snapshot.transfer_reason);
}

template <class Archive, class Group>
void fields_of_option_group(Archive& archive, Group& group) {
  archive("name", group.name);
  archive("options", group.persistent_options);
  archive.later("engine", group.engine);
  archive.later("major_version", group.major_version);
  archive.later("description", group.description);
  archive.later("arn", group.arn);
  archive.later("tags", group.tags);
}

template <class Archive, class Event>
void fields_of_event(Archive& archive, Event& event) {
  archive("event_id", event.event_id);
  archive("account", event.account);
  archive("region", event.region);
  archive("source_type", event.source_type);
  archive("source_id", event.source_id);
  archive("source_arn", event.source_arn);
  archive("category", event.category);
  archive("message", event.message);
  archive("date", event.date);
}

template <class Record>
void check_partition(const Record& record) {
  const auto partition = core::partition_of(record.region);
  if (partition && *partition == record.partition) return;
  throw std::runtime_error(fmt::format("partition: \"{}\" is not that of region \"{}\"",
                                       record.partition, record.region.str()));
}

DbInstance read_instance(const json::value& saved) {
  Reader reader{saved.as_object()};
  DbInstance instance;
  fields_of_instance(reader, instance);
  check_partition(instance);
  return instance;
}

DbCluster read_cluster(const json::value& saved) {
  Reader reader{saved.as_object()};
  DbCluster cluster;
  fields_of_cluster(reader, cluster);
  check_partition(cluster);
  return cluster;
}

DbSnapshot read_snapshot(const json::value& saved) {
  Reader reader{saved.as_object()};
  DbSnapshot snapshot;
  fields_of_snapshot(reader, snapshot);
  check_partition(snapshot);
  at_place("progress_percent", [&] { check_range(snapshot.progress_percent, 100); });
  at_place("duration", [&] {
    check_range(snapshot.duration.count(), std::numeric_limits<core::Milliseconds::rep>::max());
  });
  return snapshot;
}

RdsEvent read_event(const json::value& saved) {
  Reader reader{saved.as_object()};
  RdsEvent event;
  fields_of_event(reader, event);
  return event;
}

RdsQuotas read_quotas(const json::value& saved) {
  RdsQuotas quotas;
  const auto read = [&](const char* name, long& value) {
    at_place(name, [&] {
      value = saved.at(name).to_number<long>();
      check_range(value, std::numeric_limits<long>::max());
    });
  };
  read("manual_snapshots", quotas.manual_snapshots);
  read("copies_in_flight", quotas.copies_in_flight);
  read("instances", quotas.instances);
  if (!saved.as_object().contains("clusters")) return quotas;  // from before there were clusters
  read("manual_cluster_snapshots", quotas.manual_cluster_snapshots);
  read("cluster_copies_in_flight", quotas.cluster_copies_in_flight);
  read("clusters", quotas.clusters);
  return quotas;
}

// Hands each entry of the list `name` to `keep`, with its place for whatever is wrong in it.
template <class Keep>
void for_each_entry(const json::object& object, const char* name, const Keep& keep) {
  const json::array& entries = object.at(name).as_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    at_place(fmt::format("{}[{}]", name, i), [&] { keep(entries[i]); });
  }
}

json::object save_quotas(const RdsQuotas& quotas) {
  return {{"manual_snapshots", quotas.manual_snapshots},
          {"manual_cluster_snapshots", quotas.manual_cluster_snapshots},
          {"copies_in_flight", quotas.copies_in_flight},
          {"cluster_copies_in_flight", quotas.cluster_copies_in_flight},
          {"instances", quotas.instances},
          {"clusters", quotas.clusters}};
}

}  // namespace

RdsModel::RdsModel(EmulatorClock& clock, KmsModel& kms, Faults& faults, unsigned long seed)
    : clock_(clock),
      kms_(kms),
      faults_(faults),
      ids_(seed, "rds"),
      settled_at_(clock.now()),
      now_(settled_at_),
      settled_work_(clock.worked()),
      now_work_(settled_work_) {}

json::value RdsModel::save() const {
  json::array saved_instances;
  for (const auto& [arn, instance] : instances) {
    Writer writer;
    fields_of_instance(writer, instance);
    saved_instances.push_back(std::move(writer.object));
  }
  json::array saved_clusters;
  for (const auto& [arn, cluster] : clusters) {
    Writer writer;
    fields_of_cluster(writer, cluster);
    saved_clusters.push_back(std::move(writer.object));
  }
  json::array saved_snapshots;
  for (const auto& [arn, snapshot] : snapshots) {
    Writer writer;
    fields_of_snapshot(writer, snapshot);
    saved_snapshots.push_back(std::move(writer.object));
  }
  json::array saved_events;
  for (const RdsEvent& event : events) {
    Writer writer;
    fields_of_event(writer, event);
    saved_events.push_back(std::move(writer.object));
  }
  json::object saved_groups;
  for (const auto& [arn, group] : option_groups) {
    Writer writer;
    fields_of_option_group(writer, group);
    saved_groups[arn] = std::move(writer.object);
  }
  json::object saved_quotas;
  for (const auto& [region, quota] : quotas_) saved_quotas[region.str()] = save_quotas(quota);
  return json::object{{"instances", std::move(saved_instances)},
                      {"clusters", std::move(saved_clusters)},
                      {"snapshots", std::move(saved_snapshots)},
                      {"events", std::move(saved_events)},
                      {"new_events", std::min(new_events_, events.size())},
                      {"option_groups", std::move(saved_groups)},
                      {"quotas", std::move(saved_quotas)},
                      {"last_copies", Writer::of(last_copies_)},
                      {"ids_drawn", ids_.drawn()},
                      {"worked", now_work_.count()}};
}

void RdsModel::load(const json::value& saved) {
  const json::object& object = saved.as_object();
  settle();
  core::Milliseconds saved_work{0};
  Reader::to(object.at("worked"), saved_work);
  const core::Milliseconds shift = now_work_ - saved_work;
  instances.clear();
  clusters.clear();
  snapshots.clear();
  index_.clear();
  option_groups.clear();
  events.clear();
  quotas_.clear();
  last_copies_.clear();
  agenda_.clear();
  for_each_entry(object, "instances", [&](const json::value& entry) {
    const DbInstance instance = read_instance(entry);
    DbInstance& kept = instances[instance.arn] = instance;
    index_.add(kept);
    if (kept.due) schedule(kept, *kept.due + shift);
  });
  if (object.contains("clusters")) {  // not from before there were any
    for_each_entry(object, "clusters", [&](const json::value& entry) {
      const DbCluster cluster = read_cluster(entry);
      const Caller owner{cluster.account, cluster.region, cluster.partition, {}};
      for (const std::string& id : cluster.members) {
        if (find_instance(owner, id) != nullptr) continue;
        throw std::runtime_error(fmt::format("members: there is no instance \"{}\"", id));
      }
      DbCluster& kept = clusters[cluster.arn] = cluster;
      if (kept.due) schedule(kept, *kept.due + shift);
    });
  }
  for_each_entry(object, "snapshots", [&](const json::value& entry) {
    DbSnapshot snapshot = read_snapshot(entry);
    snapshot.requested_work += shift;
    snapshot.started_work += shift;
    snapshot.hidden_until += shift;
    DbSnapshot& kept = snapshots[snapshot.arn] = snapshot;
    index_.add(kept);
    if (kept.due) schedule(kept, *kept.due + shift);
  });
  for_each_entry(object, "events",
                 [&](const json::value& entry) { events.push_back(read_event(entry)); });
  // Files of version 0.1 have no such count: nothing listened then.
  const json::value* untaken = object.if_contains("new_events");
  new_events_ = untaken == nullptr ? 0 : untaken->to_number<size_t>();
  for (const auto& [arn, entry] : object.at("option_groups").as_object()) {
    Reader reader{entry.as_object()};
    fields_of_option_group(reader, option_groups[arn]);
  }
  for (const auto& item : object.at("quotas").as_object()) {
    const std::string region(item.key());
    at_place(fmt::format("quotas.{}", region),
             [&] { quotas_[core::Region(region)] = read_quotas(item.value()); });
  }
  Reader::to(object.at("last_copies"), last_copies_);
  ids_.set_drawn(object.at("ids_drawn").to_number<unsigned long>());
}

json::value RdsModel::lineage() const {
  json::array result;
  for (const auto& [arn, snapshot] : snapshots) {
    if (!snapshot.is_copy()) continue;
    result.push_back(json::object{{"arn", arn},
                                  {"source", snapshot.source_snapshot_arn},
                                  {"status", snapshot.status},
                                  {"resource_id", snapshot.facts.resource_id},
                                  {"kms_key_arn", snapshot.facts.kms_key_arn},
                                  {"transfer", name_of(snapshot.transfer)},
                                  {"base", snapshot.base_arn},
                                  {"reason", snapshot.transfer_reason}});
  }
  return result;
}

}  // namespace snapferry::emulator
