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
    def of_document(self) -> str:
        """The name that the API's document has."""
        return self.name.removeprefix(PREFIX)

    @property
    def usual(self) -> str:
        """The default, in its unit."""
        return self.shown(Limits())

    def shown(self, limits: Limits) -> str:
        """The limit in its unit, as a form has it; empty where it is off."""
        span: timedelta | None = getattr(limits, self.of_document)
        return "" if span is None else f"{span / self.unit.span:g}"


def _field(name: str, unit: LimitUnit, label: Sentence) -> LimitField:
    return LimitField(name=PREFIX + name, label=label, unit=unit)


LIMIT_FIELDS = (
    _field("relax_floor", LimitUnit.HOURS, sentence("Least wait before the first certificate, in hours")),
    _field("away_limit", LimitUnit.DAYS, sentence("Clients silent for longer are away, in days")),
    _field("holdout_minimum", LimitUnit.DAYS, sentence("The last server keeps its certificate for at least, in days")),
    _field(
        "holdout_maximum",
        LimitUnit.DAYS,
        sentence(
            "Relaxed clients are waited for before a replacement, and the last server keeps its certificate, at most, "
            "in days"
        ),
    ),
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
    limits = {each.of_document: _iso(sent[each.name], each.unit) for each in LIMIT_FIELDS if each.name in sent}
    return limits | ({_PURGE.removeprefix(PREFIX): None} if NO_PURGE in sent else {})


def shown_limits(limits: Limits) -> dict[str, str]:
    """The fields of a form that shows these limits."""
    shown = {each.name: text for each in LIMIT_FIELDS if (text := each.shown(limits))}
    return shown | ({NO_PURGE: "1"} if limits.purge_after is None else {})


def changed_limits(sent: Mapping[str, str], limits: Limits) -> dict[str, str | None]:
    """All limits of a form that has shown `limits`, as the API's document has them.

    A field that was left alone keeps its exact value, of which the form has six digits. An empty one is refused.
    """
    kept = limits.model_dump(mode="json")
    asked: dict[str, str | None] = {}
    for each in LIMIT_FIELDS:
        text = sent.get(each.name, "")
        alone = bool(text) and text == each.shown(limits)
        asked[each.of_document] = kept[each.of_document] if alone else _iso(text, each.unit)
    return asked | ({_PURGE.removeprefix(PREFIX): None} if NO_PURGE in sent else {})


def _iso(text: str, unit: LimitUnit) -> str:
    try:
        return iso(float(text.replace(",", ".")) * unit.span)
    except (ValueError, OverflowError):
        return text
