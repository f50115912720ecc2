"""A store on both databases with a channel to a webhook, and a notifier on a clock that a test sets."""

from datetime import timedelta

import pytest

from notifying.sink import Sinks
from rotation.notice.channel import ChannelSettings, WebhookTarget
from service.notices.notifier import Notifier
from store.trail.site_trail import Author
from tests.notifying.conftest import hook, names
from tests.store.conftest import make, postgres, running, settings, site, store, tables

__all__ = ["hook", "make", "names", "postgres", "running", "settings", "site", "store", "tables"]
BY = Author(who="ann")


class Clock:
    """The time, as a test has it."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        """The time now."""
        return self.now

    def later(self, **since):
        """Some time passes."""
        self.now += timedelta(**since)


class Calling:
    """A webhook, the time, and the notifiers of workers."""

    def __init__(self, hook, names, now):
        self.hook = hook
        self.names = names
        self.clock = Clock(now)

    async def add(self, store, name="ops", **changes):
        """A channel to the webhook."""
        settings = ChannelSettings(name=name, target=WebhookTarget(url=self.hook.url), **changes)
        return await store.channels.add(settings, self.hook.secret, BY, self.clock())

    def notifier(self, store, ask=None, **changes):
        """The notifier of a worker that was just started."""
        settings = self.hook.settings(**changes)
        return Notifier(store, settings, sinks=Sinks(settings, self.names.resolve), clock=self.clock, ask=ask)

    @property
    def kinds(self):
        """What the webhook has taken, in order."""
        return [body["data"]["notices"][0]["notice"]["kind"] for _, body in self.hook.taken]

    @property
    def numbers(self):
        """The places of these messages in the order of their channel."""
        return [int(message_id.rpartition("_")[2]) for message_id, _ in self.hook.taken]


@pytest.fixture
def calling(hook, names, make):
    """All that calls people."""
    return Calling(hook, names, make.t0)
