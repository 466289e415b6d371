// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/python_runtime.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kProgram = R"py(
import http.client
import importlib
import json
import os
import sys
import time
import traceback

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
TIMEOUT_SECONDS = int(sys.argv[1])
BASE = "/2018-06-01/runtime/"
connection = http.client.HTTPConnection(API)


def call(method, path, body=None, headers={}):
    connection.request(method, BASE + path, body=body, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def error_of(error):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_exception(error),
    })


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        # The deadline is in the emulator's time of day, which this process does not know.
        self._end = time.monotonic() + TIMEOUT_SECONDS

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))


sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
try:
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
except BaseException as error:
    call("POST", "init/error", error_of(error),
         {"Lambda-Runtime-Function-Error-Type": "Runtime." + type(error).__name__})
    sys.exit(1)

while True:
    answer, event = call("GET", "invocation/next")
    context = Context(answer.headers)
    os.environ["_X_AMZN_TRACE_ID"] = answer.headers["Lambda-Runtime-Trace-Id"]
    path = "invocation/" + context.aws_request_id
    try:
        result = json.dumps(handler(json.loads(event), context))
    except Exception as error:
        sys.stdout.flush()
        call("POST", path + "/error", error_of(error),
             {"Lambda-Runtime-Function-Error-Type": "Runtime." + type(error).__name__})
    else:
        sys.stdout.flush()
        call("POST", path + "/response", result)
)py";

}  // namespace

std::string_view python_runtime() {
  return kProgram;
}

}  // namespace snapferry::emulator
