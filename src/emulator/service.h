// One call as a service gets it, and what a service is to the door.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "emulator/query/query_parameters.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Requires: World::mutex is held while a service works on it; the caller was authenticated and is
/// allowed to (iam/access.h).
struct ServiceCall {
  World& world;
  Caller caller;
  core::Instant now;           ///< the emulator's time of day
  std::string operation = {};  ///< "CreateFunction"
  std::string request_id = {};
  const WireRequest& request;
  std::string path = {};                 ///< of the request's target, decoded
  Fields query = {};                     ///< of the request's target, decoded, no X-Amz-*
  QueryParameters parameters{Fields{}};  ///< Query services: the form
  boost::json::object input = {};        ///< JSON services: the body
  /// Set by a service whose answer must wait for something that needs the lock (a function that
  /// runs, a stack that is made): the door lets the lock go, runs it, and answers with what it
  /// returns in place of the service's own answer.
  std::function<ServiceResult<WireResponse>()> after_unlock = {};
};

/// What the door knows of a service. One of the three `serve` functions is set.
struct Service {
  std::string_view name;  ///< in a signature's scope: "monitoring"

  /// Query: returns the whole XML document.
  ServiceResult<std::string> (*serve_query)(ServiceCall& call) = nullptr;
  std::string_view version = {};
  std::string_view xmlns = {};

  /// JSON: returns the output; empty for operations that give none.
  ServiceResult<boost::json::object> (*serve_json)(ServiceCall& call) = nullptr;
  std::string_view target_prefix = {};  ///< of X-Amz-Target, with its dot: "TrentService."
  std::string_view json_version = {};   ///< "1.1"

  /// REST: returns the whole answer.
  ServiceResult<WireResponse> (*serve_rest)(ServiceCall& call) = nullptr;
  /// Returns the operation that method and path mean; empty when none.
  std::string (*operation_of)(const WireRequest& request, const std::string& path,
                              const Fields& query) = nullptr;
  /// Writes a refusal as this service's clients read it.
  WireResponse (*refuse_rest)(const ServiceError& error, const std::string& request_id) = nullptr;
};

}  // namespace snapferry::emulator
