"""Runs unmodified OpenStack clients, each in a fork of this process: their modules are imported once.

Further modules that a command imports (some 300) are then imported by this process too, so that later forks have them.

Reads a job as JSON from each line of stdin: {"program", "args", "env"}; `env` is all of its environment.
`program` is `openstack`, `nova`, `aodh`, or `sdk`, whose one argument is Python with a connection, `conn`.
Writes a line of JSON for each: {"status", "stdout", "stderr"}.
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
import traceback

import aodhclient.shell
import novaclient.shell
import openstack
import openstackclient.shell


def sdk(args):
    exec(args[0], {"conn": openstack.connect(), "json": json})


programs = {
    "openstack": openstackclient.shell.main,
    "nova": novaclient.shell.main,
    "aodh": aodhclient.shell.main,
    "sdk": sdk,
}


def run(job, out, err, imported):
    """Runs the command in the child, and ends the child."""
    status = 1
    known = set(sys.modules)
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.environ.clear()
        os.environ.update(job["env"])
        status = programs[job["program"]](job["args"]) or 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(imported.fileno(), "\n".join(m for m in sys.modules if m not in known).encode())
        os._exit(status)


def text_of(file):
    file.seek(0)
    return file.read().decode()


for line in sys.stdin:
    file = tempfile.TemporaryFile
    with file() as out, file() as err, file() as imported:
        child = os.fork()
        if child == 0:
            run(json.loads(line), out, err, imported)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer = {"status": status, "stdout": text_of(out), "stderr": text_of(err)}
        print(json.dumps(answer), flush=True)
        for module in text_of(imported).split():
            with contextlib.suppress(Exception):  # the module belongs to that command only
                importlib.import_module(module)
