// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/events_model.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/events/event_delivery.h"
#include "emulator/events/event_pattern.h"
#include "emulator/events/schedule.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using core::Instant;

std::string partition_of_region(const core::Region& region) {
  return std::string(core::partition_of(region).value_or("aws"));
}

json::value save_instant(std::optional<Instant> instant) {
  return instant ? json::value(instant->time_since_epoch().count()) : json::value(nullptr);
}

std::optional<Instant> load_instant(const json::value& saved) {
  if (saved.is_null()) return std::nullopt;
  return Instant(core::Milliseconds(saved.as_int64()));
}

std::string text_at(const json::object& saved, std::string_view name) {
  return std::string(saved.at(name).as_string());
}

json::object save_rule(const EventRule& rule) {
  return {{"name", rule.name},
          {"bus", rule.bus},
          {"account", rule.account.str()},
          {"region", rule.region.str()},
          {"description", rule.description},
          {"role_arn", rule.role_arn},
          {"schedule", rule.schedule},
          {"pattern", rule.pattern},
          {"is_enabled", rule.is_enabled},
          {"targets", json::value_from(rule.targets)},
          {"tags", json::value_from(rule.tags)},
          {"next_fire", save_instant(rule.next_fire)}};
}

EventRule load_rule(const std::string& arn, const json::object& saved) {
  EventRule rule;
  rule.arn = arn;
  rule.name = text_at(saved, "name");
  rule.bus = text_at(saved, "bus");
  rule.account = core::AccountId(text_at(saved, "account"));
  rule.region = core::Region(text_at(saved, "region"));
  rule.description = text_at(saved, "description");
  rule.role_arn = text_at(saved, "role_arn");
  rule.schedule = text_at(saved, "schedule");
  rule.pattern = text_at(saved, "pattern");
  rule.is_enabled = saved.at("is_enabled").as_bool();
  for (const json::value& target : saved.at("targets").as_array()) {
    rule.targets.push_back(target.as_object());
  }
  rule.tags = json::value_to<std::map<std::string, std::string>>(saved.at("tags"));
  rule.next_fire = load_instant(saved.at("next_fire"));
  if (!rule.pattern.empty()) rule.parsed_pattern = json::parse(rule.pattern).as_object();
  return rule;
}

}  // namespace

std::string bus_arn_of(const EventRule& rule) {
  return fmt::format("arn:{}:events:{}:{}:event-bus/{}", partition_of_region(rule.region),
                     rule.region.str(), rule.account.str(), rule.bus);
}

json::object to_envelope(const BusEvent& event) {
  const Instant second = std::chrono::floor<std::chrono::seconds>(event.time);
  // Source: rds-facts 6.1: the order of members is the order of the samples; time has seconds.
  return {{"version", "0"},
          {"id", event.id},
          {"detail-type", event.detail_type},
          {"source", event.source},
          {"account", event.account.str()},
          {"time", core::format_instant(second)},
          {"region", event.region.str()},
          {"resources", json::value_from(event.resources)},
          {"detail", event.detail}};
}

void EventsModel::arm(EventRule& rule, Instant now) {
  rule.next_fire.reset();
  if (rule.schedule.empty() || !rule.is_enabled) return;
  if (const auto schedule = parse_schedule(rule.schedule)) {
    rule.next_fire = schedule->next_after(now);
  }
}

bool EventsModel::has_bus(const std::string& bus_arn) const {
  return bus_arn.ends_with(":event-bus/default") || buses.contains(bus_arn);
}

EventBus& EventsModel::bus(const std::string& bus_arn) {
  EventBus& found = buses[bus_arn];
  if (found.arn.empty()) {
    found.arn = bus_arn;
    found.name = bus_arn.substr(bus_arn.rfind('/') + 1);
  }
  return found;
}

std::optional<Instant> EventsModel::next_due(World& /*world*/) {
  std::optional<Instant> next;
  for (const auto& [arn, rule] : rules) {
    if (rule.next_fire && (!next || *rule.next_fire < *next)) next = rule.next_fire;
  }
  return next;
}

void EventsModel::run_due(World& world, Instant now) {
  for (auto& [arn, rule] : rules) {
    while (rule.next_fire && *rule.next_fire <= now) {
      const Instant due = *rule.next_fire;
      // A period is counted from the time it was due, however late it is looked at.
      rule.next_fire = parse_schedule(rule.schedule)->next_after(due);
      const BusEvent event = {.id = ids.uuid(),
                              .source = "aws.events",
                              .detail_type = "Scheduled Event",
                              .account = rule.account,
                              .region = rule.region,
                              .time = due,
                              .resources = {rule.arn},
                              .detail = {}};
      send_to_targets(world, rule, to_envelope(event), false);
      // Whoever was down for days does not play them all: AWS fires what is due, not what was.
      if (rule.next_fire && *rule.next_fire <= now) {
        rule.next_fire = parse_schedule(rule.schedule)->next_after(now);
      }
    }
  }
}

void EventsModel::deliver(World& world, const BusEvent& event) {
  BusEvent whole = event;
  if (whole.id.empty()) whole.id = ids.uuid();
  put_on_bus(world,
             fmt::format("arn:{}:events:{}:{}:event-bus/default", partition_of_region(event.region),
                         event.region.str(), event.account.str()),
             to_envelope(whole), false);
}

void EventsModel::put_on_bus(World& world, const std::string& bus_arn, const json::object& event,
                             bool is_forwarded) {
  // By ARN, and found again for each: a target may be a function's queue, but never a rule's end.
  for (const auto& [arn, rule] : rules) {
    if (!rule.is_enabled || rule.parsed_pattern.empty() || bus_arn_of(rule) != bus_arn) continue;
    if (is_match(rule.parsed_pattern, event)) send_to_targets(world, rule, event, is_forwarded);
  }
}

json::value EventsModel::save() const {
  json::object saved_rules;
  for (const auto& [arn, rule] : rules) saved_rules[arn] = save_rule(rule);
  json::object saved_buses;
  for (const auto& [arn, bus] : buses) {
    saved_buses[arn] = json::object{{"name", bus.name},
                                    {"description", bus.description},
                                    {"created", save_instant(bus.created)},
                                    {"statements", bus.statements},
                                    {"tags", json::value_from(bus.tags)}};
  }
  return json::object{
      {"rules", std::move(saved_rules)}, {"buses", std::move(saved_buses)}, {"ids", ids.drawn()}};
}

void EventsModel::load(const json::value& saved) {
  rules.clear();
  buses.clear();
  const json::object& object = saved.as_object();
  // What was saved before there were events is empty.
  if (object.empty()) return;
  for (const auto& item : object.at("rules").as_object()) {
    const std::string arn(item.key());
    rules[arn] = load_rule(arn, item.value().as_object());
  }
  for (const auto& item : object.at("buses").as_object()) {
    const json::object& bus = item.value().as_object();
    EventBus loaded;
    loaded.arn = std::string(item.key());
    loaded.name = text_at(bus, "name");
    loaded.description = text_at(bus, "description");
    loaded.created = load_instant(bus.at("created")).value_or(Instant());
    loaded.statements = bus.at("statements").as_array();
    loaded.tags = json::value_to<std::map<std::string, std::string>>(bus.at("tags"));
    buses[loaded.arn] = std::move(loaded);
  }
  ids.set_drawn(object.at("ids").to_number<unsigned long>());
}

}  // namespace snapferry::emulator
