"""The loop that Lambda's Python runtime makes around a handler: init, then next, handler, response.

It stands in for AWS's own awslambdaric, a C++ extension over libcurl, of which neither a wheel nor the source
can be had here. http.client is what that package's pure Python part uses; the loop is its loop.
Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", 2023.
SPDX-License-Identifier: Apache-2.0
"""

import http.client
import importlib
import json
import os
import sys


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        event = json.loads(answer.read())
        path = f"/2018-06-01/runtime/invocation/{answer.headers['Lambda-Runtime-Aws-Request-Id']}/"
        try:
            body, end, headers = handler(event, None), "response", {}
        except Exception as error:  # any failure of a handler is a failed invocation
            body, end = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}, "error"
            headers = {"Lambda-Runtime-Function-Error-Type": type(error).__name__}
        api.request("POST", path + end, body=json.dumps(body), headers=headers)
        api.getresponse().read()


if __name__ == "__main__":
    main()
