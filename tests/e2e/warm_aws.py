"""The stock `aws` command line without the half second that each start of Python takes.

A process imports the command line once and forks for each command; what is put on the PATH as `aws` hands its
words, folder, environment and files to it. What runs is the stock program's own main(). Where this Python
cannot import it, the PATH stays as it is and the plain program is used.
SPDX-License-Identifier: Apache-2.0
"""

import array
import gc
import importlib.util
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import traceback

# Fits every command line here; a longer one fails to parse, and the command fails.
MESSAGE_BYTES_MAX = 200_000
# Whose models are read ahead; the others are read when they are needed.
SERVICES = ["rds", "cloudformation", "cloudwatch", "events", "kms", "lambda", "logs", "s3", "sqs", "sts"]

CLIENT = """#!{python} -ISE
import array, json, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect({path!r})
m = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
s.sendmsg([m], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
r = s.recv(16)
sys.exit(int(r) if r else 255)
"""


class WarmAws:
    """Ready when the constructor returns; `folder` goes in front of the PATH of those who use it."""

    def __init__(self, folder):
        self.process = None
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if importlib.util.find_spec("awscli") is None:
            return
        path = str(self.folder / "socket")
        command = [sys.executable, str(pathlib.Path(__file__).resolve()), path]
        # It ends with this process, however that ends: its standard input is over then.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        self.process.stdout.readline()  # it listens
        client = self.folder / "aws"
        client.write_text(CLIENT.format(python=os.path.realpath(sys.executable), path=path))
        client.chmod(0o755)

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()


def warm():
    """Imports all that a command needs, and reads AWS's models: each file is read once for all."""
    import awscli.clidriver
    import botocore.loaders

    def once(function):
        kept = {}

        def answer_of(loader, *what, **named):
            key = (what, tuple(named.items()))
            if key not in kept:
                kept[key] = function(loader, *what, **named)
            return kept[key]

        return answer_of

    for kind, name in ((botocore.loaders.JSONFileLoader, "load_file"),
                       (botocore.loaders.Loader, "list_available_services")):
        setattr(kind, name, once(getattr(kind, name)))
    session = awscli.clidriver.create_clidriver().session
    for service in SERVICES:
        session.create_client(service, "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
    gc.freeze()  # what is shared is not walked, and so not copied
    return awscli.clidriver


def serve(path):
    clidriver = warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(path)
    server.listen()
    print("listening", flush=True)
    while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
        connection, _ = server.accept()
        if os.fork() == 0:
            server.close()
            answer(connection, clidriver)
        connection.close()


def answer(connection, clidriver):
    """Runs one command as a process of its own, and ends it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    files = array.array("i")
    space = socket.CMSG_LEN(3 * files.itemsize)
    message, ancillary, _, _ = connection.recvmsg(MESSAGE_BYTES_MAX, space)
    files.frombytes(ancillary[0][2][:3 * files.itemsize])
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    code = 255
    try:
        words, folder, environment = json.loads(message)
        os.chdir(folder)
        data_path = os.environ["AWS_DATA_PATH"]  # set by the import
        os.environ.clear()
        os.environ.update(environment, AWS_DATA_PATH=data_path)
        sys.argv = ["aws", *words]
        code = clidriver.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send(str(code or 0).encode())
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
