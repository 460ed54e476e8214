"""Runs a command of a client in a fork of this process, so that its modules are imported once."""

import importlib
import os
import sys
import traceback


def run(main, args, fds, on_end):
    """Runs `main(args)` in this process, which was forked for it, on the descriptors of stdin, stdout and stderr.

    Ends the process. Before that calls `on_end` with the exit status, and the names of the modules that were imported.
    """
    status = 1
    known = set(sys.modules)
    try:
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        status = main(args) or 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:  # its reader has ended
                status = status or 1
        try:
            on_end(status, [name for name in sys.modules if name not in known])
        finally:
            os._exit(status)


def import_all(names):
    """Imports modules that a fork imported, so that later forks have them."""
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            pass  # the module belongs to that command only
