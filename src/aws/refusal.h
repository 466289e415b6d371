// Reads a refused answer, whatever its form, into an Error: AWS answers in three forms, and what
// stands before AWS in any. Nothing here fails, and no secret goes into a message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/http/http.h"
#include "core/result.h"

namespace snapferry::aws {

/// What a refused answer says, in whichever of AWS's forms it says it.
struct Refusal {
  std::string code;  ///< empty when the answer is no error of AWS
  std::string message;
  std::string request_id;
};

/// Reads <ErrorResponse><Error>, <Response><Errors><Error>, JSON with __type or x-amzn-ErrorType.
/// Never fails: from HTML, empty, binary and cut bodies comes a Refusal without a code.
Refusal read_refusal(const HttpResponse& response);

/// Returns the request id of any answer: header x-amzn-RequestId or x-amz-request-id.
std::string request_id_of(const HttpResponse& response);

/// Returns the Error of an answer that is not a success. `call` names what was asked
/// ("rds CopyDBSnapshot in eu-central-1"). The message holds AWS's own text on one line, without
/// what AWS echoes of signed headers; where AWS did not speak, a short excerpt.
core::Error read_error(std::string_view service, std::string_view call,
                       const HttpResponse& response, bool is_write);

}  // namespace snapferry::aws
