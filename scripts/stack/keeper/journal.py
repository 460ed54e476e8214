"""The journal: every change of a row or a message, on disk before the caller has its answer.

A journal is a folder of segments, `journal-<n>.jsonl`. Snapshot `<n>` holds the state at the moment
when segment `<n>` began. So the present state is the newest snapshot, followed by the changes in
its segment and in the later ones.

One line is one call's changes, all or none: a list of operations, each a list whose first item is
its kind (see `replay.py`). A process that dies while it writes leaves an incomplete last line. The
caller of that change has had no answer, so the line is dropped.
"""

import contextlib
import json
import os
import re
import threading

from ministack.core.persistence import _json_default, _json_object_hook

_SEGMENT = re.compile(r"^journal-(\d+)\.jsonl$")


class Damaged(Exception):
    """The journal has a complete line that cannot be read, so another process has changed the file."""


def segment_path(folder: str, number: int) -> str:
    return os.path.join(folder, f"journal-{number:09d}.jsonl")


def segments(folder: str) -> list[int]:
    """The numbers of the segments in a folder, oldest first."""
    found = (_SEGMENT.match(name) for name in os.listdir(folder))
    return sorted(int(match.group(1)) for match in found if match)


def read_segment(path: str):
    """The calls in a segment, in order: a list of operations each. Raises Damaged."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    lines.pop()  # empty after a complete last line, otherwise the incomplete line of a process that died
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line, object_hook=_json_object_hook)
        except ValueError as error:
            raise Damaged(f"{path}, line {number}: {error}") from None


class Journal:
    """Appends to one segment at a time. Safe to use from any thread."""

    def __init__(self, folder: str, number: int):
        self.folder = folder
        self.number = number
        #: The number of bytes in the present segment.
        self.size = 0
        #: Why the last change could not be written; None if it was written.
        self.problem: str | None = None
        #: True: memory holds changes that the journal lacks, so only a snapshot is complete.
        self.gap = False
        self.lock = threading.RLock()
        self._calls = threading.local()
        self._unsynced = False
        self._file = self._open()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        return os.open(segment_path(self.folder, self.number), flags, 0o600)

    @contextlib.contextmanager
    def call(self):
        """All that is appended inside this context becomes one line: after a crash all of it is there, or nothing."""
        if getattr(self._calls, "operations", None) is not None:
            yield  # a call inside a call belongs to the outer one
            return
        self._calls.operations = []
        try:
            yield
        finally:
            operations, self._calls.operations = self._calls.operations, None
            if operations:
                self._write(operations)

    def append(self, *operation) -> None:
        """Writes one operation. Raises OSError if the disk is full."""
        operations = getattr(self._calls, "operations", None)
        if operations is not None:
            operations.append(operation)
        else:
            self._write([operation])

    def _write(self, operations: list) -> None:
        line = json.dumps(operations, default=_json_default, separators=(",", ":")).encode() + b"\n"
        with self.lock:
            try:
                written = 0
                while written < len(line):  # before an error, a full disk may write a part of the line
                    written += os.write(self._file, line[written:])
            except OSError as error:
                self.problem, self.gap = error.strerror, True
                os.ftruncate(self._file, self.size)
                os.lseek(self._file, self.size, os.SEEK_SET)
                raise
            self.size += written
            self.problem = None
            self._unsynced = True

    def rotate(self) -> int:
        """Begins the next segment and returns its number. The caller holds the lock."""
        before, self.number = self._file, self.number + 1
        try:
            self._file = self._open()
        except OSError:
            self.number -= 1
            raise
        os.close(before)
        self.size = 0
        return self.number

    def sync(self) -> None:
        """Makes the written changes survive a loss of power. They survive the death of the process without it."""
        if self._unsynced:
            self._unsynced = False
            with contextlib.suppress(OSError):
                os.fdatasync(self._file) if hasattr(os, "fdatasync") else os.fsync(self._file)
