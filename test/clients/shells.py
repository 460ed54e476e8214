"""Runs unmodified OpenStack clients, each in a fork of this process: their modules are imported once.

Further modules that a command imports (some 300) are then imported by this process too, so that later forks have them.

Reads a job as JSON from each line of stdin: {"program", "args", "env"}; `env` is all of its environment.
`program` is `openstack`, `nova`, `aodh`, or `sdk`, whose one argument is Python with a connection, `conn`.
Writes a line of JSON for each: {"status", "stdout", "stderr"}.
"""

import json
import os
import sys
import tempfile

import aodhclient.shell
import novaclient.shell
import openstack
import openstackclient.shell

from forked import import_all, run


def sdk(args):
    exec(args[0], {"conn": openstack.connect(), "json": json})


programs = {
    "openstack": openstackclient.shell.main,
    "nova": novaclient.shell.main,
    "aodh": aodhclient.shell.main,
    "sdk": sdk,
}


def text_of(file):
    file.seek(0)
    return file.read().decode()


for line in sys.stdin:
    file = tempfile.TemporaryFile
    with file() as out, file() as err, file() as imported:
        child = os.fork()
        if child == 0:
            job = json.loads(line)
            os.environ.clear()
            os.environ.update(job["env"])
            nothing = os.open(os.devnull, os.O_RDONLY)
            run(
                programs[job["program"]],
                job["args"],
                (nothing, out.fileno(), err.fileno()),
                lambda status, names: os.write(imported.fileno(), "\n".join(names).encode()),
            )
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer = {"status": status, "stdout": text_of(out), "stderr": text_of(err)}
        print(json.dumps(answer), flush=True)
        import_all(text_of(imported).split())
