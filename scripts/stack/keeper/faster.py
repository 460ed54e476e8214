"""
Makes MiniStack faster where it repeats the same work. Its answers do not change.

MiniStack parses the text of an expression again for each row that it compares: for a query, for
each row of the index's partition. With this module it parses each text once. MiniStack copies a row
ten times for each update, with a function for any object. Rows have only JSON's types, so this
module copies them with a function in C. MiniStack parses the policies of the caller's role twice
for each request. With this module it parses each policy once. MiniStack authorizes each row of a
transaction, and computes the capacity of each index for it. With this module it authorizes each
action on a table once, and computes capacity only where it is asked for. Python's garbage collector
looks at all rows again and again, 0.3 s each time. With this module it rarely does.
"""

import copy
import functools
import gc
import marshal
import threading
from functools import lru_cache
from types import SimpleNamespace

#: The number of texts of each kind to remember: all functions together have some hundred
#: expressions, and one policy each.
TEXTS = 2_000

#: The thresholds of the three generations of objects. The first is collected after 20,000 new objects, each
#: older one after 20 collections of the one before it. Python's own are 700, 10 and 10.
COLLECT_AFTER = (20_000, 20, 20)

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


def deep_copy(value):
    """A deep copy of a value, by Python's own format of plain values if it has only those."""
    if type(value) in _PLAIN:
        return value
    try:
        return marshal.loads(marshal.dumps(value))
    except ValueError:
        return copy.deepcopy(value)


def collect_seldom() -> None:
    """Lets the garbage collector ignore all objects that exist now, and look at later ones less often."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def make_faster(dynamodb, iam, actions) -> None:
    """
    Changes the modules of DynamoDB, of IAM's evaluation, and of IAM's actions. Raises AttributeError
    if MiniStack has another version than expected.
    """
    tokens = lru_cache(TEXTS)(dynamodb._tokenize)
    # Each caller gets its own list, because it may change the list.
    dynamodb._tokenize = lambda text: list(tokens(text))
    dynamodb._condition_syntax_error = lru_cache(TEXTS)(dynamodb._condition_syntax_error)
    dynamodb.copy = SimpleNamespace(copy=dynamodb.copy.copy, deepcopy=deep_copy)

    read_policy = iam.parse_policy_document
    statements = lru_cache(TEXTS)(read_policy)
    # No caller changes a parsed statement. A policy that is not text is small and made for one
    # request, so it is not remembered.
    iam.parse_policy_document = lambda policy: (
        list(statements(policy)) if isinstance(policy, str) else read_policy(policy)
    )

    row_checks = actions.dynamodb_transaction_checks
    # The same action on the same table has the same answer.
    actions.dynamodb_transaction_checks = lambda *given: list(dict.fromkeys(row_checks(*given)))
    _skip_capacity(dynamodb)


def _skip_capacity(dynamodb) -> None:
    """Computes the write units of indexes for transactions only if the request asks for them."""
    transact, units = dynamodb._transact_write_items, dynamodb._index_write_units
    unasked = threading.local()

    @functools.wraps(transact)
    def transact_write_items(data):
        unasked.now = data.get("ReturnConsumedCapacity", "NONE") == "NONE"
        try:
            return transact(data)
        finally:
            unasked.now = False

    def index_write_units(*given):
        return 0.0 if getattr(unasked, "now", False) else units(*given)

    dynamodb._transact_write_items, dynamodb._index_write_units = transact_write_items, index_write_units
