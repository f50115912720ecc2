"""Whether people are called. A wrong setting switches messages off and stops nothing else, so it must be seen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from notifying.errors import NotifySettingsWrong
from notifying.settings import configured_settings
from notifying.sink import Sinks
from service.notices.attention import AskState
from service.notices.notifier import Notifier
from service.world import wall_clock
from store.store import Store

_log = structlog.get_logger(__name__)
_LATE = timedelta(minutes=3)
"""So long behind its time a look is missed: longer than a lease lasts, and than the start of a worker."""


class Calling(StrEnum):
    """Whether people are called."""

    ON = "on"
    OFF = "off"
    """A setting is wrong, or no worker looks."""
    UNUSED = "unused"
    """There is no channel."""


def sinks_for_checks() -> Sinks | NotifySettingsWrong:
    """What the API checks channels with; what is wrong with the settings, which is logged."""
    try:
        return Sinks(configured_settings())
    except NotifySettingsWrong as wrong:
        _log.error("people are not called: a setting is wrong", reason=str(wrong))
        return wrong


async def call_people(store: Store, ask: AskState) -> None:
    """Call people until cancelled; with a wrong setting, say so and call none."""
    try:
        settings = configured_settings()
    except NotifySettingsWrong as wrong:
        _log.error("people are not called: a setting is wrong", reason=str(wrong))
        return
    await Notifier(store, settings, ask=ask).run()


async def calling(
    store: Store, sinks: Sinks | NotifySettingsWrong, clock: Callable[[], datetime] = wall_clock
) -> Calling:
    """Whether people are called, by the settings of this process and by when a worker has looked last."""
    since = await store.outbox.used_since()
    if since is None:
        return Calling.UNUSED
    if isinstance(sinks, NotifySettingsWrong):
        return Calling.OFF
    looked = await store.notice_lease.taken_at()
    last = max(since, looked) if looked is not None else since
    return Calling.ON if clock() - last <= sinks.every + _LATE else Calling.OFF
