"""An entry of the calendar: what is due, or waited for, when, at which site, and where more stands."""

from enum import StrEnum

from pydantic import AwareDatetime

from rotation.text.sentence import Sentence
from rotation.values import SiteId, Value


class AgendaKind(StrEnum):
    """What an entry is about."""

    LATEST_START = "latest-start"
    CERTIFICATE_END = "certificate-end"
    WAIT = "wait"
    """A gate, a holdout or the closing check of a rotation that runs."""
    REPLACEMENT = "replacement"
    """A certificate is to be replaced at the console."""


class AgendaItem(Value):
    """An entry of the calendar."""

    key: str
    """What stays the same when its time changes."""
    kind: AgendaKind
    site_id: SiteId
    site: str
    text: Sentence
    at: AwareDatetime
    until: AwareDatetime | None = None
    """When it ends; None: it is a moment."""
    expected: bool = False
    """Whether the time is a forecast, which moves with the rotation."""
    path: str
    """The page of this service that has more."""
