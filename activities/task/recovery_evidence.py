"""The evidence about files that were saved off the box, compared with what was saved of the site before."""

from collections.abc import Mapping

from engine.contract import ObserveTaskAnswer
from rotation.finding import Finding, blocking
from rotation.originals.file import file_sha256_of, sha256_of
from rotation.originals.saving import another_file, asks_for_it
from rotation.plan.work.stated_work import ORIGINALS_SHA256
from rotation.plan.work.task import ConsoleTask, SaveRecoveryFile, TaskState
from rotation.recovery.saved_file import SavedFile, doubtful, sha256_in
from rotation.values import Fingerprint, ServerName
from service.plans.kept_originals import NoOriginalsError, kept_originals
from service.scope import StepScope
from service.world import World


async def recovery_evidence(
    world: World, scope: StepScope, work: SaveRecoveryFile, evidence: Mapping[str, str]
) -> ObserveTaskAnswer:
    """Whether the evidence about a recovery file can be accepted. The file itself stays where it is."""
    chosen = scope.plan.body.certificate_for(work.server)
    doubt = doubtful(
        work.server,
        evidence,
        earlier=await _saved(world, scope, sha256_in(evidence)),
        presents=chosen.replaces if chosen else None,
    )
    doubt = doubt or await _doubtful_originals(world, scope, evidence)
    return ObserveTaskAnswer(done=False, seen=doubt.message if doubt else "", contradicts=doubt)


async def _doubtful_originals(world: World, scope: StepScope, evidence: Mapping[str, str]) -> Finding | None:
    """Why the evidence about the file of originals is not accepted, where the task asked for it and some was given."""
    if not evidence.get(ORIGINALS_SHA256) or not asks_for_it(scope.plan.body, scope.step):
        return None
    try:
        kept = await kept_originals(world.store, scope.ref.rotation_id)
    except NoOriginalsError as none:
        return blocking("originals-sha256-another", ORIGINALS_SHA256, str(none), f"leave {ORIGINALS_SHA256} out")
    return another_file(evidence, sha256_of(kept), file_sha256_of(kept), scope.ref.rotation_id)


async def _saved(world: World, scope: StepScope, sha256: Fingerprint | None) -> list[SavedFile]:
    """The files of that SHA-256 that were saved at this site, in whichever rotation."""
    done = await world.store.tasks.list([TaskState.DONE], site_id=scope.site.id)
    return [
        SavedFile(
            server=task.work.server,
            sha256=sha256,
            replaced_since=await _replaced_since(world, task, task.work.server),
        )
        for task in done
        if isinstance(task.work, SaveRecoveryFile) and sha256 is not None and sha256_in(task.attestation) == sha256
    ]


async def _replaced_since(world: World, task: ConsoleTask, server: ServerName) -> bool:
    """A rotation saves the file first: what it has replaced, it has replaced since."""
    swaps = await world.store.swaps.of(task.rotation_id)
    return any(swap.server == server and swap.first_seen is not None for swap in swaps)
