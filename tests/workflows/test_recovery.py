"""Disaster recovery: offered while SEPM does not answer, and held until clients are heard again."""

from datetime import timedelta

from emulator.events.site_events import CertificateDamaged
from emulator.scenarios import one_server
from emulator.state.damage import DamageForm
from rotation.recovery.damage import RecoveryCopy
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.values import Fingerprint, ServerName
from service.plans.recovery_planning import recovery_plan
from service.surveying import survey_site
from simulation.played.stage import ROTATION
from tests.proof.recovering import after_damage
from tests.replaying import replay, save

HEARTBEAT = timedelta(minutes=5)
HOUR = timedelta(hours=1)
PUT_BACK = "put_certificate_back"
SEPM_1 = ServerName("SEPM-1")


def in_the_gate(state):
    """Whether the certificate is back, and clients are waited for."""
    return state.step is not None and state.step.number == "returned" and state.wait is not None


async def test_it_is_offered_while_sepm_does_not_answer(stage, tmp_path):
    """On Temporal: the task stands open with REST dead; done, it closes by what the port shows, and clients return."""
    here = stage(one_server(clients=6, heartbeat=HEARTBEAT))
    await here.register()
    server = here.simulation.site.server(SEPM_1)
    site = await here.store.sites.get("site")
    copy = RecoveryCopy(
        name="recovery_1.zip",
        sha256=Fingerprint("c" * 64),
        certificate=Fingerprint(server.credential.fingerprint),
        key_matches=True,
    )
    await survey_site(here.world, site.id)
    here.simulation.schedule(CertificateDamaged(server=SEPM_1, form=DamageForm.LOST), here.simulation.now)
    here.line.cut = True
    plan = await recovery_plan(
        here.store, site, await here.world.served(site.servers), {SEPM_1: copy}, {}, now=here.clock()
    )
    await here.store.plans.add(plan)

    async with here.running(plan, leaving={PUT_BACK}) as handle:
        task = await here.task(handle, PUT_BACK)
        assert copy.sha256 in " ".join(task.instructions)
        await here.say(handle, Move.CLAIM_TASK, task=task)
        early = await here.say(handle, Move.TASK_DONE, task=task)
        await here.hands.do(task.work)
        here.line.cut = False
        ended = await here.end(handle)
        history = await handle.fetch_history()

    save(history, tmp_path / "recovery.json.gz")
    await replay(history)
    assert [finding.code for finding in early.findings] == ["not-seen-yet"]
    assert ended.outcome is Outcome.COMPLETED
    assert server.up
    assert here.lost() == []
    events = [(event.kind, event.message) for event in await here.story()]
    assert (
        "gate-passed",
        "Wait until clients check in again: 6 of 6 clients are covered",
    ) in events


async def test_a_certificate_that_goes_again_stops_it_and_restarts_its_gate(played):
    """Another one in the gate: it is named, and when the right one is back the gate begins again."""

    def another(here):
        here.stage.simulation.console.generate_certificate(SEPM_1)

    async def put_back(here):
        held = (await here.plan()).certificate_for(SEPM_1).fingerprint
        here.stage.simulation.console.restore_certificate(SEPM_1, held)

    _, right = deeds = played.in_turn(
        played.Deed(in_the_gate, another, after=HOUR), played.Deed(played.asked("drift"), put_back)
    )
    planned = after_damage(CertificateDamaged(server=SEPM_1, form=DamageForm.ANOTHER))
    async with played.play(*deeds, spec=one_server(clients=6, heartbeat=4 * HOUR), planned=planned) as here:
        outcome = await here.run()
        (swap,) = await here.stage.store.swaps.of(ROTATION)

    assert swap.first_seen > right.seen_at, "who was heard before that may be cut off since"
    assert played.attention(right.saw, "drift").options == (Move.RETRY, Move.CANCEL)
    assert here.named("gate-restarted") == [("gate-restarted", "02-returned")]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_a_missing_client_is_named_and_two_persons_go_on(played):
    """Clients that are switched off for good hold the gate to its patience; then two persons decide."""
    spec = one_server(clients=6, heartbeat=HEARTBEAT)
    gone = spec.clients[0].model_copy(update={"count": 1, "prefix": "GONE", "away": ((3 * HOUR, 3000 * HOUR),)})
    spec = spec.model_copy(update={"clients": (*spec.clients, gone)})
    planned = after_damage(CertificateDamaged(server=SEPM_1))
    async with played.play(spec=spec, planned=planned) as here:
        outcome = await here.run()
    asked = [message for code, message in here.asked if code == "gate-limit"]
    assert [text.partition(";")[0] for text in asked] == ["1 clients have not checked in since: GONE-0001"]
    assert outcome is Outcome.COMPLETED
