"""A store on both databases with a channel to a webhook, and a notifier on a clock that a test sets."""

from datetime import timedelta

import pytest

from notifying.sink import Sinks
from rotation.notice.channel import ChannelSettings, WebhookTarget
from rotation.running.attention import Attention
from rotation.values import Fingerprint
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from service.notices.notifier import Notifier
from store.trail.site_trail import Author
from tests.notifying.conftest import hook, names
from tests.store.conftest import SEPM1, make, postgres, running, settings, site, store, tables

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

    async def asks_none(self, site_id):
        """No rotation is asked."""
        raise AssertionError(site_id)

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


def question(make, code, *options):
    """An attention as it is stored."""
    return Attention(code=code, subject="sepm1", message="look", options=options, raised_at=make.t0).finding()


async def looked(store, make, clock, error="", days=400):
    """Have a look at the port of sepm1 be kept."""
    certificate = SeenCertificate(fingerprint=Fingerprint("aa" * 32), not_after=make.at(days=days))
    place = Endpoint(server=SEPM1, port=Port.CLIENT, address="sepm1.test", number=443)
    look = Look(endpoint=place, certificate=None if error else certificate, at=clock(), error=error)
    await store.inventory.record("site-1", [look])
