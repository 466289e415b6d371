// SPDX-License-Identifier: Apache-2.0
#include "lambda/metrics.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

// The numbers of one document. Units in the names that CloudWatch has for them.
struct Numbers {
  std::optional<double> recovery_point_age_seconds;
  std::optional<long> recovery_points_missed;  ///< of a fleet
  std::optional<long> copies_in_flight;
  long failures = 0;
  std::optional<double> quota_used_percent;
};

json::object document(core::Instant now, const Numbers& numbers,
                      std::initializer_list<std::pair<std::string_view, std::string_view>> where) {
  json::array names;
  json::array metrics;
  json::object members;
  const auto add = [&](std::string_view name, std::string_view unit, json::value value) {
    metrics.push_back(json::object{{"Name", name}, {"Unit", unit}});
    members[name] = std::move(value);
  };
  for (const auto& [name, value] : where) {
    names.push_back(json::string(name));
    members[name] = value;
  }
  if (numbers.recovery_point_age_seconds) {
    add("RecoveryPointAge", "Seconds", *numbers.recovery_point_age_seconds);
  }
  if (numbers.recovery_points_missed) {
    add("RecoveryPointsMissed", "Count", *numbers.recovery_points_missed);
  }
  if (numbers.copies_in_flight) add("CopiesInFlight", "Count", *numbers.copies_in_flight);
  add("Failures", "Count", numbers.failures);
  if (numbers.quota_used_percent) add("QuotaUsed", "Percent", *numbers.quota_used_percent);
  json::array dimension_sets;
  dimension_sets.push_back(std::move(names));
  const json::object directive{{"Namespace", kNamespace},
                               {"Dimensions", std::move(dimension_sets)},
                               {"Metrics", std::move(metrics)}};
  json::object result{{"_aws", json::object{{"Timestamp", now.time_since_epoch().count()},
                                            {"CloudWatchMetrics", json::array{directive}}}}};
  for (auto& [name, value] : members) result[name] = std::move(value);
  return result;
}

const core::PlaceReport* place_of(const TickNumbers& numbers, const core::Region& region) {
  if (numbers.status == nullptr) return nullptr;
  for (const core::PlaceReport& place : numbers.status->places) {
    if (place.region == region) return &place;
  }
  return nullptr;
}

std::optional<double> quota_used(const core::PlaceReport& place) {
  if (!place.quota || place.quota->max <= 0) return std::nullopt;
  return 100.0 * double(place.quota->used) / double(place.quota->max);
}

long copies_started(const TickNumbers& numbers, const core::Region& region) {
  if (numbers.receipt == nullptr) return 0;
  return std::ranges::count_if(numbers.receipt->outcomes, [&](const engine::Outcome& outcome) {
    return outcome.step.kind == core::StepKind::copy && outcome.step.region == region &&
           outcome.kind == engine::OutcomeKind::started;
  });
}

Numbers numbers_of(const TickNumbers& numbers, const core::Target& target) {
  Numbers result;
  // Trouble at the source keeps every target from its copy.
  result.failures =
      numbers.is_failed +
      std::ranges::count_if(numbers.troubles, [&](const core::Trouble& trouble) {
        return trouble.region == target.region || trouble.region == numbers.policy.source_region;
      });
  const core::PlaceReport* place = place_of(numbers, target.region);
  if (place == nullptr || place->error) return result;
  if (place->age) {
    result.recovery_point_age_seconds =
        double(std::chrono::floor<core::Seconds>(*place->age).count());
  }
  result.copies_in_flight = place->in_progress_count + copies_started(numbers, target.region);
  result.quota_used_percent = quota_used(*place);
  return result;
}

// Adds up: the oldest age counts, and of one that is not known, none is.
struct Total {
  Numbers sum{.recovery_point_age_seconds = 0,
              .copies_in_flight = 0,
              .failures = 0,
              .quota_used_percent = {}};

  void add(const Numbers& one) {
    if (!one.recovery_point_age_seconds || !sum.recovery_point_age_seconds) {
      sum.recovery_point_age_seconds.reset();
    } else {
      sum.recovery_point_age_seconds =
          std::max(*sum.recovery_point_age_seconds, *one.recovery_point_age_seconds);
    }
    if (!one.copies_in_flight || !sum.copies_in_flight) {
      sum.copies_in_flight.reset();
    } else {
      *sum.copies_in_flight += *one.copies_in_flight;
    }
  }
};

// The documents of one database's targets; what they add up to goes into `total`.
void add_database(const TickNumbers& numbers, std::vector<json::object>& documents, Total& total) {
  const core::Policy& policy = numbers.policy;
  total.sum.failures += long(numbers.troubles.size()) + numbers.is_failed;
  for (const core::Target& target : policy.targets) {
    const Numbers one = numbers_of(numbers, target);
    documents.push_back(document(numbers.now, one,
                                 {{"Policy", policy.name},
                                  {"Database", policy.database.str()},
                                  {"Target", target.region.str()}}));
    total.add(one);
  }
  if (numbers.status == nullptr) return;
  for (const core::PlaceReport& place : numbers.status->places) {
    const auto used = quota_used(place);
    if (used) {
      total.sum.quota_used_percent = std::max(total.sum.quota_used_percent.value_or(0), *used);
    }
  }
}

}  // namespace

std::vector<json::object> metric_documents(const TickNumbers& numbers) {
  std::vector<json::object> documents;
  Total total;
  add_database(numbers, documents, total);
  documents.push_back(document(numbers.now, total.sum, {{"Policy", numbers.policy.name}}));
  return documents;
}

std::vector<json::object> fleet_metric_documents(std::string_view name,
                                                 std::span<const TickNumbers> databases,
                                                 long problems, core::Instant now) {
  std::vector<json::object> documents;
  Total total;
  total.sum.recovery_points_missed = 0;
  for (const TickNumbers& numbers : databases) {
    add_database(numbers, documents, total);
    *total.sum.recovery_points_missed +=
        numbers.status == nullptr || core::is_rpo_missed(numbers.policy, *numbers.status);
  }
  total.sum.failures += problems;
  if (problems > 0 || databases.empty()) {
    total.sum.recovery_point_age_seconds.reset();
    total.sum.recovery_points_missed.reset();
  }
  documents.push_back(document(now, total.sum, {{"Policy", name}}));
  return documents;
}

}  // namespace snapferry::lambda
