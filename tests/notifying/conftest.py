"""Messages, and sinks that take them."""

from datetime import UTC, datetime

import pytest

from notifying.sink import Sinks
from notifying.wording import message_of
from rotation.notice.channel import MessageLanguage
from rotation.notice.notice import Notice, NoticeKind
from rotation.values import RotationId, SiteId
from tests.notifying.sinks import Hook, Names

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def names():
    """Names that lead to this machine."""
    return Names()


@pytest.fixture
async def hook(tmp_path):
    """A webhook that listens."""
    async with Hook(tmp_path).running() as running:
        yield running


@pytest.fixture
def sinks(hook, names):
    """Makes the sink of a target."""
    return Sinks(hook.settings(), names.resolve)


@pytest.fixture
def message():
    """Makes a message of one notice."""

    def make(number=1, language=MessageLanguage.ENGLISH, **changes):
        usual = {
            "key": f"n{number}",
            "kind": NoticeKind.ATTENTION,
            "at": T0,
            "site_id": SiteId("site-1"),
            "site_name": "Vienna",
            "rotation_id": RotationId("rot-1"),
            "subject": "sepm1",
            "text": "it differs",
        }
        return message_of(f"msg_c_{number}", [Notice(**{**usual, **changes})], language, "https://rotator.test/")

    return make
