// SPDX-License-Identifier: Apache-2.0
#include "lambda/tick_answers.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

// Ours: an error's message names this many troubles; the log has them all.
constexpr size_t kTroublesMax = 5;

}  // namespace

std::string describe(const core::Trouble& trouble) {
  std::string text = fmt::format("{} in {}", core::to_string(trouble.kind), trouble.region.str());
  if (!trouble.snapshot.empty()) text += " of " + trouble.snapshot.str();
  text += ": " + trouble.text;
  if (!trouble.hint.empty()) text += " (hint: " + trouble.hint + ")";
  return text;
}

std::string describe(const std::vector<core::Trouble>& troubles) {
  std::string text;
  for (size_t i = 0; i < std::min(troubles.size(), kTroublesMax); ++i) {
    text += (text.empty() ? "" : "; ") + describe(troubles[i]);
  }
  if (troubles.size() > kTroublesMax) {
    text += fmt::format("; and {} more", troubles.size() - kTroublesMax);
  }
  return text;
}

std::string with_hint(const core::Error& error) {
  return fmt::format("{} (hint: {})", core::describe(error), core::next_act(error));
}

Answer answer_of(const json::object& document) {
  json::object shorter = document;
  json::array left_out;
  for (const char* name : {"plan", "outcomes", "steps", "places", "plans", "databases"}) {
    if (shorter.erase(name) > 0) left_out.push_back(json::string(name));
  }
  shorter["left_out"] = std::move(left_out);
  shorter["message"] = "the answer was larger than Lambda takes; the log has every step";
  return {.text = json::serialize(document), .shorter = json::serialize(shorter)};
}

int acted_count(const engine::Receipt& receipt) {
  return int(std::ranges::count_if(receipt.outcomes, [](const engine::Outcome& outcome) {
    return outcome.kind == engine::OutcomeKind::started ||
           outcome.kind == engine::OutcomeKind::adopted;
  }));
}

}  // namespace snapferry::lambda
