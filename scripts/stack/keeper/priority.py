"""
Gives functions that check passwords a lower priority than all other processes of the stack.

On AWS each function has processors of its own, and API Gateway limits logins. Here all functions and
the emulator share the processors of one machine, and MiniStack does not limit requests. A wrong login
takes a quarter of a second of processor time, so a few callers with wrong passwords would slow down
every report. Logins one after the other use one process, which keeps its priority.
"""

import subprocess
import threading

#: The value of `POWERTOOLS_SERVICE_NAME` of these functions.
CHECKING_PASSWORDS = frozenset({"identity"})

#: Added to the niceness of the emulator. At 10, a process gets about a tenth of what another one gets if
#: both need the same processor, and all of it if no other does.
NICENESS = 10


class _Subprocess:
    """The module `subprocess`, which starts some processes with a lower priority."""

    def __init__(self):
        self._lock = threading.Lock()
        #: The process of each function that has the usual priority.
        self._first = {}

    def __getattr__(self, name):
        return getattr(subprocess, name)

    def Popen(self, command, *args, **options):
        name = (options.get("env") or {}).get("POWERTOOLS_SERVICE_NAME")
        if name not in CHECKING_PASSWORDS:
            return subprocess.Popen(command, *args, **options)
        with self._lock:
            first = self._first.get(name)
            if first is None or first.poll() is not None:
                self._first[name] = subprocess.Popen(command, *args, **options)
                return self._first[name]
        # `nice` becomes the function, so there is one process to end.
        return subprocess.Popen(["nice", "-n", str(NICENESS), *command], *args, **options)


def lower_priorities(lambda_runtime) -> None:
    """Changes the module that starts the processes of functions."""
    lambda_runtime.subprocess = _Subprocess()
