"""The judge of our requests is botocore: the same call, made by it at the same instant with the same
keys, must give the same URL, body, content type, signed headers and signature, to the byte.

Usage: botocore_requests_test.py REQUEST_DUMP. Exits 77, with the reason, when botocore is missing.
SPDX-License-Identifier: Apache-2.0
"""
import datetime
import json
import os
import subprocess
import sys
import urllib.parse
from unittest import mock

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.config
    import botocore.credentials
    import botocore.session
except ImportError as missing:
    print(f"skipped: python3 cannot import botocore ({missing})")
    sys.exit(77)

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
METHODS = {
    "GetCallerIdentity": "get_caller_identity",
    "DescribeDBInstances": "describe_db_instances",
    "DescribeDBSnapshots": "describe_db_snapshots",
    "CreateDBSnapshot": "create_db_snapshot",
    "CopyDBSnapshot": "copy_db_snapshot",
    "DeleteDBSnapshot": "delete_db_snapshot",
    "DescribeDBClusters": "describe_db_clusters",
    "DescribeDBClusterSnapshots": "describe_db_cluster_snapshots",
    "CreateDBClusterSnapshot": "create_db_cluster_snapshot",
    "CopyDBClusterSnapshot": "copy_db_cluster_snapshot",
    "DeleteDBClusterSnapshot": "delete_db_cluster_snapshot",
    "AddTagsToResource": "add_tags_to_resource",
    "DescribeAccountAttributes": "describe_account_attributes",
    "DescribeKey": "describe_key",
    "SimulatePrincipalPolicy": "simulate_principal_policy",
    "GetRole": "get_role",
    "GetKeyPolicy": "get_key_policy",
    "DescribeOptionGroups": "describe_option_groups",
    "CreateKey": "create_key",
    "CreateAlias": "create_alias",
    "PutKeyPolicy": "put_key_policy",
    "EnableKeyRotation": "enable_key_rotation",
    "GetKeyRotationStatus": "get_key_rotation_status",
    "GetParameter": "get_parameter",
    "Publish": "publish",
}


class Captured(Exception):
    """Carries the request out of botocore in place of an answer."""

    def __init__(self, request):
        super().__init__("captured")
        self.request = request


