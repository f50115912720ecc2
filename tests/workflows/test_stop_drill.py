"""The drill with a stopped server (rule 18): what people are asked, and what they may answer."""

from datetime import timedelta

import pytest

from emulator.scenarios import three_servers
from rotation.plan.request import PlanRequest, Unproven
from rotation.plan.step import GatePurpose
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.values import CertificateId
from simulation.played.stage import SITE
from tests.replaying import replay
from tests.simulation.drill_holes import kept_first
from tests.simulation.holes import site
from tests.workflows.drilled import behind, to_its_end, waits_for
from tests.workflows.serving import serving

DRILL = {"drill_stop": True, "unproven": Unproven.APPROVE}
STUCK = ["STUCK-0001", "STUCK-0002", "STUCK-0003"]


drilling = waits_for(GatePurpose.ELSEWHERE)
behind_a_certificate = behind(drilling)


def halted(here):
    """The servers that are stopped."""
    return [server.name for server in here.stage.simulation.site.servers.values() if server.stopped]


def kinds(here):
    """The tasks of the drill, in their order."""
    return [task.work.kind for task in here.stage_tasks if task.work.kind in {"stop_server", "start_server"}]


async def played_to_its_end(played, *deeds, **fields):
    """The rotation with its tasks, and its outcome."""
    return await to_its_end(played, *deeds, **{**DRILL, "spec": kept_first(), **fields})


async def test_who_finds_no_other_server_is_named_and_the_drill_is_made_again(played):
    """After three heartbeats; a retry has the server started for three more, and a cancel ends it."""
    deeds = played.in_turn(
        played.Deed(played.asked("stranded"), lambda here: here.say(Move.RETRY, "ann")),
        played.Deed(played.asked("stranded"), lambda here: here.say(Move.CANCEL, "ann", "they reach no other")),
    )
    here, outcome = await played_to_its_end(played, *deeds)
    assert (outcome, here.lost(), halted(here)) == (Outcome.CANCELLED, [], [])
    attention = played.attention(deeds[0].saw, "stranded")
    assert attention.options == (Move.RETRY, Move.CANCEL)
    assert "3 clients were there until the server was stopped" in attention.message
    assert all(name in attention.message for name in STUCK)
    assert kinds(here) == ["stop_server", "start_server"] * 2


async def test_two_persons_leave_out_by_name_who_finds_no_other(played):
    """A day later, while the clients are read on; then the certificate is replaced, and they are cut off."""
    deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are to go")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds, spec=kept_first(), **DRILL) as here:
        here.absent = lambda state: drilling(state) and not deeds[-1].done
        outcome = await here.run()
    assert (outcome, halted(here)) == (Outcome.COMPLETED, [])
    assert {name.partition(":")[0] for name in here.lost()} == set(STUCK)
    assert Move.RETRY in played.attention(deeds[0].saw, "gate-limit").options


async def test_the_drill_is_made_again_while_a_second_person_is_asked(played):
    """One person wants to go on, another one brings the clients back: the wish is over, and no client was left out."""
    deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are to go")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.RETRY, "bob")),
        played.Deed(played.asked("stranded"), lambda here: here.say(Move.CANCEL, "ann", "they reach no other")),
    )
    async with played.play(*deeds, spec=kept_first(), **DRILL) as here:
        here.absent = lambda state: drilling(state) and not deeds[1].done
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    assert (outcome, here.lost(), halted(here)) == (Outcome.CANCELLED, [], [])
    assert [each.work.kind for each in tasks].count("stop_server") == 2
    assert deeds[2].saw.proceed is None
    assert not played.asked("second-person")(deeds[2].saw)


async def test_another_server_silent_while_a_second_person_is_asked_is_named(played):
    """Clients are read on, so that the stopped server is started though no person has answered."""

    def restart(here):
        here.stage.simulation.console.stop_server("SEPM-3")

    def back(here):
        here.stage.simulation.console.start_server("SEPM-3")
        return here.say(Move.CANCEL, "ann", "not today")

    deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are to go")),
        played.Deed(played.asked("second-person"), restart),
        played.Deed(played.asked("others-silent"), back),
    )
    async with played.play(*deeds, spec=kept_first(), **DRILL) as here:
        here.absent = lambda state: drilling(state) and not deeds[2].done
        outcome = await here.run()
    assert (outcome, here.lost(), halted(here)) == (Outcome.CANCELLED, [], [])


async def test_a_server_that_is_started_meanwhile_makes_check_ins_prove_nothing(played):
    """It is shown, and a retry has an operator stop it again."""

    def start_it(here):
        here.stage.simulation.console.start_server("SEPM-2")

    deeds = played.in_turn(
        played.Deed(drilling, start_it),
        played.Deed(played.asked("server-runs"), lambda here: here.say(Move.RETRY, "ann")),
        played.Deed(played.asked("stranded"), lambda here: here.say(Move.CANCEL, "ann", "they reach no other")),
    )
    here, outcome = await played_to_its_end(played, *deeds)
    assert (outcome, here.lost(), halted(here)) == (Outcome.CANCELLED, [], [])
    assert "answers, though it should be stopped" in played.attention(deeds[1].saw, "server-runs").message
    assert not played.asked("server-runs")(deeds[2].saw)
    assert kinds(here)[:2] == ["stop_server"] * 2


