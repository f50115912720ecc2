"""Sentences as they are kept: with the values that they had."""

from datetime import UTC, datetime

import pytest

from rotation.text.sentence import Sentence, sentence


@pytest.mark.parametrize("value", [7, "7", "2026-05-01", "2026-05-01T08:00:00Z", datetime(2026, 5, 1, 8, tzinfo=UTC)])
def test_a_value_is_the_same_when_it_was_kept(value):
    """A number, a time, and a name that reads as one of them."""
    before = sentence("It is %(value)s.", value=value)
    after = Sentence.model_validate_json(before.model_dump_json())
    assert after == before
    assert type(after.values["value"]) is type(value)


def test_a_time_has_a_zone():
    """Without one its moment is unknown."""
    with pytest.raises(ValueError, match="timezone"):
        Sentence.model_validate_json('{"text": "", "values": {"value": {"at": "2026-05-01T08:00:00"}}}')
