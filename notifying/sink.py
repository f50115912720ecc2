"""A channel as a port: it takes a message, or says why not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from pydantic import SecretStr

from notifying.addresses import Resolve, checked, resolve
from notifying.document import NoticeMessage
from notifying.mail import MailSink
from notifying.settings import NotifySettings
from notifying.syslog import SyslogSink
from notifying.webhook import WebhookSink, place_of
from rotation.notice.channel import MailTarget, SyslogTarget, Target, WebhookTarget


class Sink(Protocol):
    """Where messages of one channel go."""

    async def send(self, message: NoticeMessage) -> str:
        """Send one message. Returns what is to be noted although it was taken; empty: nothing.

        Raises:
            ChannelAway: when it may be taken later.
            MessageRefused: when this one is not taken.
        """
        ...


SinkOf = Callable[[Target, SecretStr | None], Sink]


class Sinks:
    """Makes the sink of each target."""

    def __init__(self, settings: NotifySettings, resolve: Resolve = resolve) -> None:
        self._settings = settings
        self._resolve = resolve

    @property
    def every(self) -> timedelta:
        """How often the worker looks whether there is anything to send."""
        return self._settings.every

    def of(self, target: Target, secret: SecretStr | None) -> Sink:
        """The sink of a target."""
        match target:
            case MailTarget():
                return MailSink(target, secret, self._settings, self._resolve)
            case WebhookTarget():
                return WebhookSink(target, secret, self._settings, self._resolve)
            case SyslogTarget():
                return SyslogSink(target, self._settings, self._resolve)

    async def check(self, target: Target) -> None:
        """Check where a target leads to.

        Raises:
            AddressRefused: when messages must not go there.
            ChannelAway: when its name has no address.
        """
        host, port = place_of(target.url) if isinstance(target, WebhookTarget) else (target.host, target.port)
        await checked(host, port, self._settings.named, self._resolve)
