"""Whether people are called: by the settings of the process, and by when a worker has looked last."""

import asyncio

import pytest
from structlog.testing import capture_logs

from notifying.errors import NotifySettingsWrong
from notifying.sink import Sinks
from service.notices import calling as calls
from service.notices.calling import Calling
from tests.service.notices.conftest import BY


@pytest.fixture
def stands(running, calling):
    """Whether people are called now, by good settings or others."""

    async def look(sinks=None):
        return await calls.calling(running, sinks or Sinks(calling.hook.settings()), calling.clock)

    return look


async def test_it_is_on_while_a_worker_looks(running, calling, stands):
    """Without a channel it is not used; with one it is on, and off some minutes after the last look of any worker."""
    assert await stands() is Calling.UNUSED
    channel = await calling.add(running)
    assert await stands() is Calling.ON, "no worker can have looked yet"
    calling.clock.later(minutes=10)
    assert await stands() is Calling.OFF, "none ever has"
    await calling.notifier(running).turn()
    assert await stands() is Calling.ON
    calling.clock.later(minutes=3)
    assert await stands() is Calling.ON
    calling.clock.later(seconds=11)
    assert await stands() is Calling.OFF
    await running.channels.remove(channel.id, BY, calling.clock())
    assert await stands() is Calling.UNUSED


async def test_a_wrong_setting_is_off_and_named(running, make, calling, stands, monkeypatch):
    """The worker logs which one and calls no person; it raises nothing, and another worker takes the lease."""
    await calling.add(running)
    await running.tasks.add(make.task())
    with capture_logs() as logs, monkeypatch.context() as environment:
        environment.setenv("ROTATOR_NOTIFY_EVERY", "soon")
        await asyncio.wait_for(calls.call_people(running, ask=calling.asks_none), 5)
        wrong = calls.sinks_for_checks()
    assert [each["log_level"] for each in logs] == ["error", "error"]
    assert all("ROTATOR_NOTIFY_EVERY" in each["reason"] for each in logs)
    assert isinstance(wrong, NotifySettingsWrong)
    assert await stands(wrong) is Calling.OFF
    await calling.notifier(running).turn()
    assert calling.kinds == ["task-opened"]
