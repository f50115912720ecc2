"""What the world shows of a console task: the evidence that closes it, or speaks against it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from activities.gate.client_look import look_evidence
from activities.gate.outage import outage_evidence
from activities.gate.recovering import put_back_evidence
from activities.gate.signed_files import signed_files_evidence
from activities.task.recovery_evidence import recovery_evidence
from engine.contract import ObserveTaskAnswer
from rotation.drift.misplaced import misplaced
from rotation.drift.presented import third
from rotation.finding import Finding, blocking
from rotation.plan.outage import GivesBack, Takes
from rotation.plan.step import Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    DeleteList,
    PauseReplication,
    PutCertificateBack,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    Work,
)
from rotation.proof.gate import written
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ServerName
from sepm.errors import SepmError, UntrustedCertificate
from sepm.port import Sepm
from service.attestations import OperatorStatement, attest_replication, attest_settings
from service.scope import StepScope, WantedPair
from service.surveying import presented_when_planned
from service.world import World

_SECOND = timedelta(seconds=1)
_NOTHING = ObserveTaskAnswer(done=False)


class Witness:
    """Looks at the world for each kind of work."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def observe(
        self,
        scope: StepScope,
        work: Work,
        *,
        withdrawing: bool = False,
        evidence: Mapping[str, str] | None = None,
        statement: OperatorStatement | None = None,
        settled: Collection[str] = (),
    ) -> ObserveTaskAnswer:
        """Whether `work` is seen to be done; what is wrong, where something else was done, or cannot have been.

        `evidence` is that of the operator who says that it is done, and `statement` the same with the operator's name;
        None where no operator does. At a site without REST the statement is all that shows settings.

        Raises:
            Gone: when a pair that is to be relaxed is not there any more, unless the task is being withdrawn.
            SepmError: when SEPM could not be asked.
        """
        if statement is not None and (untaken := await self._attested(scope, work, statement)):
            return ObserveTaskAnswer(done=False, seen=untaken.message, contradicts=untaken)
        if isinstance(work, Takes | GivesBack | PutCertificateBack):
            return await self._servers(scope, work, confirmed=evidence is not None)
        unwanted = withdrawing and isinstance(work, LookAtClients)
        match work:
            case ReplaceCertificate():
                return await self._certificate(scope, work)
            case PauseReplication() | ResumeReplication():
                return await self._replication(scope, work)
            case AssignList() | SetSecureCommunications():
                return await self._settings(scope, work, withdrawing=withdrawing)
            case CopyList() | DeleteList():
                return await self._lists(scope, work)
            case SaveRecoveryFile() | CompareSignedFiles() | LookAtClients() if evidence is not None and not unwanted:
                return await self._files(scope, work, evidence, settled)
            case _:
                return _NOTHING

    async def _attested(self, scope: StepScope, work: Work, statement: OperatorStatement) -> Finding | None:
        """Accept an operator's statement at a site without REST; or why it cannot be accepted."""
        access = scope.site.at_console
        match work:
            case AssignList() | SetSecureCommunications() if access is not None:
                return await attest_settings(self._world, scope, access, work, statement)
            case PauseReplication() | ResumeReplication() if access is not None:
                return await attest_replication(self._world, scope, work, statement)
            case _:
                return None

    async def _servers(
        self, scope: StepScope, work: Takes | GivesBack | PutCertificateBack, *, confirmed: bool
    ) -> ObserveTaskAnswer:
        if isinstance(work, PutCertificateBack):
            return await put_back_evidence(self._world, scope, work)
        return await outage_evidence(self._world, scope, work, confirmed=confirmed)

    async def _certificate(self, scope: StepScope, work: ReplaceCertificate) -> ObserveTaskAnswer:
        served = {each.server: each for each in await self._world.served(scope.site.servers)}
        here = served[work.server]
        if here.fingerprint != work.fingerprint_sha256:
            await self._note_former(scope, work, here)
            return await self._something_else(scope, work, served)
        async with await self._world.sepm(scope.site) as client:
            # Rounded up: clocks are known to the second, and a check-in before the swap must not count.
            clock = await client.clock() + _SECOND
        await self._world.store.swaps.seen(
            scope.ref.rotation_id,
            work.server,
            work.fingerprint_sha256,
            first_seen=clock,
            seen_at=here.observed_at,
        )
        await self._world.store.contacts.settle(scope.site.id, self._world.clock())
        return ObserveTaskAnswer(done=True, seen=f"{work.server} presents it", fingerprint=here.fingerprint)

    async def _note_former(self, scope: StepScope, work: ReplaceCertificate, here: ServedCertificate) -> None:
        """The swap comes after this moment (rule 15). Where SEPM cannot say what time it is, nothing is noted.

        Raises:
            UntrustedCertificate: when another server than the site's SEPM answers.
        """
        chosen = scope.plan.body.certificate_for(work.server)
        if chosen is None or here.fingerprint != chosen.replaces:
            return
        try:
            async with await self._world.sepm(scope.site) as client:
                clock = await client.clock()
        except UntrustedCertificate:
            raise
        except SepmError:
            return
        await self._world.store.swaps.not_yet(scope.ref.rotation_id, work.server, work.fingerprint_sha256, clock)

    async def _something_else(
        self, scope: StepScope, work: ReplaceCertificate, served: dict[ServerName, ServedCertificate]
    ) -> ObserveTaskAnswer:
        """A third certificate here, or the new one at another server, is named at once."""
        chosen = {each.server: each for each in scope.plan.body.certificates}
        swaps = await self._world.store.swaps.of(scope.ref.rotation_id)
        renewed = {(swap.server, swap.target) for swap in swaps if swap.first_seen is not None}
        for server, seen in served.items():
            if seen.fingerprint is None:
                continue
            if server not in chosen:
                former = await self._former(scope, server) if seen.fingerprint == work.fingerprint_sha256 else None
                if former is not None and former != seen.fingerprint:
                    wrong = misplaced(work, server, seen.fingerprint, former)
                    return ObserveTaskAnswer(done=False, seen=wrong.message, wrong=wrong, fingerprint=seen.fingerprint)
                continue
            expected = chosen[server].replaces
            if (server, chosen[server].fingerprint) in renewed:
                expected = chosen[server].fingerprint
            if seen.fingerprint != expected:
                wrong = self._unexpected(scope, work, seen, expected)
                return ObserveTaskAnswer(done=False, seen=wrong.message, wrong=wrong, fingerprint=seen.fingerprint)
        here = served[work.server]
        silent = [server for server, seen in served.items() if seen.fingerprint is None and server != work.server]
        return ObserveTaskAnswer(done=False, seen=_not_replaced(work, here, silent), fingerprint=here.fingerprint)

    async def _former(self, scope: StepScope, server: ServerName) -> Fingerprint | None:
        """What a server without a new certificate presented when the plan was made, where that is known."""
        return (await presented_when_planned(self._world.store, scope.plan)).get(server)

    def _unexpected(
        self, scope: StepScope, work: ReplaceCertificate, seen: ServedCertificate, expected: Fingerprint
    ) -> Finding:
        known = {each for chosen in scope.plan.body.certificates for each in (chosen.fingerprint, chosen.replaces)}
        server = scope.site.server(seen.server)
        if seen.fingerprint is None or seen.fingerprint not in known:
            due = (work.fingerprint_sha256,) if seen.server == work.server else ()
            return third(seen, server.client_port if server else "", (expected, *due))
        return misplaced(work, seen.server, seen.fingerprint, expected)

    async def _files(
        self,
        scope: StepScope,
        work: SaveRecoveryFile | CompareSignedFiles | LookAtClients,
        evidence: Mapping[str, str],
        settled: Collection[str],
    ) -> ObserveTaskAnswer:
        if isinstance(work, LookAtClients):
            return await look_evidence(self._world, scope, work, evidence, settled)
        if isinstance(work, CompareSignedFiles):
            return await signed_files_evidence(self._world, scope, work, evidence)
        return await recovery_evidence(self._world, scope, work, evidence)

    async def _replication(self, scope: StepScope, work: PauseReplication | ResumeReplication) -> ObserveTaskAnswer:
        async with await self._world.sepm(scope.site) as client:
            partners = set(await client.replication_partners())
        wanted = set(work.partners)
        done = not (partners & wanted) if isinstance(work, PauseReplication) else wanted <= partners
        shown = ", ".join(sorted(partners)) or "nobody"
        return ObserveTaskAnswer(done=done, seen=f"the site replicates with {shown}")

    async def _settings(
        self, scope: StepScope, work: AssignList | SetSecureCommunications, *, withdrawing: bool
    ) -> ObserveTaskAnswer:
        asked = {(pair.group_id, pair.location_id) for pair in work.pairs}
        async with await self._world.sepm(scope.site) as client:
            left = await _missing(client, scope, withdrawing=withdrawing)
            missing = [each for each in left if (each.pair.group_id, each.pair.location_id) in asked]
            if missing:
                await self._note_before(client, scope, missing)
        if missing:
            names = ", ".join(pair.name for pair in missing[:5])
            return ObserveTaskAnswer(done=False, seen=f"not changed yet: {names}")
        if scope.site.at_console is not None:
            return ObserveTaskAnswer(done=True, seen="an operator has stated that every place is as wanted")
        return ObserveTaskAnswer(done=True, seen="SEPM shows every place as wanted")

    async def missing(self, scope: StepScope) -> tuple[WantedPair, ...]:
        """The pairs of a write that are there and do not have the wanted value yet."""
        async with await self._world.sepm(scope.site) as client:
            return await _missing(client, scope, withdrawing=False)

    async def _note_before(self, client: Sepm, scope: StepScope, missing: Iterable[WantedPair]) -> None:
        """Work by hand: the last look that still missed something is before the last write (rule 9)."""
        gate = scope.gate_after
        if gate is None:
            return
        clock = client.clock_of_last_answer()
        dates = await client.policy_dates({pair.pair.group_id for pair in missing})
        references, rotation_id = self._world.store.references, scope.ref.rotation_id
        known = await references.of_gate(rotation_id, gate.id)
        for owner, date in dates.items():
            before = known.get(owner)
            if scope.site.at_console is not None and before is not None and before.date_before == date:
                continue  # it was noted when the task was opened; later changes show only by a statement
            delay = scope.plan.body.publish_delay
            reference = written(owner, date, clock, delay=delay, before=before)
            await references.save(rotation_id, gate.id, reference)

    async def _lists(self, scope: StepScope, work: CopyList | DeleteList) -> ObserveTaskAnswer:
        """Lists show in the policies' summary on some sites: nothing can be concluded where none shows."""
        async with await self._world.sepm(scope.site) as client:
            known = await client.known_lists()
        name = work.copy_list if isinstance(work, CopyList) else work.list
        there = known is not None and name in known
        if isinstance(work, DeleteList) and there:
            still = blocking("list-still-there", name, "SEPM still shows the list", "delete it in the console")
            return ObserveTaskAnswer(done=False, seen=still.message, contradicts=still)
        if isinstance(work, CopyList) and known and not there:
            gone = blocking("copy-not-there", name, "SEPM shows lists, but not this one", "check the copy's name")
            return ObserveTaskAnswer(done=False, seen=gone.message, contradicts=gone)
        return ObserveTaskAnswer(done=False, seen="SEPM shows the list" if there else "")


