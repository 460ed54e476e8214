"""
Makes MiniStack faster where it does the same work again and again. What it answers stays the same.

It reads the text of an expression anew for each row that it compares with it: of a query, for each row of the index's
partition. Here it reads each text once. It copies a row ten times for each update, with a function that looks for objects
that are in it twice. Rows are what JSON can be, so here they are copied without that. It reads the policies of the caller's
role anew for each request, twice. Here it reads each policy once.
"""

import copy
from functools import lru_cache
from types import SimpleNamespace

#: Texts of each kind that are remembered: all functions together have some hundred expressions, and a policy each.
TEXTS = 2_000

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


def deep_copy(value):
    """A copy of a value with copies of all that is in it. Values that are in it twice become two."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {name: deep_copy(each) for name, each in value.items()}
    if kind is list:
        return [deep_copy(each) for each in value]
    return copy.deepcopy(value)


def make_faster(dynamodb, iam) -> None:
    """
    Changes the modules of DynamoDB, and of IAM's evaluation. Raises AttributeError if it is another MiniStack than was
    expected.
    """
    tokens = lru_cache(TEXTS)(dynamodb._tokenize)
    # A list of its own for each caller, who may change it.
    dynamodb._tokenize = lambda text: list(tokens(text))
    dynamodb._condition_syntax_error = lru_cache(TEXTS)(dynamodb._condition_syntax_error)
    dynamodb.copy = SimpleNamespace(copy=dynamodb.copy.copy, deepcopy=deep_copy)

    read_policy = iam.parse_policy_document
    statements = lru_cache(TEXTS)(read_policy)
    # Nothing changes a statement that was read. A policy that is no text is small, and made for one request.
    iam.parse_policy_document = lambda policy: (
        list(statements(policy)) if isinstance(policy, str) else read_policy(policy)
    )
