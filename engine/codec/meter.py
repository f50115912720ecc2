"""How large payloads are. Temporal refuses 2 MB; what passes through it should not grow with a site."""

from collections.abc import Sequence
from typing import Any

import structlog
from temporalio.api.common.v1 import Payload

LIMIT = 128 << 10
"""Bytes of one payload: ids, counts, hashes and some names stay far below."""
_log = structlog.get_logger(__name__)


class PayloadTooLarge(Exception):  # noqa: N818 - it says what is the matter
    """A value that should not pass through Temporal."""


class Meter:
    """Measures every payload that is made: one that is too large is logged, and refused where that is asked for."""

    def __init__(self) -> None:
        self.refuses = False
        """In tests: what an administrator would find in a log fails there."""

    def measure(self, values: Sequence[Any], payloads: Sequence[Payload]) -> None:
        """Measure what was made of values.

        Raises:
            PayloadTooLarge: where it refuses; it names the kind of value and its size.
        """
        for value, payload in zip(values, payloads, strict=True):
            size = payload.ByteSize()
            if size <= LIMIT:
                continue
            kind = type(value).__name__
            if self.refuses:
                raise PayloadTooLarge(f"{kind} has {size} bytes, and {LIMIT} may pass through Temporal")
            _log.warning("a payload is larger than it should be", kind=kind, bytes=size, limit=LIMIT)


METER = Meter()
"""The one of this process: the SDK makes converters of their class, without arguments."""
