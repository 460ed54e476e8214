"""Snapshots: the state of MiniStack's services at one moment, in a folder `snapshot-<n>`.

A snapshot is written by a forked child, which sees memory as it was at the fork, while the stack
goes on. It gets its name only when it is complete and on disk.
"""

import json
import os
import re
import shutil
import time

from keeper import journal, replay
from ministack.core.persistence import STATE_FORMAT_VERSION, _json_default, _json_object_hook
from ministack.core.responses import AccountRegionScopedDict

#: The format of snapshots and journals. Raise it if an older keeper could no longer read them.
FORMAT = 1
#: The modules of MiniStack whose state is kept. Of logs and metrics only the groups and
#: definitions are kept, not the entries.
SERVICES = (
    "apigateway_v1", "cloudformation", "cloudwatch", "cloudwatch_logs", "dynamodb", "eventbridge", "iam",
    "kms", "lambda_svc", "s3", "secretsmanager", "sns", "sqs", "ssm",
)  # fmt: skip
_NAME = re.compile(r"^snapshot-(\d+)$")


class Unreadable(Exception):
    """The data exists and cannot be used; the message says why."""


def _folder(kept: str, number: int) -> str:
    return os.path.join(kept, f"snapshot-{number:09d}")


def newest(kept: str) -> int | None:
    """The number of the newest complete snapshot; None if there is none."""
    found = (_NAME.match(name) for name in os.listdir(kept))
    return max((int(match.group(1)) for match in found if match), default=None)


def size(kept: str) -> int:
    """The number of bytes in the newest snapshot; 0 if there is none."""
    number = newest(kept)
    if number is None:
        return 0
    return sum(entry.stat().st_size for entry in os.scandir(_folder(kept, number)))


def _write_json(folder: str, name: str, value) -> None:
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump(value, file, default=_json_default)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _state_of(name: str, module) -> dict:
    state = module.get_state()
    if name == "cloudwatch_logs":
        for group in state["log_groups"].all_values():
            group["streams"] = {}
        state["log_records"] = AccountRegionScopedDict()
    if name == "cloudwatch":
        state["metrics"] = AccountRegionScopedDict()
    return state


def _streams(services: dict) -> dict:
    """The stream records that some reader has not read yet, and how many came before them."""
    dynamodb, functions = services["dynamodb"], services["lambda_svc"]
    read: dict = {}
    for (account, region, mapping), position in functions._dynamodb_stream_positions.all_items():
        source = (functions._esms.get_scoped(account, region, mapping) or {}).get("EventSourceArn", "")
        if "/stream/" in source:
            scope = replay.scope_of(source)
            read[scope] = min(position, read.get(scope, position))
    records, trimmed = AccountRegionScopedDict(), AccountRegionScopedDict()
    for scope, all_records in dynamodb._stream_records.all_items():
        before = dynamodb._stream_trimmed._data.get(scope, 0)
        drop = min(max(read.get(scope, before + len(all_records)) - before, 0), len(all_records))
        records._data[scope] = all_records[drop:]
        trimmed._data[scope] = before + drop
    return {"records": records, "trimmed": trimmed}


def write(kept: str, number: int, services: dict, version: str) -> None:
    """Writes snapshot `number` and removes the older files that it replaces. Raises OSError on a full disk."""
    target, draft = _folder(kept, number), os.path.join(kept, f"draft-{number:09d}")
    blobs: set[str] = set()
    # The code of functions that only the previous snapshot needs must stay until this snapshot is
    # complete.
    services["lambda_svc"]._prune_orphan_code_blobs = blobs.update
    try:
        os.mkdir(draft)
        for name in SERVICES:
            _write_json(draft, name, _state_of(name, services[name]))
        _write_json(draft, "streams", _streams(services))
        _write_json(draft, "about", {"format": FORMAT, "ministack": version, "saved_at": time.time()})
        _sync_folder(draft)
        os.rename(draft, target)
        _sync_folder(kept)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _tidy(kept, number, blobs)


def _tidy(kept: str, number: int, blobs: set[str]) -> None:
    """
    Removes snapshots and journals that are older than a snapshot, drafts of processes that died,
    and unused code.
    """
    for name in os.listdir(kept):
        path = os.path.join(kept, name)
        match = _NAME.match(name)
        if (match and int(match.group(1)) < number) or name.startswith("draft-"):
            shutil.rmtree(path, ignore_errors=True)
    for old in journal.segments(kept):
        if old < number:
            os.remove(journal.segment_path(kept, old))
    code = os.path.join(kept, "lambda-blobs")
    for name in os.listdir(code) if os.path.isdir(code) else ():
        if name.removesuffix(".zip") not in blobs:
            os.remove(os.path.join(code, name))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _read_json(folder: str, name: str):
    try:
        with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as file:
            return json.load(file, object_hook=_json_object_hook)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{folder}/{name}.json cannot be read: {error}") from None


def _check(about: dict, version: str) -> None:
    if about["format"] != FORMAT:
        raise Unreadable(f"it is of format {about['format']}, and this version of Doctor reads format {FORMAT}")
    if _numbers(about["ministack"]) > _numbers(version):
        raise Unreadable(f"MiniStack {about['ministack']} wrote it, and an older one, {version}, is installed")


def load(kept: str, services: dict, version: str) -> int | None:
    """
    Loads the kept data into the services. Returns the number of the last segment that was read;
    None if no data is kept. Raises Unreadable; then it has written nothing.
    """
    number = newest(kept)
    if number is None:
        return None
    folder = _folder(kept, number)
    _check(_read_json(folder, "about"), version)
    try:
        later = [segment for segment in journal.segments(kept) if segment >= number]
        calls = [call for at in later for call in journal.read_segment(journal.segment_path(kept, at))]
    except (journal.Damaged, OSError) as error:
        raise Unreadable(str(error)) from None
    operations = [operation for call in calls for operation in call]
    states = {name: _read_json(folder, name) for name in SERVICES}
    states |= {name: state for kind, name, state, *_ in (op for op in operations if op[0] == "state")}
    try:
        for name, state in states.items():
            # Not Lambda's own `load_persisted_state`, which starts the pollers before the port is
            # open.
            load_state = getattr(services[name], "_restore_state", services[name].load_persisted_state)
            load_state(state)
        streams = _read_json(folder, "streams")
        services["dynamodb"]._stream_records.update(streams["records"])
        services["dynamodb"]._stream_trimmed.update(streams["trimmed"])
        for operation in operations:
            replay.apply(operation, services)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"{folder} cannot be loaded: {type(error).__name__}: {error}") from error
    _receivers_are_gone(services["sqs"])
    return max(later, default=number)


def _receivers_are_gone(sqs) -> None:
    """Makes messages in flight visible at once, because their receivers ended with the stack."""
    now = time.time()
    for queue in sqs._queues.all_values():
        for message in queue["messages"]:
            if message["receive_count"] > 0:
                message["visible_at"] = min(message["visible_at"], now)
    sqs._queue_name_to_url.clear()
    sqs._rebuild_queue_name_index()
