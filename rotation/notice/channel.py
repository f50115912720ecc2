"""A channel: a way by which one person, a team or a program is called, and for what."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, WithJsonSchema, model_validator

from rotation.bounds import Text
from rotation.identity.name import IdentityName
from rotation.notice.notice import NoticeKind
from rotation.span import Span
from rotation.values import SiteId, Value

_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$"
_ADDRESS = r"^[^@\s<>\",;:\\()\[\]\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}$"
_LONGEST_URL = 2000
_TAKEN = frozenset({"host", "content-type", "content-length", "transfer-encoding", "connection", "user-agent"})
Host = Annotated[str, Field(pattern=_HOST)]
MailAddress = Annotated[str, Field(pattern=_ADDRESS)]


class MessageLanguage(StrEnum):
    """The languages that messages are written in."""

    ENGLISH = "en"
    CZECH = "cs"


class MailSecurity(StrEnum):
    """How a connection to a mail server is secured. Its certificate is verified."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """In clear: for a relay without a password inside the company's own network."""


def _asked_for(schema: dict[str, Any]) -> None:
    """Without `kind` no target is read: it has a default in the code alone."""
    schema["required"] = ["kind", *schema.get("required", ())]
    schema["properties"]["kind"].pop("default", None)


class _Target(Value):
    model_config = ConfigDict(json_schema_extra=_asked_for)


class MailTarget(_Target):
    """A mail server, and who gets the mail."""

    kind: Literal["mail"] = "mail"
    host: Host
    port: int = Field(default=587, ge=1, le=65535)
    security: MailSecurity = MailSecurity.STARTTLS
    username: str = Field(default="", max_length=320, description="Empty: the server takes mail without a log-in")
    sender: MailAddress
    recipients: tuple[MailAddress, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.username and self.security is MailSecurity.NONE:
            raise ValueError("a password is not sent in clear: use starttls or tls, or no username")
        return self


def _https(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("the address of a webhook is such as https://tickets.example.com/hook, without a user in it")
    return url


class WebhookForm(StrEnum):
    """What is posted to a webhook."""

    STANDARD = "standard"
    """All values, as Standard Webhooks has it: for programs."""
    TEAMS = "teams"
    """A card: for the address of a workflow of Microsoft Teams."""
    SLACK = "slack"
    """A text: for Slack, Mattermost, Rocket.Chat and Google Chat."""


class WebhookTarget(_Target):
    """An address that messages are posted to, each signed (Standard Webhooks)."""

    kind: Literal["webhook"] = "webhook"
    url: Annotated[str, Field(max_length=_LONGEST_URL), AfterValidator(_https)]
    form: WebhookForm = Field(
        default=WebhookForm.STANDARD, description="`teams` and `slack` are read by chat systems, others by programs"
    )
    token_header: str = Field(
        default="",
        max_length=100,
        pattern=r"^([A-Za-z][A-Za-z0-9-]*)?$",
        description="The header that carries a token beside the signature, e.g. Authorization; empty: none does",
    )

    @model_validator(mode="after")
    def _own_header(self) -> Self:
        if self.token_header.lower() in _TAKEN or self.token_header.lower().startswith("webhook-"):
            raise ValueError("that header has its own content")
        return self


class SyslogTarget(_Target):
    """A syslog server: one line for each notice (RFC 5424) over TCP or UDP, as the network there has it."""

    kind: Literal["syslog"] = "syslog"
    host: Host
    port: int = Field(default=514, ge=1, le=65535)
    transport: Literal["udp", "tcp"] = "tcp"


Target = Annotated[MailTarget | WebhookTarget | SyslogTarget, Field(discriminator="kind")]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("the zone is a name such as Europe/Prague") from None
    return name


_OnTheClock = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$", "description": "A time of the day"})
]
"""Without an offset: RFC 3339, which a description means by `time`, has one."""


class QuietHours(Value):
    """From when to when no message is sent, on the clock of a zone; it may go over midnight."""

    begins: _OnTheClock = time(20)
    ends: _OnTheClock = time(7)
    zone: Annotated[str, Field(max_length=100), AfterValidator(_zone)] = "UTC"
    weekends: StrictBool = Field(default=False, description="Whether Saturday and Sunday are quiet as a whole")

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.begins == self.ends or self.begins.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("quiet hours begin and end at two different times of the day, without an offset")
        return self


_KINDS = Field(default=None, min_length=1, max_length=len(NoticeKind))
_LEAST, _MOST = timedelta(minutes=1), timedelta(days=31)


ChannelName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w .@/-]+$")]


class MessageChoice(Value):
    """Of what messages are sent, in which language, and when."""

    language: MessageLanguage = MessageLanguage.ENGLISH
    sites: tuple[Annotated[SiteId, Text], ...] | None = Field(
        default=None, min_length=1, max_length=1000, description="The only sites that it is about; null: all"
    )
    kinds: tuple[NoticeKind, ...] | None = _KINDS
    """The only kinds that it gets; None: all."""
    identity: IdentityName | None = Field(
        default=None, description="The person whose own channel it is: it gets no claim of another person"
    )
    digest: Annotated[Span, Field(ge=_LEAST, le=_MOST)] | None = Field(
        default=None, description="Messages of so long are gathered in one; null: each is sent by itself"
    )
    at_once: tuple[NoticeKind, ...] = Field(
        default=(NoticeKind.CLAIM_LAPSING,), max_length=len(NoticeKind), description="Kinds that no digest holds"
    )
    quiet: QuietHours | None = None
    wakes: tuple[NoticeKind, ...] = Field(
        default=(), max_length=len(NoticeKind), description="Kinds that are sent in quiet hours, too"
    )
    escalates_after: Annotated[Span, Field(ge=_LEAST, le=_MOST)] | None = Field(
        default=None,
        description="With it, the channel gets only what has waited for a person for so long without a reaction",
    )


class ChannelSettings(MessageChoice):
    """Where messages go, of what, in which language, and when."""

    name: ChannelName
    target: Target
