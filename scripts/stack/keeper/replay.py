"""Brings a loaded snapshot up to date with the journal's operations."""


def table_of(dynamodb, arn: str):
    """The table of an ARN; None if the snapshot does not have it, as with tables that a test creates and deletes."""
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.split("/")[1]
    return dynamodb._tables.get_scoped(account, region, name)


def scope_of(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    return parts[4], parts[3], arn.split("/")[1]


def apply(operation: list, services: dict) -> None:
    """Applies one operation again. A repeat does no harm: rows are written whole, and messages have ids."""
    kind, *args = operation
    _KINDS[kind](services, *args)


def _row(services, arn, pk, sk, item):
    table = table_of(services["dynamodb"], arn)
    if table is not None:
        services["dynamodb"]._set_item(table, pk, sk, item)


def _no_row(services, arn, pk, sk):
    table = table_of(services["dynamodb"], arn)
    if table is not None:
        services["dynamodb"]._remove_item(table, pk, sk)


def _record(services, arn, record):
    dynamodb = services["dynamodb"]
    table = table_of(dynamodb, arn)
    if table is None or table.get("LatestStreamArn") != record["eventSourceARN"]:
        return  # the record is from the stream of a deleted table with the same name
    account, region, name = scope_of(arn)
    dynamodb._stream_records._data.setdefault((account, region, name), []).append(record)


def _position(services, account, region, mapping, position):
    services["lambda_svc"]._dynamodb_stream_positions._data[(account, region, mapping)] = position


def _queue(services, account, region, url, about):
    queues = services["sqs"]._queues._data
    messages = queues.get((account, region, url), {}).get("messages", [])
    queues[(account, region, url)] = {**about, "messages": messages}


def _no_queue(services, account, region, url):
    services["sqs"]._queues._data.pop((account, region, url), None)


def _message(services, account, region, url, message):
    queue = services["sqs"]._queues._data.get((account, region, url))
    if queue is not None:
        queue["messages"].append(message)


def _gone(services, account, region, url, ids):
    queue = services["sqs"]._queues._data.get((account, region, url))
    if queue is not None:
        queue["messages"] = [message for message in queue["messages"] if message["id"] not in ids]


_KINDS = {
    "row": _row,
    "no row": _no_row,
    "record": _record,
    "position": _position,
    "queue": _queue,
    "no queue": _no_queue,
    "message": _message,
    "gone": _gone,
    "state": lambda _services, _name, _state: None,  # snapshot.py has loaded this state already
}
