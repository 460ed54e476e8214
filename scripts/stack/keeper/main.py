"""
The embedded stack's process: MiniStack. If `DOCTOR_KEPT_DIR` names a folder, its data is kept there.

    python -m keeper.main <name of the instance, by which the process table shows it>

`STATE_DIR` must name the same folder: MiniStack puts the functions' code there.

Over HTTP, for the scripts: `GET /_doctor/kept` answers with the keeper's state; `POST
/_doctor/kept/hold` delays snapshots during a deployment; `POST /_doctor/kept/save` takes one now
and answers when it is on disk. The process ends with status 3, and a line that begins with `kept:`,
if the data cannot be used.
"""

import asyncio
import fcntl
import gc
import importlib.metadata
import json
import os
import signal
import sys
import time
import warnings

from keeper import faster, journal, pollers, priority, queries, server, snapshot, texts, watch

#: A journal is replaced by a new snapshot when it has more bytes than this, and more than half of
#: a snapshot.
LONG_JOURNAL = 16_000_000
#: A change that only a snapshot keeps leads to one after this many seconds.
SOON = 1.0
#: After a snapshot, the pause before the next is at least this many times as long as the snapshot
#: took.
REST = 10
UNUSABLE = 3


class Keeper:
    def __init__(self, folder: str, lock_file: int, app):
        self.folder, self.lock_file, self.app = folder, lock_file, app
        self.version = importlib.metadata.version("ministack")
        self.services = {name: app._get_module(name) for name in snapshot.SERVICES}
        self.changed_at: float | None = None
        self.held = False
        self.problem: str | None = None
        self.rest_until = 0.0
        self.snapshot_size = snapshot.size(folder)
        self.saving = asyncio.Lock()
        last = snapshot.load(folder, self.services, self.version)
        if last is None and os.environ.get("DOCTOR_KEPT_EXPECTED") == "1":
            raise snapshot.Unreadable("there is no snapshot in it")
        for old in journal.segments(folder) if last is None else ():
            os.remove(journal.segment_path(folder, old))  # left by a stack that was never deployed
        self.journal = journal.Journal(folder, (last or 0) + 1)
        watch.attach(self.services, self.journal, self.changed)
        if last is not None:
            self.changed()

    def changed(self) -> None:
        if self.changed_at is None:
            self.changed_at = time.monotonic()

    def due(self) -> bool:
        now = time.monotonic()
        if self.held or now < self.rest_until:
            return False
        soon = self.changed_at is not None and now - self.changed_at > SOON
        long = self.journal.size > max(LONG_JOURNAL, self.snapshot_size / 2)
        return soon or self.journal.gap or long

    async def run(self) -> None:
        """Takes snapshots when they are due, until the process ends."""
        await self.app._wait_for_port(int(self.app._resolve_port()), timeout=600)
        # The poller starts only now, because a function that it starts for a message calls this
        # port.
        if self.services["lambda_svc"]._esms.has_any():
            self.services["lambda_svc"]._ensure_poller()
        while True:
            await asyncio.sleep(0.25)
            await asyncio.to_thread(self.journal.sync)
            if self.due():
                await self.save()

    async def save(self) -> str | None:
        """Takes a snapshot, and returns when it is on disk: None, or the reason why it could not be taken."""
        async with self.saving:
            started = time.monotonic()
            try:
                self.problem = await self._ended(self._fork())
            except OSError as error:
                self.problem = error.strerror
            self.snapshot_size = snapshot.size(self.folder)
            spent = time.monotonic() - started
            self.rest_until = time.monotonic() + max(REST * spent, 5 if self.problem else 0)
            if self.problem:
                self.journal.gap = True
                print(f"kept: no snapshot in {self.folder}: {self.problem}", flush=True)
            return self.problem

    def _fork(self) -> int:
        """
        Forks the child that writes the snapshot, and returns its pid. Holds all locks meanwhile, so
        that the snapshot contains no half-finished call.
        """
        positions = self.services["lambda_svc"]._dynamodb_stream_positions_lock
        with self.services["sqs"]._queues_lock, self.services["dynamodb"]._lock, positions, self.journal.lock:
            number = self.journal.rotate()
            self.changed_at, self.journal.gap = None, False
            child = os.fork()
        if child == 0:
            os._exit(self._write(number))
        return child

    def _write(self, number: int) -> int:
        """Runs in the child. Returns the exit status, which is an errno."""
        try:
            # Without `disable`, a collected socket could close a descriptor that is a new file by then.
            gc.disable()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.closerange(3, self.lock_file)
            # The lock stays open: no process may read the files before this one has ended.
            os.closerange(self.lock_file + 1, 65536)
            os.nice(5)
            snapshot.write(self.folder, number, self.services, self.version)
            return 0
        except OSError as error:
            return error.errno or 255
        except BaseException as error:
            # Not `print`: at the fork another thread may have held the lock of `print`, which
            # no thread of the child would release.
            os.write(1, f"kept: {type(error).__name__}: {error}\n".encode())
            return 255

    @staticmethod
    async def _ended(child: int) -> str | None:
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid == child:
                break
            await asyncio.sleep(0.02)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return None
        return os.strerror(code) if 0 < code < 255 else f"the process that wrote it ended with {code}"

    def status(self) -> dict:
        return {
            "problem": self.problem or self.journal.problem,
            "journalBytes": self.journal.size,
            "snapshot": snapshot.newest(self.folder),
        }

    async def answer(self, path: str) -> tuple[int, dict]:
        if path.endswith("/hold"):
            self.held = True
        if path.endswith("/save"):
            self.held = False
            await self.save()
        return (500 if self.problem else 200), self.status()


