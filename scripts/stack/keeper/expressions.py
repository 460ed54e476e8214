"""
MiniStack reads the text of an expression anew for each row that it compares with it: of a query, for each row of the
index's partition. Here it reads each text once. What it answers stays the same.
"""

from functools import lru_cache

#: Texts that are remembered: all functions together have some hundred.
TEXTS = 2_000


def read_once(dynamodb) -> None:
    """Lets the module of DynamoDB remember what it reads. Raises AttributeError if it is another MiniStack."""
    tokens = lru_cache(TEXTS)(dynamodb._tokenize)
    # A list of its own for each caller, who may change it.
    dynamodb._tokenize = lambda text: list(tokens(text))
    dynamodb._condition_syntax_error = lru_cache(TEXTS)(dynamodb._condition_syntax_error)
