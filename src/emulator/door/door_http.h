// The HTTP door: who calls and which service is meant comes from the signature's scope, as does the
// region, since one address serves them all. Faults that were ordered strike here, around the
// model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/result.h"
#include "emulator/door/call_log.h"
#include "emulator/identifiers.h"
#include "emulator/wire.h"
#include "emulator/world.h"

namespace snapferry::emulator {

class DoorHttp {
 public:
  /// Called after every call that may have changed the world, with no lock held. A failure becomes
  /// the call's answer (500).
  using OnChange = std::function<core::Result<void>()>;

  /// `world` must outlive the door.
  DoorHttp(World& world, unsigned long seed, OnChange on_change = {});

  /// Answers one request, whatever it is. May be called from several threads at once; one hold of
  /// World::mutex spans signature, faults and effect; an answer that must wait (service.h,
  /// after_unlock) waits without it.
  Reply answer(const WireRequest& request);

 private:
  struct Call;

  Reply answer_service(const WireRequest& request, const std::string& path, const Fields& query);
  /// Requires: World::mutex is held.
  Reply serve(Call& call, const Fields& query);
  ServiceResult<WireResponse> serve_operation(Call& call);
  static ServiceResult<void> read_query_call(Call& call);
  static ServiceResult<void> read_json_call(Call& call);
  ServiceResult<void> identify(Call& call, const Fields& query);
  ServiceResult<void> identify_rpc(Call& call) const;
  WireResponse refusal(const Call& call, const ServiceError& error) const;
  void log(const Call& call, const Reply& reply);

  World& world_;
  OnChange on_change_;
  CallLog calls_;
  Identifiers request_ids_;
};

}  // namespace snapferry::emulator
