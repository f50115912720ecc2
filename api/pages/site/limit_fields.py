"""The limits of a site as fields: each a number of its unit, which the API takes as ISO 8601."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from rotation.site import Limits
from rotation.span import iso
from rotation.text.sentence import Sentence, sentence
from rotation.values import Value

PREFIX = "limits."
NO_PURGE = f"{PREFIX}no_purge"
"""The checkbox of a site where SEPM deletes no client."""
_PURGE = f"{PREFIX}purge_after"


class LimitUnit(StrEnum):
    """In what a limit is given."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"

    @property
    def span(self) -> timedelta:
        """One of it."""
        return timedelta(**{self.value: 1})


class LimitField(Value):
    """A limit of a site on a form."""

    name: str
    label: Sentence
    unit: LimitUnit

    @property
    def usual(self) -> str:
        """The default, in its unit."""
        span: timedelta = getattr(Limits(), self.name.removeprefix(PREFIX))
        return f"{span / self.unit.span:g}"


def _field(name: str, unit: LimitUnit, label: Sentence) -> LimitField:
    return LimitField(name=PREFIX + name, label=label, unit=unit)


LIMIT_FIELDS = (
    _field("relax_floor", LimitUnit.HOURS, sentence("Least wait before the first certificate, in hours")),
    _field("away_limit", LimitUnit.DAYS, sentence("Clients silent for longer are away, in days")),
    _field("holdout_minimum", LimitUnit.DAYS, sentence("The last server keeps its certificate for at least, in days")),
    _field("holdout_maximum", LimitUnit.DAYS, sentence("The last server keeps its certificate for at most, in days")),
    _field("publish_delay", LimitUnit.MINUTES, sentence("A change reaches every server within, in minutes")),
    _field("purge_after", LimitUnit.DAYS, sentence("SEPM deletes clients that it has not seen for, in days")),
    _field("gate_patience", LimitUnit.DAYS, sentence("A gate that waits for longer asks a person, in days")),
    _field("stays", LimitUnit.HOURS, sentence("A client stays with its last server for, in hours")),
)
"""All of them, in their order on the form."""


def limits_of(sent: Mapping[str, str]) -> dict[str, str | None]:
    """The limits of a form as the API's document has them; those that are not sent have their defaults.

    What is no number is passed on as it is, and the document refuses it.
    """
    limits = {
        each.name.removeprefix(PREFIX): _iso(sent[each.name], each.unit) for each in LIMIT_FIELDS if each.name in sent
    }
    return limits | ({_PURGE.removeprefix(PREFIX): None} if NO_PURGE in sent else {})


def _iso(text: str, unit: LimitUnit) -> str:
    try:
        return iso(float(text.replace(",", ".")) * unit.span)
    except (ValueError, OverflowError):
        return text
