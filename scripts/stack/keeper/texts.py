"""
Reads and writes texts of requests in C, and once: JSON, forms, and the tokens of PartiQL.

MiniStack reads the JSON of a request five times: four times to authorize it, then to answer it. It
reads the form of a request to SNS twice, and each statement of PartiQL twice. With this module
JSON is read and written by orjson, which is in C. What reads a text for authorization shares the
result, and forms and statements that come again are read once.
"""

import json
from functools import lru_cache
from types import SimpleNamespace
from urllib import parse

import orjson

#: The number of forms, and of statements, to remember.
FORMS = 8
STATEMENTS = 500

_AS_PYTHON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
#: The arguments of `json.dumps` that change only how a text is written, not what it says.
_ONLY_STYLE = frozenset({"ensure_ascii", "separators"})


def loads(text, **options):
    """As `json.loads`. What orjson refuses, Python's module reads, or refuses in its own words."""
    if not options:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    return json.loads(text, **options)


def dumps(value, **options) -> str:
    """As `json.dumps`, without spaces between the parts of the text."""
    if options.keys() <= _ONLY_STYLE:
        try:
            text = orjson.dumps(value, option=_AS_PYTHON).decode()
        except TypeError:
            return json.dumps(value, **options)
        if options.get("ensure_ascii") is False or text.isascii():
            return text
    return json.dumps(value, **options)


def _stand_in(**functions) -> SimpleNamespace:
    """Python's module `json`, with some functions replaced."""
    return SimpleNamespace(**{name: getattr(json, name) for name in json.__all__} | functions)


class _Last:
    """Reads a text once, if it is asked for it several times in a row. Callers must not change the result."""

    def __init__(self):
        self._read = (None, None)

    def loads(self, text, **options):
        last, result = self._read
        if last is not text or options:
            result = loads(text, **options)
            self._read = (text, result) if type(text) is bytes and not options else (None, None)
        return result


def read_in_c(modules, authorizing, forms, partiql) -> None:
    """
    Changes MiniStack's modules: the JSON of `modules`, that of `authorizing`, which only looks at
    requests, the forms that the modules of `forms` read, and the statements of `partiql`. Raises
    AttributeError if MiniStack has another version than expected.
    """
    for module in modules:
        if module.json is not json:
            raise AttributeError(f"{module.__name__}.json")
        module.json = _stand_in(loads=loads, dumps=dumps)
    authorizing.json = _stand_in(loads=_Last().loads, dumps=dumps)

    @lru_cache(FORMS)
    def whole_form(text):
        return parse.parse_qs(text, keep_blank_values=True)

    def read_form(text, keep_blank_values=False):
        fields = {name: [value for value in values if value or keep_blank_values] for name, values in whole_form(text).items()}
        return {name: values for name, values in fields.items() if values}

    for module in forms:
        if module.parse_qs is not parse.parse_qs:
            raise AttributeError(f"{module.__name__}.parse_qs")
        module.parse_qs = read_form
    # The parser only reads its tokens.
    partiql._tokenize = lru_cache(STATEMENTS)(partiql._tokenize)