def lock(folder: str, instance: str, wait: float) -> int:
    """
    Locks the folder for this process until it ends, and writes the instance's name into the lock.
    Waits up to `wait` seconds for another process that holds the lock. Raises snapshot.Unreadable
    if that process does not end.
    """
    descriptor = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise snapshot.Unreadable("another stack uses it") from None
            time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, instance.encode())
    return descriptor


def with_keeper(inner, keeper: Keeper):
    """MiniStack's ASGI application, with the keeper's routes beside it."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            app.task = asyncio.get_running_loop().create_task(keeper.run())
        if scope["type"] != "http" or not scope["path"].startswith("/_doctor/kept"):
            await inner(scope, receive, send)
            return
        status, body = await keeper.answer(scope["path"])
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return app


def main() -> None:
    instance = sys.argv.pop()
    folder = os.environ.get("DOCTOR_KEPT_DIR")
    if folder:
        warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
    from ministack import app as ministack
    from ministack.core import concurrency, iam_actions, iam_evaluator, lambda_runtime, responses
    from ministack.services import _dynamodb_keywords as partiql

    try:
        names = ("dynamodb", "sns", "sqs", "lambda_svc", "apigateway_v1")
        dynamodb, sns, sqs, lambda_svc, gateway = (ministack._get_module(name) for name in names)
        faster.make_faster(dynamodb, iam_evaluator, iam_actions)
        queries.keep_rows_in_order(dynamodb)
        pollers.poll_apart(lambda_svc, lambda_runtime.Worker, concurrency.esm_wake)
        json_users = (dynamodb, sns, sqs, lambda_svc, gateway, lambda_runtime, responses)
        texts.read_in_c(json_users, iam_actions, (ministack, sns), partiql)
        server.use_uvicorn()
    except AttributeError as error:
        sys.exit(f"not the MiniStack that was expected: {error!r}")
    priority.lower_priorities(lambda_runtime)
    if folder:
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            keeper = Keeper(folder, lock(folder, instance, wait=20), ministack)
            ministack.app = with_keeper(ministack.app, keeper)
        except (snapshot.Unreadable, OSError, AttributeError, KeyError) as error:
            known = isinstance(error, (snapshot.Unreadable, OSError))
            print(f"kept: {error if known else f'not the MiniStack that was expected: {error!r}'}", flush=True)
            sys.exit(UNUSABLE)
    faster.collect_seldom()
    ministack.main()


if __name__ == "__main__":
    main()
