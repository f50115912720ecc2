"""A short key of many values: what tells them from others, where there is no need to carry them."""

import hashlib
from collections.abc import Iterable


def key_of(values: Iterable[object]) -> str:
    """The same for the same values in the same order; nothing for none."""
    known = tuple(values)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16] if known else ""
