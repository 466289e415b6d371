"""A Lambda Runtime API of one process: hands out events, keeps what the function says.

Python's own library only. It is stricter than Lambda: an answer to another request than the one under
way, or without its headers, is refused.
Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", 2023.
SPDX-License-Identifier: Apache-2.0
"""

import collections
import http.server
import json
import os
import pathlib
import queue
import subprocess
import tempfile
import threading
import time
import uuid

# Ours: long enough for a sanitized binary on a busy machine, or one under an emulated processor.
SECONDS_MAX = 60

Outcome = collections.namedtuple("Outcome", "kind body headers")


class RuntimeApi:
    """The API on a free port of loopback. One event is under way at a time."""

    def __init__(self):
        self.events = queue.Queue()
        self.outcomes = queue.Queue()
        self.waiting = threading.Event()  # the function asks for an event, and there is none
        self.pending = None
        self.refusals = []  # statuses to answer the next posts with, in place of 202
        self.requests = []
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                api.requests.append(self.path)
                if self.path != "/2018-06-01/runtime/invocation/next":
                    return self.answer(404, {})
                api.waiting.set()
                event = api.events.get()
                api.waiting.clear()
                if event is None:
                    return self.close_without_answer()
                api.pending = event["id"]
                headers = {"Lambda-Runtime-Aws-Request-Id": event["id"],
                           "Lambda-Runtime-Deadline-Ms": str(event["deadline_ms"]),
                           "Lambda-Runtime-Invoked-Function-Arn":
                               "arn:aws:lambda:eu-west-1:123456789012:function:snapferry",
                           "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"}
                return self.answer(200, event["body"], headers)

            def do_POST(self):
                api.requests.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                words = self.path.removeprefix("/2018-06-01/runtime/").split("/")
                if api.refusals and (status := api.refusals.pop(0)) != 202:
                    return self.answer(status, {"errorType": "Refused"})
                if words == ["init", "error"]:
                    kind = "init_error"
                elif len(words) == 3 and words[0] == "invocation" and words[2] in ("response", "error"):
                    if words[1] != api.pending:
                        return self.answer(400, {"errorType": "InvalidRequestID"})
                    api.pending = None
                    kind = words[2]
                else:
                    return self.answer(404, {})
                if kind != "response" and "lambda-runtime-function-error-type" not in headers:
                    return self.answer(400, {"errorType": "MissingErrorType"})
                self.answer(202, {"status": "OK"})
                return api.outcomes.put(Outcome(kind, json.loads(body), headers))

            def answer(self, status, body, headers=None):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def close_without_answer(self):
                self.close_connection = True

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # the function is ended while it waits
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def host(self):
        return f"127.0.0.1:{self.server.server_port}"

    def send(self, event, timeout_seconds=300, deadline_ms=None):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        deadline = deadline_ms or int((time.time() + timeout_seconds) * 1000)
        self.events.put({"id": str(uuid.uuid4()), "deadline_ms": deadline, "body": body})

    def outcome(self):
        return self.outcomes.get(timeout=SECONDS_MAX)

    def stop(self):
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()


class Function:
    """`bootstrap` as a process behind the API, ended by stop()."""

    def __init__(self, api, binary, environment, runner=()):
        self.folder = tempfile.TemporaryDirectory(prefix="snapferry-function-")
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+")
        variables = {"PATH": os.environ["PATH"], "HOME": self.folder.name, "LANG": "C.UTF-8",
                     "AWS_LAMBDA_RUNTIME_API": api.host, "AWS_LAMBDA_FUNCTION_NAME": "snapferry",
                     "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "TZ": ":UTC",
                     "_HANDLER": "snapferry.tick", **environment}
        self.process = subprocess.Popen([*runner, str(binary)], env=variables, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)

    def wait(self):
        return self.process.wait(timeout=SECONDS_MAX)

    def lines(self):
        """The log so far; each line is JSON, or the test fails."""
        self.log.flush()
        text = pathlib.Path(self.log.name).read_text()
        return [json.loads(line) for line in text.splitlines()]

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.folder.cleanup()