def _not_replaced(work: ReplaceCertificate, here: ServedCertificate, silent: Sequence[ServerName]) -> str:
    """What the service sees before the replacement, in words: a server that restarts presents nothing.

    Another server that is `silent` may be one that was given the file by mistake.
    """
    if here.fingerprint is None and work.puts_back:
        return f"the services of {work.server} do not answer (they may be restarting); the old certificate is awaited"
    if here.fingerprint is None:
        return f"the services of {work.server} do not answer (they may be restarting); the new certificate is awaited"
    if work.puts_back:
        return f"{work.server} still presents its new certificate"
    if silent:
        return (
            f"{work.server} still presents its old certificate, and no answer comes from {', '.join(silent)}: if the "
            "file was installed there, the page says so as soon as there is an answer"
        )
    return f"{work.server} still presents its old certificate"


async def _missing(client: Sepm, scope: StepScope, *, withdrawing: bool) -> tuple[WantedPair, ...]:
    step = scope.step
    if not isinstance(step, Write):
        raise TypeError(f"step {step.id} writes nothing")
    wanted = await scope.wanted(step.field, restores=step.restores)
    spared = step.restores or withdrawing
    now = [await scope.settings_now(client, pair, restores=spared) for pair in wanted]
    return tuple(pair for pair, settings in filter(None, now) if not pair.is_in(settings))
