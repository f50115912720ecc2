"""Clients that may hold a wrong server list: they reported while it was wrong, and not since.

A client that fails over finds a way out among the servers of the list that it holds. Where that list has only the
server whose certificate is replaced, a holdout is no way out for it (rule 18).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from rotation.drift.learned.other_certificate import OtherIn, reported_last
from rotation.drift.lists import LIST_EDITED
from rotation.finding import Finding, blocking
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.survey import ObservedClient, SiteSurvey
from rotation.text.some_names import some_of
from rotation.values import ClientId, Value

MAY_HOLD_WRONG = "wrong-list-known"
WRONG_LISTS = frozenset({LIST_EDITED, "list-drift"})
"""The drifts in which clients take another list than the plan knows."""
_NAMES, _APART = 5, 20
_ANY = "*"
"""Stands for many lists, or places: it names none, so it counts for every owner."""


class WrongIn(Value):
    """When a server list was wrong, or another one was assigned, on the service's clock."""

    since: datetime | None
    """The last look before that found every list right; None: the plan's survey is the last one."""
    until: datetime
    """When it was last known to be wrong, or was found to be right again."""


def in_few(wrong: Mapping[str, WrongIn]) -> dict[str, WrongIn]:
    """The same, as one span that may be of any list where there are many: the state of a rotation stays small."""
    if len(wrong) <= _APART:
        return dict(wrong)
    since = [span.since for span in wrong.values() if span.since is not None]
    first = min(since) if len(since) == len(wrong) else None
    return {_ANY: WrongIn(since=first, until=max(span.until for span in wrong.values()))}


def may_hold_wrong(
    body: PlanBody,
    survey: SiteSurvey,
    clients: Collection[ObservedClient],
    wrong: Mapping[str, WrongIn],
    *,
    planned_at: datetime,
    left_out: Collection[ClientId] = (),
) -> Iterable[Finding]:
    """By group that fails over, its clients that reported last while their list was wrong.

    Args:
        body: the plan that runs.
        survey: of now.
        clients: as they were last read.
        wrong: by list, or by group and location, when it was wrong.
        planned_at: when the survey was taken by which the plan knows the lists, on the service's clock.
        left_out: the clients that two persons have left out at gates.
    """
    known = {pair.server_list for owner in body.scopes for pair in owner.pairs}
    known |= {copy.copy_name for copy in body.copies}
    places = {place for owner in body.scopes for place in _places(owner)}
    for owner in body.scopes:
        if owner.treatment is not Treatment.FAILOVER:
            continue
        own = {pair.server_list for pair in owner.pairs} | set(_places(owner))
        # one that stands for several names no place: it may be of any owner
        spans = [span for subject, span in wrong.items() if subject in own or subject not in {*known, *places}]
        names: set[str] = set()
        for span in spans:
            while_ = OtherIn(since=planned_at if span.since is None else span.since, until=span.until)
            names.update(
                each.name
                for each in reported_last(body, survey, clients, owner, while_)
                if each.id not in left_out and not each.non_persistent  # it has the list of its image (rule 4)
            )
        if names:
            text = (
                f"{len(names)} clients reported last while their server list was another one, and may hold that one: "
                f"{some_of(sorted(names), _NAMES)}"
            )
            remedy = (
                "have these computers report; where one stays away, cancel, or roll back once a certificate was "
                "replaced, and plan again with its group relaxed"
            )
            yield blocking(MAY_HOLD_WRONG, owner.path, text, remedy)


def _places(owner: OwnerScope) -> Iterable[str]:
    return (f"{owner.path} / {pair.location_name}" for pair in owner.pairs)
