#!/usr/bin/env python3
"""Everything a person gets wrong ends with one line that names the thing, and a hint: the way out.

SPDX-License-Identifier: Apache-2.0
"""

import http.server
import json
import re
import signal
import socket
import subprocess
import threading
import time

import harness

SECRET = "wJalrXUtnFEMI-not-a-real-secret-KEY"


class BadInputTest(harness.EmulatorTest):
    def assert_told(self, result, code, *names, secrets=(harness.SECRET + "-secret", SECRET)):
        """One line that tells the trouble, by name, then a hint; nothing that looks like a crash.

        `error:` when the run could not go on, `blocked` or `failed` when one of its steps could not.
        """
        self.expect(result, code)
        text = result.out + result.err
        told = re.findall(r"(?m)^(?:error:|blocked:?|create failed:|copy failed:) .*$", text)
        self.assertEqual(1, len(told), text)
        self.assertRegex(text, r"(?m)^hint: .+")
        for name in names:
            self.assertIn(name, text)
        for secret in secrets:
            self.assertNotIn(secret, text)
        for trace in ("terminate called", "what():", "Aborted", "Traceback"):
            self.assertNotIn(trace, text)

    def assert_nothing_made(self):
        self.assertEqual([], self.emulator.writes())

    # What is on the command line.

    def test_unknown_database(self):
        for verb in ("plan", "apply"):
            with self.subTest(verb):
                result = self.verb(verb, db="gtp-paul-mysql-lab-bd")
                self.assert_told(result, harness.FAILED, "gtp-paul-mysql-lab-bd", harness.SOURCE)
        self.assert_nothing_made()

    def test_usage(self):
        cases = [
            ("no database", {"db": None}, (), "--db"),
            ("no source", {"from": None}, (), "--from"),
            ("no target", {"to": None}, (), "--to"),
            ("unknown flag", {}, ("--kye", "x"), "--kye"),
            ("source region that does not exist", {"from": "europe"}, (), "europe"),
            ("database name that RDS refuses", {"db": "two--hyphens"}, (), "two--hyphens"),
            ("source as target", {"to": harness.SOURCE}, (), harness.SOURCE),
            ("template without time", {}, ("--copy-name", "copy"), "--copy-name"),
            ("template with an unknown word", {}, ("--copy-name", "copy-{tim}-{time}"), "{tim}"),
            ("template that RDS refuses", {}, ("--snapshot-name", "a--{time}"), "--snapshot-name"),
            ("template that begins with a digit", {}, ("--snapshot-name", "1-{time}"), "--snapshot-name"),
            ("template too long", {}, ("--snapshot-name", "a" * 250 + "{time}"), "--snapshot-name"),
            ("template with a reserved colon", {}, ("--snapshot-name", "rds:{time}"), "--snapshot-name"),
            ("duration", {}, ("--wait", "--timeout", "soon"), "soon"),
            ("rpo", {}, ("--rpo", "-3h"), "-3h"),
            ("schedule", {}, ("--schedule", "daily"), "daily"),
            ("tag without value", {}, ("--tag", "team"), "team"),
            ("reserved tag", {}, ("--tag", "aws:team=shop"), "aws:team"),
        ]
        for name, changed, more, named in cases:
            with self.subTest(name):
                result = self.verb("apply", *more, **changed)
                self.assert_told(result, harness.USAGE, named)
        self.assert_nothing_made()

    def test_region_that_does_not_exist(self):
        """A slip of the finger is caught before anything is asked of AWS."""
        result = self.verb("apply", to="eu-centrall-1")
        self.assert_told(result, harness.USAGE, "eu-centrall-1")
        self.assertIn("Did you mean eu-central-1?", result.err)
        self.assert_nothing_made()

    def test_key_that_is_no_key(self):
        self.assert_told(self.verb("plan", key="not a key!"), harness.PARTLY, "not a key!")

    def test_unknown_verb(self):
        result = self.snapferry("aply")
        self.assert_told(result, harness.USAGE, "aply")
        self.assertIn("apply", result.err)

    def test_no_verb(self):
        """A bare `snapferry` is a question, and the help is its answer."""
        self.assertIn("Exit codes:", self.expect(self.snapferry(), harness.DONE).out)

    # What is in AWS.

    def test_key_of_another_region(self):
        arn = self.emulator.kms(harness.SOURCE, "CreateKey")["KeyMetadata"]["Arn"]
        result = self.verb("apply", "--now", key=arn)
        self.assert_told(result, result.code, arn, harness.TARGET)
        self.assertIn(result.code, (harness.FAILED, harness.USAGE, harness.PARTLY))

    def test_key_that_is_not_there(self):
        self.assert_told(self.blocked_copy(key="alias/nothing"), harness.PARTLY, "alias/nothing", harness.TARGET)

    def test_disabled_key(self):
        key = self.emulator.kms(harness.TARGET, "DescribeKey", KeyId=harness.KEY)["KeyMetadata"]["KeyId"]
        self.emulator.kms(harness.TARGET, "DisableKey", KeyId=key)
        self.assert_told(self.blocked_copy(), harness.PARTLY, harness.KEY, "Disabled")

    def test_no_key_for_an_encrypted_database(self):
        self.assert_told(self.blocked_copy(key=None), harness.PARTLY, "--key", harness.TARGET)

    def blocked_copy(self, **changed):
        """`apply` whose copy cannot be: the snapshot is taken all the same, so it is partly done."""
        result = self.verb("apply", "--now", "--wait", **changed)
        self.assertEqual([], self.emulator.snapshots(harness.TARGET))
        return result

    def test_aurora_member(self):
        self.emulator.query(harness.SOURCE, "CreateDBCluster", DBClusterIdentifier="shop", Engine="aurora-mysql",
                            MasterUsername="admin1", MasterUserPassword="not-a-secret-1")
        self.emulator.create_database("aurora-member", Engine="aurora-mysql", DBClusterIdentifier="shop",
                                      AllocatedStorage=None, MasterUsername=None, MasterUserPassword=None)
        self.emulator.clear_calls()
        result = self.verb("apply", "--now", db="aurora-member")
        self.assert_told(result, harness.FAILED, "aurora-member", "shop")
        self.assert_nothing_made()

    def test_stopped_instance(self):
        self.emulator.query(harness.SOURCE, "StopDBInstance", DBInstanceIdentifier=harness.DATABASE)
        self.emulator.advance("1h")
        self.emulator.clear_calls()
        result = self.verb("apply", "--now")
        self.assert_told(result, harness.FAILED, harness.DATABASE, "stopped")
        self.assert_nothing_made()

    def test_name_is_another_databases(self):
        """The plain template on a second database: same slot, same name."""
        self.emulator.create_database("second", StorageEncrypted="true")
        flags = ("--spread", "0")
        self.expect(self.verb("apply", *flags, "--wait"), harness.DONE)
        result = self.verb("apply", *flags, db="second")
        self.assert_told(result, harness.FAILED, "rds-auto-snapshot-")
        self.assertIn("{db}", result.err)
        self.assertNotIn("AWS is at work", result.out)

    # What is on the machine.

    def environment_with_config(self, config="", credentials="", **extra):
        folder = self.emulator.folder / ".aws"
        folder.mkdir(exist_ok=True)
        (folder / "config").write_text(config)
        (folder / "credentials").write_text(credentials)
        return harness.clean_environment(self.emulator.folder, AWS_ENDPOINT_URL=self.emulator.endpoint, **extra)

    def test_malformed_config(self):
        environment = self.environment_with_config(f"[default]\nregion = eu-west-1\n[broken\nx = {SECRET}\n")
        self.assert_told(self.verb("plan", environment=environment), harness.USAGE, "config:3")

    def test_unknown_profile(self):
        environment = self.environment_with_config("[profile production]\nregion = eu-west-1\n")
        result = self.verb("plan", "--profile", "prodution", environment=environment)
        self.assert_told(result, harness.USAGE, "prodution")
        self.assertIn("production", result.err)

    def test_good_profile(self):
        environment = self.environment_with_config(
            "[profile production]\nregion = eu-west-1\n",
            f"[production]\naws_access_key_id = testing\naws_secret_access_key = {harness.SECRET}\n")
        self.expect(self.verb("plan", "--profile", "production", environment=environment), harness.DONE)

    def test_no_credentials(self):
        environment = self.environment_with_config()
        self.assert_told(self.verb("plan", environment=environment), harness.FAILED, "credentials")

    def test_wrong_secret(self):
        environment = self.emulator.environment(AWS_SECRET_ACCESS_KEY=SECRET)
        self.assert_told(self.verb("plan", environment=environment), harness.FAILED, "SignatureDoesNotMatch")

    def test_unknown_key_id(self):
        environment = self.emulator.environment(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
                                                AWS_SECRET_ACCESS_KEY=SECRET)
        self.assert_told(self.verb("plan", environment=environment), harness.FAILED, "InvalidClientTokenId")

    def test_expired_token(self):
        issued = self.emulator.query(harness.SOURCE, "GetSessionToken", service="sts", DurationSeconds="900")
        credentials = {harness.local_name(e): e.text for e in issued.iter()}
        self.emulator.advance("2h")
        environment = self.emulator.environment(AWS_ACCESS_KEY_ID=credentials["AccessKeyId"],
                                                AWS_SECRET_ACCESS_KEY=credentials["SecretAccessKey"],
                                                AWS_SESSION_TOKEN=credentials["SessionToken"])
        self.assert_told(self.verb("plan", environment=environment), harness.FAILED, "ExpiredToken",
                         secrets=(credentials["SecretAccessKey"], credentials["SessionToken"]))

    def test_unreachable_endpoint(self):
        with socket.socket() as taken:  # bound and not listening: refused, and nobody else's
            taken.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
            environment = self.emulator.environment(AWS_ENDPOINT_URL=endpoint)
            self.assert_told(self.verb("plan", environment=environment), harness.FAILED, endpoint)

    def test_malformed_endpoint(self):
        for endpoint in ("not a url", "ftp://127.0.0.1/", "http://"):
            with self.subTest(endpoint):
                environment = self.emulator.environment(AWS_ENDPOINT_URL=endpoint)
                self.assert_told(self.verb("plan", environment=environment), harness.USAGE, endpoint)

    def test_garbage_from_the_server(self):
        answers = [
            ("HTML", 200, b"<html><body>It works!</body></html>"),
            ("nothing", 200, b""),
            ("half an XML", 200, b"<DescribeDBInstancesResponse><Describe"),
            ("another answer", 200, b"<Other/>"),
            ("HTML with 403", 403, b"<html>forbidden by the proxy</html>"),
            ("HTML with 502", 502, b"<html>bad gateway</html>"),
            ("bytes", 200, bytes(range(256))),
        ]
        for name, status, body in answers:
            with self.subTest(name):
                server = Garbage(status, body)
                try:
                    environment = self.emulator.environment(AWS_ENDPOINT_URL=server.endpoint)
                    result = self.verb("plan", environment=environment)
                finally:
                    server.stop()
                self.expect(result, harness.FAILED)
                self.assertRegex(result.err, r"(?m)^error: ")
                self.assertRegex(result.err, r"(?m)^hint: ")

    def test_errors_in_json(self):
        """With --json, the last line of a run that could not go on is an exit_error."""
        environment = self.emulator.environment(AWS_SECRET_ACCESS_KEY=SECRET)
        result = self.verb("apply", "--json", environment=environment)
        self.expect(result, harness.FAILED)
        last = json.loads(result.out.splitlines()[-1])
        self.assertEqual("exit_error", last["type"])
        self.assertEqual(harness.FAILED, last["code"])
        for field in ("kind", "message", "hint"):
            self.assertTrue(last[field], last)