async def test_another_certificate_is_named_when_the_server_runs_again(played):
    """Stopped it explains that nothing is seen there, not that something else is."""

    def replaced(here):
        here.stage.simulation.console.start_server("SEPM-2")
        here.stage.simulation.console.generate_certificate("SEPM-2")

    deeds = played.in_turn(
        played.Deed(drilling, replaced),
        played.Deed(
            played.asked("third-certificate"), lambda here: here.hands.simulation.console.restore_certificate("SEPM-2")
        ),
    )
    here, _ = await played_to_its_end(played, *deeds, spec=site(3))
    assert deeds[1].done
    assert halted(here) == []


@pytest.mark.parametrize("kind", ["stop_server", "start_server"])
async def test_a_cancel_while_a_task_of_the_drill_is_held_waits_for_its_holder(played, kind):
    """The holder may be at the server, and gives the task back or reports it done; then it is started."""

    def held(state):
        return played.work_of(state) == kind and bool(state.task.claimed_by)

    deed = played.Deed(held, lambda here: here.say(Move.CANCEL, "ann", "not now"))
    here, outcome = await played_to_its_end(played, deed)
    assert (outcome, here.lost(), halted(here)) == (Outcome.CANCELLED, [], [])


async def test_a_way_back_behind_a_certificate_starts_the_server_first(played):
    """Before any old certificate goes back."""
    deeds = played.in_turn(
        played.Deed(behind_a_certificate, lambda here: here.say(Move.ROLL_BACK, "ann", "not now")),
        played.Deed(played.asked("roll-back"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site(3))
    assert (outcome, here.lost(), halted(here)) == (Outcome.ROLLED_BACK, [], [])
    assert all(deed.answer.accepted for deed in deeds)


async def test_another_server_that_falls_silent_has_the_stopped_one_started_at_once(played):
    """No person has to ask for it; the drill is made again when all of them run."""

    def restart(here):
        console = here.stage.simulation.console
        console.stop_server("SEPM-3")

    def back(here):
        here.stage.simulation.console.start_server("SEPM-3")

    deeds = played.in_turn(
        played.Deed(drilling, restart),
        played.Deed(played.asked("others-silent"), back),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site(3))
    assert (outcome, here.lost(), halted(here)) == (Outcome.COMPLETED, [], [])
    message = played.attention(deeds[1].saw, "others-silent").message
    assert message == "SEPM-3 does not answer either: start SEPM-2 first, then bring it up"
    assert kinds(here)[:4] == ["stop_server", "start_server"] * 2


async def test_no_server_is_stopped_while_another_one_is_silent(played):
    """Two persons may leave that drill out; the next one is made."""
    spec = kept_first()
    none_stuck = spec.model_copy(update={"clients": tuple(b for b in spec.clients if b.prefix != "STUCK")})

    def down(here):
        here.stage.simulation.console.stop_server("SEPM-3")

    def up(here):
        here.stage.simulation.console.start_server("SEPM-3")

    deeds = played.in_turn(
        played.Deed(lambda state: played.work_of(state) == "stop_hand_outs", down),
        played.Deed(
            played.asked("others-silent"), lambda here: here.say(Move.PROCEED, "ann", "it is repaired tomorrow")
        ),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
        played.Deed(played.asked("drift"), up),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=none_stuck)
    assert (outcome, here.lost(), halted(here)) == (Outcome.COMPLETED, [], [])
    assert "SEPM-3 does not answer" in played.attention(deeds[1].saw, "others-silent").message
    assert ("others-silent", "") in here.named("adopted")
    stops = [task.work.server for task in here.stage_tasks if task.work.kind == "stop_server"]
    assert stops == ["SEPM-3"]


async def test_another_worker_takes_over_while_the_server_is_stopped(stage):
    """It reads the history, and goes on with the drill where the first one left it."""
    here = stage(three_servers(clients=10, heartbeat=timedelta(minutes=5)))
    await here.register()
    site = await here.store.sites.get(SITE)
    certificates = {server.name: CertificateId(f"cert-{server.name}") for server in site.servers}
    request = PlanRequest(
        certificates=certificates,
        unproven_failover=Unproven.APPROVE,
        trusted_networks=("10.0.0.0/16",),
        drill_stop=True,
    )
    leaving = {"start_server"}
    async with serving(here.worker()):
        handle = await here.start(await here.plan(request))
        async with here.attended(handle, leaving):
            await here.task(handle, "start_server")
    assert [server.name for server in here.simulation.site.servers.values() if server.stopped] == ["SEPM-2"]
    leaving.clear()
    async with serving(here.worker()), here.attended(handle, leaving):
        ended = await here.end(handle)
        await replay(await handle.fetch_history())
    assert ended.outcome is Outcome.COMPLETED
    assert here.simulation.verdict().lost_ever == ()
    assert not any(server.stopped for server in here.simulation.site.servers.values())
