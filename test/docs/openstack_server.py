"""Runs the `openstack` command line, unmodified, for the shells of the documents: each command in a fork of this process.

Listens on the socket whose path is its argument. bin/openstack.py connects for each command.
"""

import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

path = sys.argv[1]
sys.argv = ["openstack"]  # the name in its messages

import openstackclient.shell  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1] / "clients"))
from forked import import_all, run  # noqa: E402


def serve(connection, imported):
    """Reads the command from the connection and runs it, in a process that was forked for it."""
    text, fds, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    while not text.endswith(b"\n"):
        more = connection.recv(1 << 20)
        if not more:  # the client has ended
            os._exit(1)
        text += more
    job = json.loads(text)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])

    def end(status, names):
        os.write(imported, "\n".join(names).encode())
        connection.sendall(bytes([status & 0xFF]))

    run(openstackclient.shell.main, job["args"], fds, end)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen(16)
waiting = selectors.DefaultSelector()
waiting.register(server, selectors.EVENT_READ)
# Ends with the process that started it.
waiting.register(sys.stdin, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in waiting.select():
        if key.fileobj is sys.stdin:
            os.unlink(path)
            sys.exit()
        if key.fileobj is server:
            connection, _ = server.accept()
            imported, theirs = os.pipe()
            if os.fork() == 0:
                server.close()
                os.close(imported)
                serve(connection, theirs)
            connection.close()
            os.close(theirs)
            waiting.register(imported, selectors.EVENT_READ)
        else:
            # The names are fewer than a pipe holds, and are written at once.
            import_all(os.read(key.fd, 1 << 16).decode().split())
            waiting.unregister(key.fd)
            os.close(key.fd)
