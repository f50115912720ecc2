"""Changing JSON documents: one value somewhere is of another kind, of another size, or gone; or the text itself."""

import json
import random
from copy import deepcopy
from typing import Any

from tests.fuzz import mutation

Path = tuple[str | int, ...]
_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    10**30,
    1e308,
    float("inf"),
    float("nan"),
    "",
    " ",
    "0",
    "\0",
    "\ud800",
    "\u202e\u0130",
    "../../etc/passwd",
    "'; DROP TABLE sites; --",
    "{site_id}",
    "x" * 300,
    "\u20ac" * 70_000,
    "P30D",
    "PT0S",
    "-P1D",
    "P999999999D",
    "P99999999999999999999D",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "https://[::1",
    "https://127.0.0.1:99999",
    "https://user:pass@127.0.0.1",
    "CN=a\\",
    "MII=",
    [],
    {},
    [[]],
    {"": None},
    {"site_id": "x", "kind": "y"},
)
_DEEP = 3000


def by_json(draw: random.Random, document: Any) -> bytes:
    """A body that was such a document."""
    changed = json.loads(json.dumps(document))
    for _ in range(draw.choice((0, 1, 1, 1, 2, 3))):
        changed = _changed(draw, changed)
    text = json.dumps(changed, ensure_ascii=bool(draw.randrange(2)))
    match draw.randrange(20):
        case 0:
            return mutation.by_bytes(draw, text.encode("utf-8", "surrogatepass"))
        case 1:
            return text.encode(draw.choice(("utf-16", "utf-32", "utf-8-sig")), "surrogatepass")
        case 2:
            return text[: draw.randrange(len(text) + 1)].encode("utf-8", "surrogatepass")
        case 3:
            return b"[" * _DEEP + b"]" * draw.choice((0, _DEEP))
        case _:
            return text.encode("utf-8", "surrogatepass")


def odd_text(draw: random.Random) -> str:
    """A text that something may stumble over; for what is no JSON."""
    text = str(draw.choice([value for value in _VALUES if isinstance(value, str | int | float)]))
    return text.encode("utf-8", "replace").decode()


def _changed(draw: random.Random, document: Any) -> Any:
    where = draw.choice(list(_places(document)))
    if not where:
        return _value(draw)
    holder = document
    for step in where[:-1]:
        holder = holder[step]
    last: Any = where[-1]
    match draw.randrange(8):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, list):
            holder += [holder[last]] * draw.choice((1, 200))
        case 1:
            holder[odd_text(draw)[:100]] = _value(draw)
        case 2:
            holder[last] = [holder[last]] * draw.choice((1, 2))
        case 3:
            holder[last] = {"value": holder[last]}
        case 4 if isinstance(holder[last], str):
            holder[last] = mutation.by_bytes(draw, holder[last].encode("utf-8", "replace")).decode("utf-8", "replace")
        case 5 if isinstance(holder[last], str):
            holder[last] += draw.choice(("\0", " ", "\n", "\ud800", "x" * 2000, "'"))
        case _:
            holder[last] = _value(draw)
    return document


def _value(draw: random.Random) -> Any:
    return deepcopy(draw.choice(_VALUES))


def _places(document: Any, so_far: Path = ()) -> list[Path]:
    """Every value of a document, itself too."""
    inside: Any = ()
    if isinstance(document, dict):
        inside = document.items()
    elif isinstance(document, list):
        inside = enumerate(document)
    return [so_far, *(place for key, value in inside for place in _places(value, (*so_far, key)))]
