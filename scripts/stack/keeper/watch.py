"""Watches MiniStack's stores, and writes their changes to the journal.

Rows, stream records, positions in streams, queues and messages are written when they change. Topics
with their subscriptions, and secrets, are written as a whole after each call that may change them.
All other state (functions, roles, the API, rules, CloudFormation's stacks) changes in deployments
only: `attach` notices such a change, and the keeper takes a snapshot.
"""

import copy
import functools
import re
from urllib.parse import parse_qs

from keeper.journal import Journal

#: Services with little state, which is written to the journal as a whole.
SMALL = ("sns", "secretsmanager")
#: Services whose changes need a snapshot.
DEPLOYED = ("apigateway_v1", "cloudformation", "cloudwatch", "dynamodb", "eventbridge", "iam", "lambda_svc", "s3")
#: Actions that need no snapshot: they change nothing, or the journal has their changes.
_HARMLESS = re.compile(
    r"^(Get|List|Describe|Publish|Head|Query|Scan|Batch|Transact|Execute|PutItem|UpdateItem|DeleteItem"
    r"|PutMetricData|PutEvents|Simulate|Invoke|Validate)"
)
_ROW_CALLS = (
    "_put_item",
    "_update_item",
    "_delete_item",
    "_batch_write_item",
    "_transact_write_items",
    "_execute_statement",
    "_batch_execute_statement",
    "_execute_transaction",
)


class Messages(list):
    """The messages of one queue."""

    def __init__(self, given, key: tuple, journal: Journal):
        super().__init__(given)
        self.key, self.journal = key, journal

    def append(self, message) -> None:
        super().append(message)
        self.journal.append("message", *self.key, message)

    def clear(self) -> None:
        gone = [message["id"] for message in self]
        super().clear()
        self.journal.append("gone", *self.key, gone)

    def __deepcopy__(self, memo) -> list:
        return [copy.deepcopy(message, memo) for message in self]


class Queue(dict):
    """One queue. MiniStack deletes messages by setting a new list of those that stay."""

    def __init__(self, given: dict, key: tuple, journal: Journal):
        super().__init__(given)
        self.key, self.journal = key, journal
        super().__setitem__("messages", Messages(given.get("messages", []), key, journal))

    def __setitem__(self, name, value) -> None:
        if name == "messages":
            before = self["messages"]
            if len(value) < len(before):
                kept = {message["id"] for message in value}
                gone = [message["id"] for message in before if message["id"] not in kept]
                self.journal.append("gone", *self.key, gone)
            value = Messages(value, self.key, self.journal)
        super().__setitem__(name, value)

    def about(self) -> dict:
        """The attributes of the queue, without the messages."""
        return {name: value for name, value in self.items() if name != "messages"}

    def __deepcopy__(self, memo) -> dict:
        return {name: copy.deepcopy(value, memo) for name, value in self.items()}


class Queues(dict):
    """All queues, by account, region and URL."""

    def __init__(self, given: dict, journal: Journal):
        super().__init__({key: Queue(queue, key, journal) for key, queue in given.items()})
        self.journal = journal

    def __setitem__(self, key, value) -> None:
        queue = Queue(value, key, self.journal)
        super().__setitem__(key, queue)
        self.journal.append("queue", *key, queue.about())

    def pop(self, key, *default):
        if key in self:
            self.journal.append("no queue", *key)
        return super().pop(key, *default)

    def __deepcopy__(self, memo) -> dict:
        return {key: copy.deepcopy(queue, memo) for key, queue in self.items()}


class Positions(dict):
    """How far each event source mapping has read its stream."""

    def __init__(self, given: dict, journal: Journal):
        super().__init__(given)
        self.journal = journal

    def __setitem__(self, key, value) -> None:
        changed = self.get(key) != value
        super().__setitem__(key, value)
        if changed:
            self.journal.append("position", *key, value)

    def __deepcopy__(self, _memo) -> dict:
        return dict(self)


def _watch_rows(dynamodb, journal: Journal, changed) -> None:
    set_item, remove_item = dynamodb._set_item, dynamodb._remove_item
    emit, replaced = dynamodb._emit_stream_event, dynamodb._items_replaced

    def keep_set(table, pk, sk, item):
        old = set_item(table, pk, sk, item)
        journal.append("row", table["TableArn"], pk, sk, item)
        return old

    def keep_remove(table, pk, sk):
        old = remove_item(table, pk, sk)
        if old is not None:
            journal.append("no row", table["TableArn"], pk, sk)
        return old

    def keep_record(table_name, *args, **kwargs):
        before = len(dynamodb._stream_records.get(table_name) or [])
        emit(table_name, *args, **kwargs)
        records = dynamodb._stream_records.get(table_name) or []
        if len(records) > before:
            journal.append("record", dynamodb._tables[table_name]["TableArn"], records[-1])

    def keep_replaced(table):
        replaced(table)
        changed()

    dynamodb._set_item, dynamodb._remove_item = keep_set, keep_remove
    dynamodb._emit_stream_event, dynamodb._items_replaced = keep_record, keep_replaced
    for name in _ROW_CALLS:
        setattr(dynamodb, name, _as_one_call(getattr(dynamodb, name), journal))


def _as_one_call(handler, journal: Journal):
    @functools.wraps(handler)
    def whole(*args, **kwargs):
        with journal.call():
            return handler(*args, **kwargs)

    return whole


def _watch_queues(sqs, journal: Journal) -> None:
    sqs._queues._data = Queues(sqs._queues._data, journal)

    def then_record(handler):
        @functools.wraps(handler)
        def recorded(data, url):
            result = handler(data, url)
            queue = sqs._get_q(data.get("QueueUrl", url))
            journal.append("queue", *queue.key, queue.about())
            return result

        return recorded

    for name in ("SetQueueAttributes", "AddPermission", "RemovePermission", "TagQueue", "UntagQueue"):
        sqs._HANDLERS[name] = then_record(sqs._HANDLERS[name])


def _action(headers: dict, body: bytes, query: dict) -> str:
    """The action of a call in AWS's JSON or query protocol; empty in other protocols."""
    target = headers.get("x-amz-target", "")
    if "." in target:
        return target.rsplit(".", 1)[-1]
    named = query.get("Action") or (b"Action=" in body and parse_qs(body.decode("utf-8", "replace")).get("Action"))
    return (named[0] if isinstance(named, list) else named) or ""


def _watch_calls(module, name: str, journal: Journal, changed) -> None:
    """Watches a service's calls: after one that may change its state, journals the state or asks for a snapshot."""
    handle = module.handle_request

    @functools.wraps(handle)
    async def recorded(method, path, headers, body, query_params, *args, **kwargs):
        answer = await handle(method, path, headers, body, query_params, *args, **kwargs)
        action = _action(headers, body or b"", query_params or {})
        harmless = _HARMLESS.match(action) if action else method in ("GET", "HEAD") or "/invocations" in path
        if not harmless:
            if name in SMALL:
                journal.append("state", name, module.get_state())
            else:
                changed()
        return answer

    module.handle_request = recorded


def attach(services: dict, journal: Journal, changed) -> None:
    """Watches MiniStack's services (by module name). Calls `changed` after a change that only a snapshot keeps."""
    _watch_rows(services["dynamodb"], journal, changed)
    _watch_queues(services["sqs"], journal)
    positions = services["lambda_svc"]._dynamodb_stream_positions
    positions._data = Positions(positions._data, journal)
    for name in (*SMALL, *DEPLOYED):
        _watch_calls(services[name], name, journal, changed)
