"""What passes through Temporal is measured."""

import pytest
import structlog
from structlog.testing import capture_logs

from engine.codec.converter import data_converter
from engine.codec.meter import LIMIT, METER, PayloadTooLarge
from rotation.finding import blocking
from tests.signing import SIGNING


def of_size(size):
    """A value with a text of that many characters."""
    return blocking("code", "subject", "x" * size, "")


async def test_a_payload_that_is_too_large_fails_in_tests():
    """It says of which kind the value is, and how large."""
    assert await data_converter(SIGNING).encode([of_size(LIMIT // 2)])
    with pytest.raises(PayloadTooLarge, match=r"Finding has 13\d{4} bytes"):
        await data_converter(SIGNING).encode([of_size(10), of_size(LIMIT)])


async def test_an_administrator_reads_of_it_in_the_log(monkeypatch):
    """In production it passes: Temporal's own limit is far above, and a rotation that stops helps no site."""
    monkeypatch.setattr(METER, "refuses", False)
    structlog.reset_defaults()
    with capture_logs() as logs:
        (payload,) = await data_converter(SIGNING).encode([of_size(LIMIT)])
    assert [(each["kind"], each["bytes"]) for each in logs] == [("Finding", payload.ByteSize())]
