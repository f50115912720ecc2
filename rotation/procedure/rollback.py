"""Old certificates put back: a rotation whose target is the old certificate, as an amendment (rule 15).

What was done stays in the plan; from there on its certificates are the ones that the servers had before. So all that
holds a rotation against its plan - drift, gates, evidence of a task, the closing check - holds here as it stands.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from rotation.plan.outage import left_by
from rotation.plan.plan import CertificateFor, PlanBody
from rotation.plan.procedure_choices import ProcedureChoices, lists_stay
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Gate, GatePurpose, Holdout, ScopeName, Step, Write
from rotation.plan.work.hand_outs import Stopped
from rotation.plan.work.task import (
    CopyList,
    DeleteList,
    PauseReplication,
    ReplaceCertificate,
    ResumeReplication,
    StartHandOuts,
    StopHandOuts,
)
from rotation.procedure.handing_out import stop_hand_outs
from rotation.procedure.looking import look_before_verifying
from rotation.procedure.relaxation import relax, restore, still_relaxed
from rotation.procedure.signing import compare_signed_files
from rotation.procedure.steps import (
    HOLDOUT,
    between_servers,
    closing,
    console,
    given_back,
    numbered,
    restores,
    swap_gate,
)
from rotation.proof.gate import minimum
from rotation.site import Site
from rotation.values import CertificateId, ListName, ServerName, Value

_PATIENCE, _AT_LEAST = 2, timedelta(hours=8)
"""Where a way back relaxes clients first: it asks after so many times the three heartbeats that this takes at least."""


class Former(Value):
    """Where the certificate comes from that a server had before."""

    server: ServerName
    certificate_id: CertificateId = CertificateId("former")
    """Its id, where it is kept here."""
    has_file: bool = False
    """Whether its key is kept here, so that the task has a file."""
    recovery_file: str = ""
    recovery_sha256: str = ""
    is_back: bool = False
    """Whether an operator has put it back already."""


class Reached(Value):
    """Where a rotation stands when its certificates are to be taken out again."""

    begun: int
    """How many of its steps were begun."""
    proven: frozenset[str]
    """The ids of the gates that were passed, and whose ground is still there."""
    formers: tuple[Former, ...]
    """The servers with their new certificate; the last one is the first to get its old one back."""
    silent: frozenset[ServerName] = frozenset()
    """Those of them that answer nowhere: they come last, as nothing can be put into one that is down."""


def roll_back(site: Site, approved: PlanBody, reached: Reached) -> PlanBody:
    """The body that puts the old certificates back: same executed prefix, same R, same gates, one server at a time.

    1. what a drill may have left stopped or shut is started and opened; what the closing had undone already is done
       again: replication paused, hand-outs stopped, HTTP copies
    2. where R is not relaxed, or that is not proven, or cannot be read: A5, A7 on R; A8 gate; canaries first only where
       no A8 gate for all of R has passed behind the last A7, or where copies are made again: the new certificate may
       have cut canaries off
    3. for each server, the last one first: its old certificate back, gate, its .SIG files compared; no gate between two
       servers whose clients are all relaxed, or that operators have put back both: their files are compared in the end;
       images refreshed before the next one where groups fail over, and before R is restored (rule 4)
    4. servers of the last wave go first. Restore R; the others keep the new one for as long as a holdout, for clients
       that took only new ones and are away; relax R; then they follow, and those that answer nowhere come last
    5. one client of each build looked at; restore R, canaries first; closing
    """
    done = approved.steps[: reached.begun]
    last = approved.waves[-1] if len(approved.waves) > 1 else ()
    waves = _waves(reached, last)
    backwards = [server for wave in waves for server in wave]
    choices = _choices(site, approved, done, reached.formers, waves)
    first_wave = max((step.wave for step in approved.steps), default=0) + 1
    # without REST the proof of before the swap is over: it moves serials that no person has copied
    relaxed_by = () if site.at_console else _relaxed_by(done, approved.steps[reached.begun :], reached.proven)
    tried = _tried(done, approved.steps[reached.begun :]) and not _deleted(done)
    relaxing = choices.model_copy(update={"canaries": ()}) if tried else choices
    followed = _followed(site, approved, reached, waves)
    steps = numbered(
        _steps(choices, done, first_wave, relaxed=bool(relaxed_by), relaxing=relaxing, followed=followed),
        approved.last_number,
        relaxed_by,
    )
    return approved.model_copy(
        update={
            "purpose": "roll-back",
            "back_from": steps[0].id,
            "certificates": tuple(_certificate(approved, former) for former in reached.formers),
            "holdouts": waves[1] if len(waves) > 1 else tuple(server for server in last if server not in backwards),
            "waves": waves,
            "steps": (*done, *steps),
        }
    )


def _waves(reached: Reached, last: Collection[ServerName]) -> tuple[tuple[ServerName, ...], ...]:
    """The servers in the order in which they get their old certificate back: those of the `last` wave first."""
    backwards = [former.server for former in reversed(reached.formers)]
    silent = tuple(server for server in backwards if server in reached.silent)
    held = tuple(server for server in backwards if server in last and server not in silent)
    others = tuple(server for server in backwards if server not in last and server not in silent)
    waves = tuple(wave for wave in (held, others) if wave)
    return (*waves[:-1], (*waves[-1], *silent)) if waves else (silent,)


def _steps(
    choices: ProcedureChoices,
    done: Sequence[Step],
    first_wave: int,
    *,
    relaxed: bool,
    relaxing: ProcedureChoices,
    followed: Collection[ServerName],
) -> Iterator[Step]:
    """The steps of the way back; `relaxing` has the canaries that go first when R is relaxed."""
    yield from _made_again(choices, done)
    for index, servers in enumerate(choices.waves):
        wave = first_wave + index
        if index:
            yield _holdout(choices, wave)
        if choices.relaxed and not relaxed:
            yield from _relax(relaxing, wave)
            relaxed = True
        else:
            yield from still_relaxed(choices, wave)
        for place, server in enumerate(servers):
            if place:
                yield from still_relaxed(choices, wave)
            yield from _swap(choices, wave, server, gated=server not in followed)
            if server not in followed:
                yield from between_servers(choices, index, server, wave=wave)
        for server in servers:
            if server in followed:
                yield from compare_signed_files(choices, wave, server)
        if restores(choices, index):
            yield from look_before_verifying(choices, wave)
            yield from restore(choices, wave, gated=True)
            relaxed = False
    yield from closing(choices)


def _relax(choices: ProcedureChoices, wave: int) -> Iterator[Step]:
    """A8 asks soon, and is no holdout: clients that are cut off wait for what comes behind it."""
    for step in relax(choices, wave):
        if isinstance(step, Gate) and not step.over_canaries:
            least = minimum(choices.relaxed)
            yield step.model_copy(update={"minimum": least, "patience": max(_PATIENCE * least, _AT_LEAST)})
        else:
            yield step


def _swap(choices: ProcedureChoices, wave: int, server: ServerName, *, gated: bool) -> Iterator[Step]:
    failover = any(owner.treatment is Treatment.FAILOVER for owner in choices.scopes)
    yield Console(
        id="",
        number="B2-undo" if failover else "A9-undo",
        wave=wave,
        title=f"Put the old certificate of {server} back",
        work=choices.replacements[server],
    )
    if gated:
        gate = swap_gate(choices, wave, server, "B3" if failover else "A10b")
        title = f"Wait until clients know the old certificate of {server}"
        yield gate.model_copy(update={"title": title, "passes_unanswered": True})
        yield from compare_signed_files(choices, wave, server)


def _holdout(choices: ProcedureChoices, wave: int) -> Holdout:
    """Those who took only new certificates, and are away, find these servers as they know them."""
    return Holdout(
        id="",
        number=HOLDOUT,
        wave=wave,
        title=f"Keep {', '.join(choices.holdouts)} on the new certificate for clients that are away",
        servers=choices.holdouts,
        minimum=choices.limits.holdout_minimum,
        maximum=choices.limits.holdout_maximum,
    )


def _made_again(choices: ProcedureChoices, done: Sequence[Step]) -> Iterator[Step]:
    away = left_by(done)
    yield from given_back(away.ports, away.stopped)
    works = [step.work for step in done if isinstance(step, Console)]
    if choices.replication_partners and any(isinstance(work, ResumeReplication) for work in works):
        yield console("replication", "Pause replication", PauseReplication(partners=choices.replication_partners))
    if any(isinstance(work, StartHandOuts) for work in works):
        yield from stop_hand_outs(choices)
    deleted = _deleted(done)
    for copy in choices.copies:
        if copy.copy_list in deleted:
            yield console("A1-A4", f"Copy the list {copy.source_list!r} and make it HTTP", copy)


def _deleted(done: Sequence[Step]) -> frozenset[ListName]:
    """The HTTP copies that the closing has deleted: made again, they may hold a mistake that no client has met."""
    works = (step.work for step in done if isinstance(step, Console))
    return frozenset(work.list for work in works if isinstance(work, DeleteList))


def _relaxed_by(done: Sequence[Step], ahead: Sequence[Step], proven: Collection[str]) -> tuple[str, ...]:
    """The gate that has proven that all of R is relaxed now; none where it is not, or is not proven."""
    if _relaxes_next(ahead) is not None:
        return ()
    for step in reversed(done):
        if isinstance(step, Write):
            break
        if _is_relaxed(step) and step.id in proven:
            return (step.id,)
    return ()


def _tried(done: Sequence[Step], ahead: Sequence[Step]) -> bool:
    """Whether all of R has shown, when it was relaxed last, that plain HTTP gets through: no canary need show it."""
    upcoming = _relaxes_next(ahead)
    for step in reversed(done[:-1]):
        if _is_relaxed(step):
            return upcoming is None or upcoming.wave > step.wave  # else an amendment has another R
        if isinstance(step, Write) and not step.restores:
            break
    return False


def _relaxes_next(ahead: Sequence[Step]) -> Write | None:
    """The write that relaxes, where it is next: of a later wave, or of an amendment that may have another R."""
    upcoming = next((step for step in ahead if isinstance(step, Write) or _replaces(step)), None)
    return upcoming if isinstance(upcoming, Write) and not upcoming.restores else None


def _is_relaxed(step: Step) -> bool:
    return isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED and step.scope is ScopeName.RELAXED


def _replaces(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


def _ungated(site: Site, body: PlanBody) -> frozenset[ServerName]:
    """The servers whose clients are all relaxed: no list of a group that verifies offers them."""
    verifying: set[ServerName] = set()
    for owner in body.owners(ScopeName.FAILOVER):
        verifying |= _offered(site, owner)
    return frozenset(server.name for server in site.servers) - verifying


def _followed(
    site: Site, body: PlanBody, reached: Reached, waves: Iterable[Sequence[ServerName]]
) -> frozenset[ServerName]:
    """The servers after which the next one follows at once: no gate would find anything out, or could be waited for."""
    ungated = _ungated(site, body)
    back = {former.server for former in reached.formers if former.is_back}
    pairs = (pair for servers in waves for pair in pairwise(servers))
    return frozenset(server for server, following in pairs if server in ungated or {server, following} <= back)


def _offered(site: Site, owner: OwnerScope) -> frozenset[ServerName]:
    lists = [site.list_named(pair.server_list) for pair in owner.pairs]
    known = [each.servers for each in lists if each is not None]
    if len(known) < len(lists):
        return frozenset(server.name for server in site.servers)
    return frozenset[ServerName]().union(*known)


def _choices(
    site: Site,
    approved: PlanBody,
    done: Sequence[Step],
    formers: Sequence[Former],
    waves: tuple[tuple[ServerName, ...], ...],
) -> ProcedureChoices:
    works = [step.work for step in (*done, *approved.steps) if isinstance(step, Console)]
    copies = {work.copy_list: work for work in works if isinstance(work, CopyList)}
    return ProcedureChoices(
        scopes=approved.scopes,
        waves=waves,
        holdouts=waves[-1] if len(waves) > 1 else (),
        limits=site.limits,
        copies=tuple(copies.values()),
        replacements={former.server: _replacement(approved, former) for former in formers},
        replication_partners=approved.replication_partners,
        image_groups=approved.image_groups,
        failover_images=tuple(group for group in approved.image_groups if _fails_over(approved, group)),
        keep_relaxed=approved.keep_relaxed,
        canaries=approved.canaries,
        hand_outs=Stopped() if any(isinstance(work, StopHandOuts) for work in works) else None,
        lists_stay=lists_stay(site, approved.scopes),
        unread=site.at_console is not None,
    )


def _fails_over(approved: PlanBody, group: str) -> bool:
    """Whether the owner of a group's settings, itself or the nearest above it, is left to fail over."""
    owners = {owner.path: owner.treatment for owner in approved.scopes if f"{group}\\".startswith(f"{owner.path}\\")}
    return bool(owners) and owners[max(owners, key=len)] is Treatment.FAILOVER


def _replacement(approved: PlanBody, former: Former) -> ReplaceCertificate:
    return ReplaceCertificate(
        server=former.server,
        fingerprint_sha256=_certificate(approved, former).fingerprint,
        has_file=former.has_file,
        puts_back=True,
        recovery_file=former.recovery_file,
        recovery_sha256=former.recovery_sha256,
    )


def _certificate(approved: PlanBody, former: Former) -> CertificateFor:
    """The certificate that goes back in. A server without a planned one was never replaced.

    Raises:
        LookupError: for such a server.
    """
    chosen = approved.certificate_for(former.server)
    if chosen is None:
        raise LookupError(f"the plan has no certificate for {former.server}")
    return CertificateFor(
        server=former.server,
        certificate_id=former.certificate_id,
        fingerprint=chosen.replaces,
        replaces=chosen.fingerprint,
    )
