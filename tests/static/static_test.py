#!/usr/bin/env python3
"""The binary that ships, as a file: fully static, small, and safe with any nsswitch.conf.

    static_test.py --release build/release/snapferry   the binary itself
    static_test.py --probe .../resolve_probe             a stand-in that can also leave out the pin

The name lookups run in a network and mount namespace of their own, in a root folder whose
nsswitch.conf names "resolve" before "dns" and whose libnss_resolve.so.2 ends the process that loads
it. That module stands for the real ones, which do the same to a static glibc of another version than
theirs; here it does so on every machine. Exits 77 with the reason where namespaces are not permitted.
SPDX-License-Identifier: Apache-2.0
"""

import argparse
import fcntl
import glob
import http.server
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading

SKIPPED = 77
BYTES_MAX = 10_000_000  # the bound: a Lambda zip and a download stay small
NAME = "some.name.test"
SECONDS_MAX = 60  # a lookup that hangs is a failure; nothing here waits longer than a second

HOSTILE = """
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) {
  static const char text[] = "the name service module was loaded\\n";
  if (write(2, text, sizeof text - 1) < 0) _exit(1);
  abort();
}
"""


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def check(condition, message):
    if not condition:
        print(f"FAILED: {message}")
        sys.exit(1)
    print(f"ok: {message}")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def check_file(binary):
    for tool in ("readelf", "file"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    headers = run("readelf", "-lW", binary)
    dynamic = run("readelf", "-dW", binary)
    size = os.path.getsize(binary)
    check("INTERP" not in headers, "asks for no program interpreter")
    check("NEEDED" not in dynamic, "needs no shared library")
    check("static-pie linked" in run("file", "-L", binary), "is linked static-pie")
    check(size < BYTES_MAX, f"is under {BYTES_MAX} bytes: {size}")


def serve_dns():
    """Answers every question for an address with 127.0.0.1, and every other with no data."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def loop():
        while True:
            query, client = server.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            question = query[12:end]
            is_address = struct.unpack("!H", question[-4:-2])[0] == 1
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + bytes([127, 0, 0, 1])
            header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, int(is_address), 0, 0)
            server.sendto(header + question + (answer if is_address else b""), client)

    threading.Thread(target=loop, daemon=True).start()


def serve_http(hosts):
    """Refuses every request as AWS would, and notes the Host that it was sent to."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            hosts.append(self.headers["Host"])
            body = (b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no"
                    b"</Message></Error><RequestId>r</RequestId></ErrorResponse>")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = 0x41  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", up_and_running))  # SIOCSIFFLAGS


def make_root(root, binary):
    """A root folder of the host's C library, its name service modules, and the hostile one."""
    etc = root / "etc"
    etc.mkdir()
    (root / "tmp").mkdir()
    (etc / "nsswitch.conf").write_text("hosts: files resolve [!UNAVAIL=return] myhostname dns\n")
    (etc / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:2\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n")
    shutil.copy(binary, root / "binary")

    module = root / "libnss_resolve.so.2"
    source = root / "hostile.c"
    source.write_text(HOSTILE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", module, source], check=True)
    libraries = [line.split()[2] if "=>" in line else line.split()[0]
                 for line in run("ldd", str(module)).splitlines() if "/" in line]
    libc_folder = pathlib.Path(next(p for p in libraries if "libc.so" in p)).parent
    # All into one folder: a static program looks for the loader beside the C library too.
    goal = root / str(libc_folder).lstrip("/")
    goal.mkdir(parents=True)
    for path in libraries + glob.glob(f"{libc_folder}/libnss_*.so.2"):
        shutil.copy(path, goal)
    shutil.copy(module, goal)


def run_in(root, arguments, port):
    environment = {
        "AWS_ENDPOINT_URL": f"http://{NAME}:{port}", "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing", "HOME": "/tmp", "AWS_MAX_ATTEMPTS": "1",
    }
    return subprocess.run(["/binary", *arguments], env=environment, capture_output=True, text=True,
                          timeout=SECONDS_MAX, check=False, cwd="/",
                          preexec_fn=lambda: (os.chroot(root), os.chdir("/")))


def check_lookups(binary, is_probe):
    """Requires: runs as root of network and mount namespaces of its own."""
    raise_loopback()
    hosts = []
    serve_dns()
    port = serve_http(hosts)
    with tempfile.TemporaryDirectory(prefix="snapferry-static-") as folder:
        root = pathlib.Path(folder)
        make_root(root, binary)
        if is_probe:
            arguments = [f"http://{NAME}:{port}/"]
            bare = run_in(root, ["--without-pin", *arguments], port)
            check(bare.returncode == -signal.SIGABRT and "module was loaded" in bare.stderr,
                  f"without the pin the module is loaded, and kills ({bare.returncode})")
        else:
            arguments = ["plan", "--db", "orders", "--from", "eu-west-1", "--to", "eu-central-1",
                         "--key", "alias/dr"]
        del hosts[:]
        pinned = run_in(root, arguments, port)
        check(pinned.returncode >= 0, f"lives: {pinned.returncode} {pinned.stderr.strip()}")
        check("module was loaded" not in pinned.stderr, "loads no name service module")
        check(f"{NAME}:{port}" in hosts, f"reaches {NAME} through DNS: {hosts}")


def enter_namespaces(arguments):
    """Runs this test again in namespaces of its own, and ends with its status."""
    for tool in ("unshare", "cc", "ldd"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    flags = ["--mount", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    tried = subprocess.run(["unshare", *flags, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        skip(f"namespaces are not permitted here: {tried.stderr.strip()}")
    inside = subprocess.run(["unshare", *flags, sys.executable, __file__, "--inside", *arguments],
                            check=False)
    sys.exit(inside.returncode)


def main():
    parser = argparse.ArgumentParser()
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--release", metavar="BINARY")
    kind.add_argument("--probe", metavar="BINARY")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    binary = os.path.abspath(options.probe or options.release)
    if not os.path.exists(binary):
        skip(f"there is no {binary}; build the release first")
    if options.inside:
        check_lookups(binary, bool(options.probe))
        return
    check_file(binary)
    enter_namespaces(["--probe" if options.probe else "--release", binary])


if __name__ == "__main__":
    main()