def fixed_time(instant):
    """Makes botocore sign at that instant, whichever of its two ways to ask the time it has."""
    when = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))

    class Fixed(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return when.replace(tzinfo=None)

        @classmethod
        def now(cls, tz=None):
            return when if tz else when.replace(tzinfo=None)

    patches = [mock.patch("botocore.auth.datetime.datetime", Fixed)]
    if hasattr(botocore.auth, "get_current_datetime"):
        patches.append(
            mock.patch(
                "botocore.auth.get_current_datetime",
                lambda remove_tzinfo=True: when.replace(tzinfo=None) if remove_tzinfo else when,
            )
        )
    return patches


def forget_the_user():
    """Keeps the settings of whoever runs the test out of the comparison."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def ask_botocore(case):
    session = botocore.session.Session()
    session.set_config_variable("sts_regional_endpoints", "regional")
    client = session.create_client(
        case["service"],
        region_name=case["region"],
        endpoint_url=case["endpoint_url"] or None,
        aws_access_key_id=KEY[0],
        aws_secret_access_key=KEY[1],
        aws_session_token=case["session_token"] or None,
        config=botocore.config.Config(
            retries={"total_max_attempts": 1},
            use_fips_endpoint=case["use_fips"],
            use_dualstack_endpoint=case["use_dualstack"],
            # Our values are AWS's own names and odd texts; AWS judges those, not this test.
            parameter_validation=False,
        ),
    )

    def capture(request, **_):
        raise Captured(request)

    client.meta.events.register("before-send", capture)
    patches = fixed_time(case["time"])
    for patch in patches:
        patch.start()
    try:
        getattr(client, METHODS[case["operation"]])(**case["parameters"])
    except Captured as captured:
        return captured.request
    finally:
        for patch in patches:
            patch.stop()
    raise AssertionError("botocore sent nothing")


def text(value):
    return value.decode() if isinstance(value, bytes) else (value or "")


def sort_presigned(body):
    """Writes the X-Amz fields of a PreSignedUrl in order of name: versions of botocore write them in
    different orders, the signature covers them sorted, so that any order says the same."""
    fields = urllib.parse.parse_qsl(body, keep_blank_values=True)
    for index, (name, value) in enumerate(fields):
        if name == "PreSignedUrl":
            start, _, query = value.partition("?")
            parts = query.split("&")
            auth = sorted(part for part in parts if part.startswith("X-Amz-"))
            rest = [part for part in parts if not part.startswith("X-Amz-")]
            fields[index] = (name, start + "?" + "&".join(rest + auth))
    return fields


def sign_again(case, theirs):
    """Has botocore sign our body in place of its own, which says the same in another order."""
    request = botocore.awsrequest.AWSRequest(
        method=theirs.method, url=theirs.url, data=case["body"],
        headers={"Content-Type": text(theirs.headers["Content-Type"])})
    keys = botocore.credentials.Credentials(*KEY, case["session_token"] or None)
    patches = fixed_time(case["time"])
    for patch in patches:
        patch.start()
    try:
        botocore.auth.SigV4Auth(keys, case["service"], case["region"]).add_auth(request)
    finally:
        for patch in patches:
            patch.stop()
    return request.prepare()


def differences(case, theirs):
    """Names what differs, the most telling first."""
    if "PreSignedUrl=" in case["body"] and case["body"] != text(theirs.body):
        if sort_presigned(case["body"]) == sort_presigned(text(theirs.body)):
            theirs = sign_again(case, theirs)
    ours = {name.lower(): value for name, value in case["headers"]}
    other = {name.lower(): text(value) for name, value in theirs.headers.items()}
    found = []

    def compare(what, mine, expected):
        if mine != expected:
            found.append(f"  {what}:\n    ours:     {mine}\n    botocore: {expected}")

    compare("method", case["method"], theirs.method)
    compare("url", case["url"], theirs.url)
    body = text(theirs.body)
    if ours.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        mine = urllib.parse.parse_qsl(case["body"], keep_blank_values=True)
        expected = urllib.parse.parse_qsl(body, keep_blank_values=True)
        compare("parameter names", [n for n, _ in mine], [n for n, _ in expected])
        for (name, value), (_, wanted) in zip(mine, expected):
            compare(f"parameter {name}", value, wanted)
    compare("body", case["body"], body)
    for name in ("content-type", "x-amz-target", "x-amz-date", "x-amz-security-token"):
        compare(name, ours.get(name), other.get(name))
    # One header holds the signed headers' list and the signature; the list is compared first.
    for part in ("SignedHeaders=", "Credential=", "Signature="):
        compare(
            part,
            [p for p in ours.get("authorization", "").split() if p.startswith(part)],
            [p for p in other.get("authorization", "").split() if p.startswith(part)],
        )
    compare("authorization", ours.get("authorization"), other.get("authorization"))
    return found


def main():
    forget_the_user()
    dump = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True)
    cases = [json.loads(line) for line in dump.stdout.splitlines()]
    failed = 0
    for case in cases:
        found = differences(case, ask_botocore(case))
        print(f"{'FAIL' if found else 'ok  '} {case['operation']:26} {case['name']}")
        for difference in found:
            print(difference)
        failed += bool(found)
    operations = {case["operation"] for case in cases}
    for unasked in sorted(set(METHODS) - operations):
        print(f"FAIL {unasked}: the dump has no case for it")
        failed += 1
    print(f"{len(cases)} requests of {len(operations)} operations, {failed} failed, "
          f"botocore {botocore.__version__}")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
