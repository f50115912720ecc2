"""Prepositions of Czech before a number: `z 5 klientů`, and `ze 4 klientů`, as the number is spoken."""

import re
from collections.abc import Mapping

_BEFORE_VALUE = re.compile(r"\b([Zz]) (?=%\((\w+)\)s)")
_FIRST_GROUP = re.compile(r"\d{1,3}(?!\d)")
"""Of a number with thousands apart, its first group decides."""
_SINGLE = frozenset({2, 3, 4, 6, 7, 14, 16, 17})
_RANGES = (range(40, 50), range(60, 80), range(100, 500), range(600, 800))
"""Dvou, tří, čtyř, šesti, sedmi, čtrnácti, šestnácti, sedmnácti; čtyřiceti, šedesáti, sedmdesáti; sta, set."""


def with_prepositions(text: str, values: Mapping[str, object]) -> str:
    """The Czech text, with `%(name)s` where values stand: `ze` where `z` cannot be spoken before the number."""
    return _BEFORE_VALUE.sub(lambda found: f"{found[1]}e " if _takes_e(values.get(found[2])) else found[0], text)


def _takes_e(value: object) -> bool:
    first = _FIRST_GROUP.match(str(value))
    number = int(first[0]) if first else 0
    return number in _SINGLE or any(number in each for each in _RANGES)
