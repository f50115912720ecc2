"""Changes at the console of a site without REST that operators attest: kept, and from then on taken for true."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from rotation import inheritance
from rotation.access import OfflineDocument
from rotation.console.record import Change, ConsoleEntry, OfflineRecord, Replicates, serials_in
from rotation.finding import Finding, blocking
from rotation.plan.step import Write
from rotation.plan.work.task import AssignList, PauseReplication, ResumeReplication, SetSecureCommunications
from rotation.values import GroupId, TaskId, Value
from service.console_site import record_of
from service.scope import StepScope, WantedPair
from service.world import World

SERIALS = "serials"
BEFORE = "serials_before"
"""The evidence that names the new policy serials, and those that the pages showed before the change."""
_SECOND = timedelta(seconds=1)
_AHEAD = timedelta(minutes=5)
"""How far the clock that made a serial may be ahead of the one that is asked."""


class OperatorStatement(Value):
    """An operator's statement that a task is done."""

    task_id: TaskId
    who: str
    evidence: dict[str, str]

    @property
    def shown(self) -> bool:
        """Whether it has any evidence of what the operator saw."""
        return any(value.strip() for value in self.evidence.values())


_NOTHING_ATTESTED = blocking(
    "nothing-attested",
    "evidence",
    "the service cannot read it, and the report names nothing that was seen",
    "give what shows it: serials=... as the groups' pages show them, or filename and sha256 of an exported Sylink.xml",
)


async def attest_settings(
    world: World,
    scope: StepScope,
    access: OfflineDocument,
    work: AssignList | SetSecureCommunications,
    statement: OperatorStatement,
) -> Finding | None:
    """Keep that the settings of the task's pairs are as wanted; or why the statement cannot be accepted."""
    if not statement.shown:
        return _NOTHING_ATTESTED
    if not isinstance(scope.step, Write):
        raise TypeError(f"step {scope.step.id} writes nothing")
    record = await record_of(scope.site, access, world.store.console)
    async with await world.sepm(scope.site) as client:
        clock = client.clock_of_last_answer()
    asked = {(pair.group_id, pair.location_id) for pair in work.pairs}
    wanted = [
        pair
        for pair in await scope.wanted(scope.step.field, restores=scope.step.restores)
        if (pair.pair.group_id, pair.pair.location_id) in asked
    ]
    followers = _followers(record, {each.pair.group_id for each in wanted})
    serials, finding = _serials(statement, followers, record, await _noted(world, scope), clock)
    if finding is not None:
        return finding
    changes = [_change(pair, statement, followers, serials, clock) for pair in wanted]
    await world.store.console.record(scope.site.id, changes, world.clock())
    return None


def _followers(record: OfflineRecord, owners: Collection[GroupId]) -> dict[GroupId, GroupId]:
    """The groups of `owners` and all that inherit from them, each with its owner."""
    owner_of = inheritance.owners(record.groups())
    return {group: owner for group, owner in owner_of.items() if owner in owners}


async def attest_replication(
    world: World, scope: StepScope, work: PauseReplication | ResumeReplication, statement: OperatorStatement
) -> Finding | None:
    """Keep that replication is paused, or resumed."""
    if not statement.shown:
        return _NOTHING_ATTESTED
    partners = () if isinstance(work, PauseReplication) else work.partners
    entry: ConsoleEntry = Replicates(
        task_id=statement.task_id, partners=partners, stated_by=statement.who, evidence=statement.evidence
    )
    await world.store.console.record(scope.site.id, [entry], world.clock())
    return None


def _change(
    wanted: WantedPair,
    statement: OperatorStatement,
    followers: Mapping[GroupId, GroupId],
    serials: Mapping[GroupId, datetime],
    clock: datetime,
) -> Change:
    """Without a serial the policy was made at the latest now: clocks are known to the second."""
    owner = wanted.pair.group_id
    return Change(
        task_id=statement.task_id,
        pair=wanted.pair,
        field=wanted.field,
        server_list=wanted.server_list,
        secure_communications=wanted.secure_communications,
        stated_by=statement.who,
        evidence=statement.evidence,
        policy=serials.get(owner, clock + _SECOND),
        serials={group: at for group, at in serials.items() if followers.get(group) == owner},
    )


class _Copied(Value):
    """What was copied from the pages of groups: their serials before the change, and after it."""

    before: dict[GroupId, datetime]
    after: dict[GroupId, datetime]


def _serials(
    statement: OperatorStatement,
    followers: Mapping[GroupId, GroupId],
    record: OfflineRecord,
    noted: Mapping[GroupId, datetime],
    clock: datetime,
) -> tuple[dict[GroupId, datetime], Finding | None]:
    """The new serial of each group, by the letters that it begins with; where two groups have the same, of neither.

    An operator who could copy the serial of an owner for the document can copy it now: without it nothing tells a
    change that was made from one that was only stated. The serial before it shows that this change has moved it: others
    move serials too, and a page shows the former one until the new policy is published.
    """
    given = {group.id for group in record.access.groups if group.serial is not None}
    times = Counter(group[:4] for group in given)
    known = {group[:4]: group for group in followers if group in given and times[group[:4]] == 1}
    try:
        copied = _Copied(before=_copied(statement, BEFORE, known), after=_copied(statement, SERIALS, known))
    except ValueError as error:
        paths = sorted(group.path for group in record.access.groups if group.id in known.values())
        remedy = (
            f"copy the policy serial numbers of these groups, and leave out those of any other: {', '.join(paths)}"
            if paths
            else f"leave {BEFORE} and {SERIALS} out, and state what you have seen"
        )
        return {}, blocking("serial-unreadable", SERIALS, str(error), remedy)
    owners = {owner for owner in followers.values() if owner in known.values()}
    for group in (*sorted(owners), *sorted(copied.after.keys() - owners)):
        path = next(each.path for each in record.access.groups if each.id == group)
        if group not in copied.before or group not in copied.after:
            remedy = (
                f"give {BEFORE}=... as the group's page showed it before the change, and {SERIALS}=... as it does now"
            )
            return {}, blocking(
                "serial-wanted", path, "the report lacks its policy serials before and after the change", remedy
            )
        after, since = copied.after[group], max(copied.before[group], noted.get(followers[group], copied.before[group]))
        if not since < after <= clock + _AHEAD:
            text = f"its serial of {after:%Y-%m-%d %H:%M:%S} is not of a change that was made since {since:%H:%M:%S}"
            remedy = (
                "copy it when the page shows a newer one; where it was changed before this task, change it once more"
            )
            return {}, blocking("serial-did-not-move", path, text, remedy)
    return copied.after, None


def _copied(statement: OperatorStatement, name: str, known: Mapping[str, GroupId]) -> dict[GroupId, datetime]:
    """The serials in one piece of evidence.

    Raises:
        ValueError: where something is none, or is of no group of the task.
    """
    found = {}
    for serial in serials_in([statement.evidence.get(name, "")]):
        if serial.prefix not in known:
            raise ValueError(
                f"{serial.prefix} begins the serial of no group of this task that the document gives one for"
            )
        found[known[serial.prefix]] = serial.at
    return found


async def _noted(world: World, scope: StepScope) -> dict[GroupId, datetime]:
    """When the task was opened, on SEPM's clock, by owner (rule 9)."""
    gate = scope.gate_after
    if gate is None:
        return {}
    noted = await world.store.references.of_gate(scope.ref.rotation_id, gate.id)
    return {owner: reference.written_at for owner, reference in noted.items() if reference.fixed is None}
