"""The vendor's two lists as one procedure with two choices: which groups are relaxed, which servers go in what wave.

Numbers are the vendor's own (docs/develop/procedure.md); what surrounds them has a name instead.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from rotation.plan.outage import Away, GivesBack
from rotation.plan.plan import ListCopy
from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.scope import Treatment
from rotation.plan.step import Closing, Console, Gate, GatePurpose, Holdout, Preflight, Recheck, ScopeName, Step, Write
from rotation.plan.work.https_drill import HttpsPort, OpenHttps
from rotation.plan.work.stop_drill import StartServer
from rotation.plan.work.task import (
    CopyList,
    DeleteList,
    PauseReplication,
    ReorderList,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    StartHandOuts,
    StopHandOuts,
    Work,
)
from rotation.procedure.drilling import drill, undo
from rotation.procedure.handing_out import start_hand_outs, stop_hand_outs
from rotation.procedure.https_drill import listed_by_drill, opened_again
from rotation.procedure.looking import look_at_clients, look_before_verifying
from rotation.procedure.relaxation import refresh_images, relax, restore, still_relaxed
from rotation.procedure.signing import compare_signed_files, shown_by_clients
from rotation.procedure.stop_drill import elsewhere_by_drill, started_again
from rotation.proof.gate import minimum
from rotation.values import ServerName

HOLDOUT = "B5"
"""The number of the holdout."""


def rotation_steps(choices: ProcedureChoices, *, after: int = 0) -> tuple[Step, ...]:
    """The steps that replace every certificate of a site; they are counted from `after` on.

    1. preflight: survey, compare with the plan, store the original settings
    2. every server's recovery file off the box; replication paused; what else hands out Sylink.xml stopped (rule 26)
    3. B1, where it was asked for: lists with another server first, a gate, their own order again; then the rest is
       planned again (rule 8)
    4. A1-A4: an HTTP copy of every list that a relaxed pair uses
    5. for each wave (all but the holdout; then the holdout):
       B5 the holdout before the last wave; before each server but the first, clients take a moved policy from one
       that was replaced (rule 24b);
       A5, A7 relax R, canaries first; A8 gate; where it was asked for, clients of R come while HTTPS is shut (rule 18);
       for each server: one client of each build looked at (rule 10); where it was asked for, clients that fail over
       come to another one while it is stopped (rules 18, 21); A9/B2 replace, A10b/B3 gate, its .SIG files compared
       (rule 24c), images that fail over refreshed (rule 4); before the next one the rest is computed again (rule 12a);
       one client of each build looked at, all images refreshed; A10c, gate, A10d, gate: restore R, canaries first
    6. closing: images refreshed, replication resumed, copies deleted, what handed out Sylink.xml started again, every
       client back
    """
    return numbered(_rotation(choices), after)


def restore_steps(choices: ProcedureChoices, swapped: tuple[ServerName, ...]) -> tuple[Step, ...]:
    """The steps that put the recorded settings back when no rotation is running (after a Terminate).

    1. preflight; what a drill left stopped or shut started and opened again; lists that one left reordered back in
       their order
    2. for every server whose certificate has already been replaced: A10b gate, its .SIG files compared
    3. A10c, A10d: the recorded state; where a certificate was replaced, gated, one client of each build looked at
       before it, and images refreshed
    4. closing
    """
    return numbered(_restoration(choices, swapped))


def _rotation(choices: ProcedureChoices) -> Iterator[Step]:
    yield Preflight(id="", number="preflight", title="Survey the site and store its original settings")
    for place, server in enumerate(server for wave in choices.waves for server in wave):
        work = SaveRecoveryFile(server=server, asks_hand_outs=not place and choices.hand_outs is not None)
        yield console("recovery", f"Copy the recovery file of {server} off the box", work)
    if choices.replication_partners:
        yield console("replication", "Pause replication", PauseReplication(partners=choices.replication_partners))
    yield from stop_hand_outs(choices)
    yield from drill(choices)
    for copy in choices.copies:
        yield console("A1-A4", f"Copy the list {copy.source_list!r} and make it HTTP", copy)
    for index in range(len(choices.waves)):
        yield from _wave(choices, index)
    yield from closing(choices)


def _wave(choices: ProcedureChoices, index: int) -> Iterator[Step]:
    first, last = index == 0, index == len(choices.waves) - 1
    if last and choices.holdouts:
        yield Holdout(
            id="",
            number=HOLDOUT,
            wave=index,
            title=f"Keep {', '.join(choices.holdouts)} on the old certificate for clients that are away",
            servers=choices.holdouts,
            minimum=choices.limits.holdout_minimum,
            maximum=choices.limits.holdout_maximum,
        )
        yield from shown_by_clients(choices, index, asks=True)
    if not first:
        yield _recheck(index)
    if choices.relaxed and (first or not choices.keep_relaxed):
        yield from relax(choices, index)
        yield from listed_by_drill(choices, index)
    else:
        yield from still_relaxed(choices, index)
    for place, server in enumerate(choices.waves[index]):
        if place:
            yield from shown_by_clients(choices, index, asks=last)
            yield _recheck(index)
            yield from still_relaxed(choices, index)
        yield from look_at_clients(choices, index)
        yield from elsewhere_by_drill(choices, index, server)
        yield from _swap(choices, index, server)
        yield from between_servers(choices, index, server, wave=index)
    if restores(choices, index):
        yield from look_before_verifying(choices, index)
        yield from restore(choices, index, gated=True)


def between_servers(choices: ProcedureChoices, index: int, server: ServerName, *, wave: int) -> Iterator[Step]:
    """Images that fail over are refreshed after a server, before the next one: they need one that they know (rule 4).

    Where a restore or the closing follows, it refreshes all images.
    """
    ends_wave, last = server == choices.waves[index][-1], index == len(choices.waves) - 1
    if choices.failover_images and not (ends_wave and (last or restores(choices, index))):
        yield refresh_images(choices, wave, choices.failover_images)


def restores(choices: ProcedureChoices, index: int) -> bool:
    """Whether the recorded settings are put back at the end of a wave."""
    last = index == len(choices.waves) - 1
    return bool(choices.relaxed) and (last or not choices.keep_relaxed)


def _recheck(wave: int) -> Recheck:
    return Recheck(id="", number="recheck", wave=wave, title="Survey again and compare the rest of the plan")


def _swap(choices: ProcedureChoices, wave: int, server: ServerName) -> Iterator[Step]:
    failover = any(owner.treatment is Treatment.FAILOVER for owner in choices.scopes)
    yield Console(
        id="",
        number="B2" if failover else "A9",
        wave=wave,
        title=f"Replace the certificate of {server}",
        work=choices.replacements[server],
    )
    yield swap_gate(choices, wave, server, "B3" if failover else "A10b")
    yield from compare_signed_files(choices, wave, server)


def swap_gate(choices: ProcedureChoices, wave: int, server: ServerName, number: str) -> Gate:
    """A10b or B3: the gate after the swap of a server."""
    wait = minimum(choices.scopes) + choices.limits.publish_delay
    return Gate(
        id="",
        number=number,
        wave=wave,
        title=f"Wait until clients know the new certificate of {server}",
        purpose=GatePurpose.SWAPPED,
        scope=ScopeName.ALL,
        minimum=wait,
        patience=max(choices.limits.gate_patience, wait),
        server=server,
    )


def closing(choices: ProcedureChoices) -> Iterator[Step]:
    """What every plan ends with: images, replication resumed, copies deleted, hand-outs started, the last look."""
    if choices.image_groups:
        yield refresh_images(choices, max(0, len(choices.waves) - 1))
    if choices.replication_partners:
        yield console("replication", "Resume replication", ResumeReplication(partners=choices.replication_partners))
    yield from _delete_copies(ListCopy(source=copy.source_list, copy_name=copy.copy_list) for copy in choices.copies)
    yield from start_hand_outs(choices)
    longest = max((owner.slowest_heartbeat + owner.jitter for owner in choices.scopes), default=timedelta(0))
    yield Closing(
        id="",
        number="closing",
        title="Check that everything is as it was and every client is back",
        minimum=longest,
        patience=max(choices.limits.gate_patience, longest),
    )


def _restoration(choices: ProcedureChoices, swapped: tuple[ServerName, ...]) -> Iterator[Step]:
    yield Preflight(id="", number="preflight", title="Survey the site")
    yield from given_back(choices.https_ports, choices.stops)
    yield from undo(choices)
    for server in swapped:
        yield swap_gate(choices, 0, server, "A10b")
        yield from compare_signed_files(choices, 0, server)
    if choices.relaxed:
        if swapped:
            yield from look_before_verifying(choices, 0)
        yield from restore(choices, 0, gated=bool(swapped))
    yield from closing(choices)


def given_back(ports: tuple[HttpsPort, ...], stopped: Iterable[ServerName]) -> Iterator[Console]:
    """What a drill may have left away, given back: before any setting is."""
    for server in stopped:
        yield started_again(server)
    if ports:
        yield opened_again(ports)


def _delete_copies(copies: Iterable[ListCopy]) -> Iterator[Step]:
    for copy in copies:
        yield console("A2-undo", f"Delete the list {copy.copy_name!r}", DeleteList(list=copy.copy_name))


def console(number: str, title: str, work: Work) -> Console:
    """A console task outside of the waves."""
    return Console(id="", number=number, title=title, work=work)


def numbered(steps: Iterable[Step], after: int = 0, holding: Iterable[str] = ()) -> tuple[Step, ...]:
    """Each step with an id of its own, and each replacement with the gates that must hold while it is open.

    Args:
        steps: in their order.
        after: the number of the last step before them.
        holding: the gates before them that must hold until a write.
    """
    named_steps: list[Step] = []
    relaxed: list[str] = []
    """The gates for all of R: the newest asks what those before it did."""
    holding = list(holding)
    for index, step in enumerate(steps, start=after + 1):
        named = step.model_copy(update={"id": f"{index:02d}-{step.number}"})
        match named:
            case Console(work=ReplaceCertificate()):
                named = named.model_copy(update={"holds": tuple(holding)})
            case Write():
                # A write changes what clients hold: of the waits before it only a holdout still says something.
                holding = [held for held in holding if held.endswith(HOLDOUT)]
            case Gate(purpose=GatePurpose.DRILLED | GatePurpose.SIGNED | GatePurpose.LISTED | GatePurpose.ELSEWHERE):
                # what it has shown stays: of clients in the plan, of servers until their certificate changes, of lists
                # until one is edited, which blocks by itself
                pass
            case Gate(purpose=GatePurpose.RELAXED, scope=ScopeName.RELAXED):
                holding = [held for held in holding if held not in relaxed]
                relaxed.append(named.id)
                holding.append(named.id)
            case Gate() | Holdout():
                holding.append(named.id)
        named_steps.append(named)
    return tuple(named_steps)


def turning_back(steps: Sequence[Step], reached: Collection[str]) -> tuple[Step, ...]:
    """The steps of a cancel before the first certificate: settings back, copies gone, replication as it was.

    No gates: while the old certificates are in force every setting is safe. What was never begun is not undone.

    Args:
        steps: those of the plan that was running.
        reached: ids of the steps that were begun.
    """
    begun = [step for step in steps if step.id in reached]
    works = [step.work for step in begun if isinstance(step, Console)]
    copies = {work.copy_list for work in works if isinstance(work, CopyList)}
    paused = any(isinstance(work, PauseReplication) for work in works)
    stopped = any(isinstance(work, StopHandOuts) or _may_stop(work) for work in works)
    taken = Away()
    for work in works:
        taken = taken.behind(work, over=False)
    reordered = {work.list for work in works if isinstance(work, ReorderList)}
    wrote = {step.scope for step in begun if isinstance(step, Write)}
    back: dict[str, Step] = {}
    for step in steps:
        match step:
            case Write(restores=True) if step.scope in wrote:
                back.setdefault(f"{step.field} of {step.scope}", step)
            case Console(work=ResumeReplication()) if paused:
                back.setdefault("replication", step)
            case Console(work=StartHandOuts()) if stopped:
                back.setdefault("hand-outs", step)
            case Console(work=OpenHttps()) if taken.ports:
                back.setdefault("https", step)
            case Console(work=StartServer(server=server)) if server in taken.stopped:
                back.setdefault(f"start {server}", step)
            case Console(work=ReorderList(list=name, restores=True)) if name in reordered:
                back.setdefault(f"order of {name}", step)
            case Console(work=DeleteList(list=name)) if name in copies:
                back.setdefault(f"delete {name}", step)
    first = sorted(back.values(), key=lambda step: not _gives_back(step))
    return tuple(step.model_copy(update={"id": f"back-{step.id}"}) for step in first)


def _may_stop(work: Work) -> bool:
    """Whether the operator may have stopped what else hands out Sylink.xml, in a task about something else."""
    return isinstance(work, SaveRecoveryFile) and work.asks_hand_outs


def _gives_back(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, GivesBack)