class InterruptTest(harness.EmulatorTest):
    speed = 0  # nothing ever gets ready: --wait waits

    def test_interrupt_says_how_to_go_on(self):
        environment = self.emulator.environment()
        process = subprocess.Popen(
            [str(harness.BINARY), "apply", "--db", harness.DATABASE, "--from", harness.SOURCE, "--to",
             harness.TARGET, "--key", harness.KEY, "--wait"], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_until(lambda: "CreateDBSnapshot" in self.emulator.operations())
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, err = process.communicate(timeout=harness.SECONDS_MAX)
        self.assertLess(time.monotonic() - started, 5)
        result = self.expect(harness.Result(process.returncode, out, err), harness.INTERRUPTED)
        self.assertRegex(result.err, r"rds-auto-snapshot-\d{14}")
        self.assertRegex(result.err, r"(?m)^hint: ")
        self.assertIn("again", result.err)
        # And that is true: the next apply picks it up.
        self.emulator.advance("1h")
        self.expect(self.verb("apply"), harness.DONE)
        self.emulator.advance("3h")
        self.expect(self.verb("apply"), harness.DONE)
        self.assertEqual(["CreateDBSnapshot", "CopyDBSnapshot"], self.emulator.writes())

    def test_timeout_says_so(self):
        result = self.verb("apply", "--wait", "--timeout", "1s")
        self.expect(result, harness.FAILED)
        self.assertRegex(result.err, r"(?m)^hint: ")

    def wait_until(self, is_so):
        until = time.monotonic() + harness.SECONDS_MAX
        while not is_so():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)


class Garbage:
    """A server that gives everyone the same answer."""

    def __init__(self, status, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


if __name__ == "__main__":
    harness.main()
