"""Server lists that an administrator has edited: SEPM shows when, and never what is in them (rule 18)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from rotation.drift.drift import Drift
from rotation.drift.earlier_survey import with_copies
from rotation.finding import blocking
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console, SettingField, Step, Write
from rotation.plan.work.task import ConsoleTask, CopyList, ReorderList, ReplaceCertificate, TaskState
from rotation.proof.gate import minimum
from rotation.site import Protocol, Site
from rotation.survey import SiteSurvey
from rotation.values import ListName, ServerName

LIST_EDITED, LIST_TAKEN_UP = "list-edited", "list-taken-up"
EDITED_MEANWHILE = "list-edited-meanwhile"
"""A list that a cancel or a restore is about to assign, which was edited since its content was known."""
_SECOND = timedelta(seconds=1)
"""SEPM's clock is known to the second."""


def shown_by_tasks(tasks: Iterable[ConsoleTask], *, ahead: timedelta) -> dict[ListName, datetime]:
    """By list, until when its content is known: an operator has completed a task about it; on SEPM's clock.

    `ahead`: by how much that clock is ahead of the service's.
    """
    shown: dict[ListName, datetime] = {}
    for task in tasks:
        name = _list_of(task)
        if name is not None and task.state is TaskState.DONE and task.closed_at is not None:
            shown[name] = max(task.closed_at + ahead + _SECOND, shown.get(name, task.closed_at + ahead))
    return shown


def _list_of(task: ConsoleTask) -> ListName | None:
    match task.work:
        case CopyList():
            return task.work.copy_list
        case ReorderList():
            return task.work.list
        case _:
            return None


def edited_lists(
    site: Site,
    body: PlanBody,
    survey: SiteSurvey,
    shown: Mapping[ListName, datetime],
    *,
    at: str,
    confirmed_lists: Collection[ListName] = (),
) -> tuple[Drift, ...]:
    """The lists of the plan that were edited since their content was known.

    Lists that were put right are among them for as long as clients take to have them again.

    Args:
        site: with the lists as they were registered, and the copies as the plan has them.
        body: the plan that runs.
        survey: with when each list was edited.
        shown: by list, until when its content was known; lists that are not in it are not judged.
        at: the id of the step that runs.
        confirmed_lists: the lists that a person has confirmed to be right again.
    """
    if not any(_rests_on_lists(step) for step in body.steps[body.steps.index(body.step(at)) :]):
        return ()
    in_hand = _in_hand(body.step(at))
    edited = tuple(_edited(with_copies(site, body), _lists(body), survey.lists_edited, shown))
    others = set(confirmed_lists) - {each.finding.subject for each in edited}
    put_right = {name: edited_at for name, edited_at in survey.lists_edited.items() if name in others}
    found = (*edited, *_taken_up(body, survey, put_right))
    return tuple(each for each in found if each.finding.subject != in_hand)


def edited_meanwhile(
    site: Site, lists: Collection[ListName], edited: Mapping[ListName, datetime], shown: Mapping[ListName, datetime]
) -> tuple[Drift, ...]:
    """Of lists that are about to be assigned again, those that were edited since their content was known.

    The arguments are those of `edited_lists`; `site` has the lists as they were registered.
    """
    found = _edited(site, lists, edited, shown)
    renamed = (each.finding.model_copy(update={"code": EDITED_MEANWHILE}) for each in found)
    return tuple(Drift(finding=finding, edited_at=edited[ListName(finding.subject)]) for finding in renamed)


def named_over_https(site: Site, lists: Iterable[ListName]) -> frozenset[ServerName]:
    """The servers to which lists send clients over HTTPS; every server, for a list that was not registered."""
    named: set[ServerName] = set()
    for name in lists:
        known = site.list_named(name)
        if known is None:
            named |= {each.name for each in site.servers}
        elif known.protocol is Protocol.HTTPS:
            named |= known.servers
    return frozenset(named)


def _taken_up(body: PlanBody, survey: SiteSurvey, edited: Mapping[ListName, datetime]) -> Iterator[Drift]:
    """Clients that took the wrong list need three heartbeats to take the right one."""
    lasting = minimum(body.scopes) + body.publish_delay + survey.skew
    for name, at in sorted(edited.items()):
        if survey.sepm_clock < at + lasting:
            until = f"{at + lasting:%Y-%m-%d %H:%M:%S} UTC"
            text = f"the list was corrected at {at:%Y-%m-%d %H:%M:%S} UTC; clients receive it until {until}"
            yield Drift(finding=blocking(LIST_TAKEN_UP, name, text, "wait; this ends by itself"))


def _in_hand(step: Step) -> ListName | None:
    """The list that is being edited because this step asks for it."""
    match step:
        case Console(work=CopyList(copy_list=name) | ReorderList(list=name)):
            return name
        case _:
            return None


def _rests_on_lists(step: Step) -> bool:
    replaces = isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)
    return replaces or (isinstance(step, Write) and step.field is SettingField.SERVER_LIST)


def _edited(
    site: Site, lists: Collection[ListName], edited: Mapping[ListName, datetime], shown: Mapping[ListName, datetime]
) -> Iterator[Drift]:
    for name in sorted(lists):
        at, until = edited.get(name), shown.get(name)
        if at is None or until is None or at <= until:
            continue
        text = f"an administrator edited the list at {at:%Y-%m-%d %H:%M:%S} UTC, after the service knew its content"
        remedy = (
            f"look at the list in the console and correct it{_as_known(site, name)}; then retry, which confirms "
            "that it is right"
        )
        yield Drift(finding=blocking(LIST_EDITED, name, text, remedy), edited_at=at)


def _lists(body: PlanBody) -> Collection[ListName]:
    return {pair.server_list for owner in body.scopes for pair in owner.pairs} | {
        copy.copy_name for copy in body.copies
    }


def _as_known(site: Site, name: ListName) -> str:
    known = site.list_named(name)
    if known is None:
        return ""
    https = known.protocol is Protocol.HTTPS
    pools = (
        ", ".join(f"{entry.server}={entry.https_port if https else entry.http_port}" for entry in pool)
        for pool in known.priorities
    )
    return f" (it must be {known.protocol.value}, with {'; '.join(pools)} by priority)"
