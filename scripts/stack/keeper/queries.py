"""
Makes MiniStack's queries of an index look at the rows that match only. Their answers do not change.

MiniStack sorts all rows of the index's partition for each query, and then compares each of them
with the whole condition. With this module the rows of a partition stay sorted from its first query
on, and a query takes those whose sort key is in its range. This is done for conditions in the usual
forms on keys that are texts: all that Doctor's queries have. Other queries are answered as before.
"""

import functools
import re
import threading
from bisect import bisect_left, insort

_FORM = re.compile(
    r"""\s*\#?\w+\s*=\s*:\w+\s+AND\s+(
        (?P<compared>\#?\w+)\s*(?P<operator><=|>=|=|<|>)\s*(?P<bound>:\w+)
      | begins_with\s*\(\s*(?P<begins>\#?\w+)\s*,\s*(?P<start>:\w+)\s*\)
      | (?P<between>\#?\w+)\s+BETWEEN\s+(?P<low>:\w+)\s+AND\s+(?P<high>:\w+)
    )\s*""",
    re.VERBOSE,
)

_WHOLE = re.compile(r"\s*#?\w+\s*=\s*:\w+\s*")


@functools.lru_cache(2_000)
def _form(condition: str) -> dict | None:
    found = _FORM.fullmatch(condition)
    return found and {name: text for name, text in found.groupdict().items() if text}


def _after(text: str) -> str:
    """The text that comes next in order."""
    return text + "\0"


class Range:
    """The sort keys that a condition allows: those from `low` on, and before `end` if it is not None."""

    def __init__(self, name: str, low: str, end: str | None):
        self.name, self.low, self.end = name, low, end

    def of(self, rows: list) -> list:
        first = bisect_left(rows, (self.low,))
        return rows[first:] if self.end is None else rows[first : bisect_left(rows, (self.end,), lo=first)]


def range_of(condition: str, values: dict, names: dict) -> Range | None:
    """The range of the second key; None if the condition has another form, or the key is no text."""
    form = _form(condition)
    if form is None:
        return None

    def text(part):
        value = values.get(form[part])
        if not isinstance(value, dict) or list(value) != ["S"] or not isinstance(value["S"], str):
            raise LookupError(part)
        return value["S"]

    def name(part):
        return names.get(form[part], form[part])

    try:
        if "between" in form:
            return Range(name("between"), text("low"), _after(text("high")))
        if "begins" in form:
            start = text("start")
            return Range(name("begins"), start, start + chr(0x10FFFF))
        bound = text("bound")
        low, end = {
            "=": (bound, _after(bound)),
            "<": ("", bound),
            "<=": ("", _after(bound)),
            ">": (_after(bound), None),
            ">=": (bound, None),
        }[form["operator"]]
        return Range(name("compared"), low, end)
    except LookupError:
        return None


class Rows(dict):
    """
    The keys of a partition's rows in the base table. `ordered`: the same in the order of the index's
    sort key; None until a query needs it.
    """

    ordered: list | None = None

    def order(self, name: str, items: dict) -> list | None:
        """
        The rows as (sort key, keys of the base table), in order; None if one has another sort key than
        a text.
        """
        if self.ordered is None:
            try:
                self.ordered = sorted((items[key[0]][key[1]][name]["S"], *key) for key in self)
            except KeyError:
                return None
        return self.ordered


class _Asked(threading.local):
    """The query that this thread answers."""

    #: The range of its second key.
    range: Range | None = None
    #: True: its condition has only the partition's key.
    is_whole = False
    #: True: each row that is left meets the condition, once MiniStack has checked the condition with one row.
    is_sure = False
    is_checked = False


class _Narrowed:
    """
    The partitions of an index, of which only rows in the range are shown. One row stays for the checks
    of the condition.
    """

    def __init__(self, partitions: dict, items: dict, asked: _Asked):
        self._partitions, self._items, self._asked = partitions, items, asked

    def get(self, value, default):
        rows = self._partitions.get(value)
        if not rows:
            return default
        if type(rows) is not Rows:
            rows = self._partitions[value] = Rows(rows)
        ordered = rows.order(self._asked.range.name, self._items)
        if ordered is None:
            return rows
        self._asked.is_sure = True
        return [(first, second) for _, first, second in self._asked.range.of(ordered) or ordered[:1]]


def keep_rows_in_order(dynamodb) -> None:
    """Raises AttributeError if MiniStack has another version than expected."""
    query, evaluate = dynamodb._query, dynamodb._evaluate_condition
    members, index_item = dynamodb._index_members, dynamodb._index_item
    schemas, partition_of, indexes = dynamodb._index_key_schemas, dynamodb._index_partition, dynamodb._INDEX_MEMBERS
    asked = _Asked()

    @functools.wraps(query)
    def narrow_query(data):
        condition = data.get("KeyConditionExpression")
        if not isinstance(condition, str) or not data.get("IndexName"):
            return query(data)
        values, names = data.get("ExpressionAttributeValues"), data.get("ExpressionAttributeNames")
        asked.range = range_of(condition, values or {}, names or {})
        asked.is_whole = _WHOLE.fullmatch(condition) is not None
        asked.is_sure = asked.is_checked = False
        try:
            return query(data)
        finally:
            asked.range = None
            asked.is_whole = asked.is_sure = False

    def narrow_members(table):
        whole = members(table)
        if asked.range is None:
            asked.is_sure = asked.is_whole
            return whole
        sorted_by = {name: ranges for name, _, ranges in schemas(table)}
        return {
            name: _Narrowed(partitions, table["items"], asked) if sorted_by[name] == [asked.range.name] else partitions
            for name, partitions in whole.items()
        }

    def evaluate_once(condition, row, values, names, slot="ConditionExpression"):
        if slot != "KeyConditionExpression" or not asked.is_sure:
            return evaluate(condition, row, values, names, slot=slot)
        if not asked.is_checked:
            asked.is_checked = True
            return evaluate(condition, row, values, names, slot=slot)
        return True

    def keep_order(table, base_pk, base_sk, item, add):
        index_item(table, base_pk, base_sk, item, add)
        for name, hashes, ranges in schemas(table):
            rows = table.get(indexes, {}).get(name, {}).get(partition_of(item, hashes, ranges))
            if type(rows) is Rows and rows.ordered is not None:
                rows.ordered = changed(rows.ordered, (item[ranges[0]].get("S"), base_pk, base_sk), add)

    dynamodb._query, dynamodb._evaluate_condition = narrow_query, evaluate_once
    dynamodb._index_members, dynamodb._index_item = narrow_members, keep_order


def changed(ordered: list, row: tuple, add: bool) -> list | None:
    """The same list, with the row or without it; None if the row cannot be in it."""
    if row[0] is None:
        return None
    if add:
        insort(ordered, row)
    else:
        place = bisect_left(ordered, row)
        if ordered[place : place + 1] == [row]:
            del ordered[place]
    return ordered
