// What a tick's answers and failures are made of, for one database and for many.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/alert.h"
#include "core/result.h"
#include "engine/receipt.h"
#include "lambda/handler.h"

namespace snapferry::lambda {

inline constexpr const char* kTickFailed = "Snapferry.TickFailed";

/// "blocked in eu-central-1 of NAME: what (hint: the way out)".
std::string describe(const core::Trouble& trouble);
/// The first few troubles, and how many more there are: the log has them all.
std::string describe(const std::vector<core::Trouble>& troubles);
std::string with_hint(const core::Error& error);

/// The document, and the same without its lists should they be too long for Lambda.
Answer answer_of(const boost::json::object& document);

int acted_count(const engine::Receipt& receipt);

}  // namespace snapferry::lambda
