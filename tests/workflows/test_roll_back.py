"""Rule 15: after the first certificate the old ones are put back as a rotation of its own, and no client is lost."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from rotation.plan.request import Unproven
from rotation.plan.work.task import ReplaceCertificate, SaveRecoveryFile
from rotation.running.message import Move
from rotation.running.state import Outcome, RotationState
from simulation.played.host import SimulatedHost
from workflows.run import run_rotation
from workflows.running import ContinueAsNew


def wants_back(here):
    """The owner wants the old certificates back."""
    return here.say(Move.ROLL_BACK, "ann", "they call us from everywhere")


def is_asked(code):
    """Whether attention of that code is shown."""
    return lambda state: any(each.code == code for each in state.attention)


def served(here):
    """The certificate of every server."""
    return {server.name: server.credential.fingerprint for server in here.stage.simulation.site.servers.values()}


def numbers(here, kind="step-began"):
    """The numbers of the steps in the order of their events of a kind."""
    return [event.data["number"] for event in here.trail if event.kind == kind]


def put_back(tasks):
    """The servers whose old certificate was put back, in their order."""
    return [t.work.server for t in tasks if isinstance(t.work, ReplaceCertificate) and t.work.puts_back]


async def rolled_back(here):
    """Play it to its end, and see that everything is as it was."""
    before, certificates, lists = here.settings(), served(here), set(here.stage.simulation.site.server_lists)
    outcome = await here.run()
    assert outcome is Outcome.ROLLED_BACK
    assert served(here) == certificates
    assert here.settings() == before
    assert set(here.stage.simulation.site.server_lists) == lists
    assert here.lost() == []
    return await here.stage.store.tasks.list()


async def test_list_a_is_rolled_back_while_its_clients_are_relaxed(played):
    """One server, relaxed clients that have taken the new certificate: it goes back at once, restore is gated again."""
    spec = one_server(clients=8, heartbeat=played.HEARTBEAT)
    deed = played.Deed(played.at("A10b"), wants_back, after=2 * played.HEARTBEAT)
    async with played.play(deed, spec=spec) as here:
        tasks = await rolled_back(here)

    assert put_back(tasks) == ["SEPM-1"]
    began = numbers(here)
    back = began.index("A9-undo")
    assert began[:back].count("A8") == 2, "clients were relaxed, canaries first, and did not have to be again"
    assert began[back:][:2] == ["A9-undo", "A10b"]
    assert numbers(here, "gate-passed")[-6:] == ["A10b", "A10c", "A10d", "A10c", "A10d", "closing"]
    (saved,) = (task for task in tasks if isinstance(task.work, SaveRecoveryFile))
    work = next(task.work for task in tasks if isinstance(task.work, ReplaceCertificate) and task.work.puts_back)
    assert (work.recovery_file, work.recovery_sha256) == (saved.attestation["filename"], saved.attestation["sha256"])


async def test_list_b_is_rolled_back_one_server_after_the_other(played):
    """Two servers replaced, a group that fails over: the last one goes back first, and each waits for its gate."""
    second = played.Deed(lambda state: len(state.swapped) == 2 and state.wait, wants_back, after=2 * played.HEARTBEAT)
    async with played.play(second) as here:
        tasks = await rolled_back(here)

    forth = [t.work.server for t in tasks if isinstance(t.work, ReplaceCertificate) and not t.work.puts_back]
    assert put_back(tasks) == list(reversed(forth))
    began = numbers(here)
    assert began[began.index("B2-undo") :][:5] == ["B2-undo", "B3", "signed", "B2-undo", "B3"]
    passed = [event for event in here.trail if event.kind == "gate-passed" and event.data["number"] == "B3"]
    assert "no client has reported" not in passed[-1].message


async def test_between_waves_clients_are_relaxed_again_before_the_old_certificate(played):
    """Asked for in the holdout, when R was restored: A5, A7 and A8 come again, then the old certificates."""
    async with played.play(played.Deed(played.at("B5", 1), wants_back, after=2 * played.HEARTBEAT)) as here:
        await rolled_back(here)

    began = numbers(here)
    between = began[began.index("B5") : began.index("B2-undo")]
    assert between == ["B5", "A5", "A7", "A8"]
    assert "recheck" not in began[began.index("B2-undo") :]


async def test_when_all_are_replaced_those_that_are_away_keep_a_server_that_they_know(played):
    """With the last server replaced it goes back first; the others keep the new certificate for a holdout."""
    deed = played.Deed(played.at("closing"), wants_back, after=timedelta(minutes=1))
    async with played.play(deed) as here:
        tasks = await rolled_back(here)

    forth = [t.work.server for t in tasks if isinstance(t.work, ReplaceCertificate) and not t.work.puts_back]
    assert put_back(tasks) == list(reversed(forth))
    began = numbers(here)
    back = [number for number in began[began.index("closing") :] if number in {"B2-undo", "B5", "A8", "A1-A4"}]
    assert back == ["A1-A4", "A8", "B2-undo", "B5", "A8", "B2-undo", "B2-undo"]


@pytest.mark.parametrize(("after", "unreported"), [(timedelta(seconds=10), True), (timedelta(hours=13), False)])
async def test_only_a_certificate_that_reached_no_client_needs_no_gate(played, after, unreported):
    """Taken out before any client has reported, the gate passes at once; when some have, it takes three heartbeats."""
    heartbeat = timedelta(hours=12)
    spec = one_server(clients=3, heartbeat=heartbeat)
    async with played.play(played.Deed(played.at("A10b"), wants_back, after=after), spec=spec) as here:
        await rolled_back(here)

    gate = next(step for step in here.body.swap_gates)
    began, passed = (
        next(event for event in here.trail if event.kind == kind and event.data["step"] == gate.id)
        for kind in ("step-began", "gate-passed")
    )
    assert ("no client has reported" in passed.message) is unreported
    assert (passed.at - began.at < heartbeat) is unreported
    assert unreported or passed.at - began.at >= 3 * heartbeat


async def test_only_servers_whose_clients_are_all_relaxed_follow_without_a_gate(played):
    """Three servers of list A: one gate after the last; with a group that fails over each server has its own."""
    numbers_of = {}
    for name, unproven in (("relaxed", Unproven.RELAX), ("failover", Unproven.APPROVE)):
        third = played.Deed(lambda state: len(state.swapped) == 2 and state.wait, wants_back, after=played.HEARTBEAT)
        async with played.play(third, unproven=unproven) as here:
            await rolled_back(here)
        began = numbers(here)
        first = next(index for index, number in enumerate(began) if number.endswith("-undo"))
        numbers_of[name] = began[first : first + 5]

    assert numbers_of == {
        "relaxed": ["A9-undo", "A9-undo", "A10b", "signed", "signed"],
        "failover": ["B2-undo", "B3", "signed", "B2-undo", "B3"],
    }


async def test_a_second_person_approves_and_any_person_finishes(played):
    """Who wants it cannot approve it; finish goes on where it stood, and the plan is what it was."""

    def by_the_same(here):
        return here.say(Move.APPROVE, "Ann Admin", identity="ann")

    def finish(here):
        here.kept["refused"] = here.replies[-1]
        return here.say(Move.FINISH, "eve")

    asked = is_asked("roll-back")
    deeds = (
        played.Deed(played.at("B3"), wants_back, after=played.HEARTBEAT),
        played.Deed(asked, by_the_same),
        played.Deed(asked, finish, after=timedelta(seconds=1)),
    )
    async with played.play(*deeds) as here:
        here.absent = asked
        before = here.settings()
        outcome = await here.run()

    message, reply = here.kept["refused"]
    assert (message.move, reply.accepted) == (Move.APPROVE, False)
    assert [event.message for event in here.trail if event.kind == "attention-over"] == [
        "the rotation goes on to its end"
    ]
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_a_recovery_file_that_was_not_named_is_shown_with_the_way_back(played):
    """Only its checksum was given: the amendment warns before it is approved, and the roll-back goes on."""
    saving = "save_recovery_file"

    def nameless(here):
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id, attestation={"sha256": "ab" * 32})

    save, _, _ = deeds = played.in_turn(
        played.Deed(
            lambda state: state.task, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)
        ),
        played.Deed(lambda state: state.task and state.task.claimed_by, nameless),
        played.Deed(played.at("A10b"), wants_back, after=2 * played.HEARTBEAT),
    )
    async with played.play(*deeds, spec=one_server(clients=4, heartbeat=played.HEARTBEAT)) as here:
        here.leaving = {saving}
        await rolled_back(here)
        plan = await here.stage.store.plans.get(here.state.plan_id)

    assert save.done
    assert "recovery-file-unnamed" in {finding.code for finding in plan.findings}


def finishes(here):
    """Whose way back it was has the rotation finish instead."""
    return here.say(Move.FINISH, "ann", "x")


async def test_one_person_does_not_roll_back_by_another_choice(played):
    """An extension behind the decision to finish is no approval: the rotation completes."""
    asked = is_asked("roll-back")
    deeds = played.in_turn(
        played.Deed(played.at("A10b"), wants_back, after=2 * played.HEARTBEAT),
        played.Deed(asked, lambda here: here.say(Move.HOLD, "ann", "x")),
        played.Deed(asked, finishes),
        played.Deed(lambda _: True, lambda here: here.say(Move.EXTEND, "ann", "x", by=timedelta(hours=1))),
        played.Deed(lambda _: True, lambda here: here.say(Move.RESUME, "ann", "x")),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=played.HEARTBEAT)) as here:
        assert await here.run() is Outcome.COMPLETED
    assert [deed.answer.accepted for deed in deeds] == [True] * 5
    assert here.lost() == []


@pytest.mark.parametrize(
    ("move", "by", "outcome"),
    [(Move.FINISH, "ann", Outcome.COMPLETED), (Move.APPROVE, "bob", Outcome.ROLLED_BACK)],
    ids=["finish", "approve"],
)
async def test_what_was_decided_of_a_way_back_outlives_its_history(played, move, by, outcome):
    """Held, it waits with the decision; a new history begins, and obeys it."""
    asked = is_asked("roll-back")
    hosts: list[_Continues] = []

    def decides(here):
        hosts[0].wanted = True
        return here.say(move, by, "x")

    deeds = played.in_turn(
        played.Deed(played.at("A10b"), wants_back, after=2 * played.HEARTBEAT),
        played.Deed(asked, lambda here: here.say(Move.HOLD, "ann", "x")),
        played.Deed(asked, decides),
        played.Deed(lambda _: True, lambda here: here.say(Move.RESUME, "ann", "x"), after=timedelta(hours=1)),
    )
    histories = 1
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=played.HEARTBEAT)) as here:
        state = here.state = await here.stage.begin(await here.planned(here.stage))
        clock = here.stage.clock
        hosts.append(_Continues(here.activities(), clock, here, until=clock.now() + timedelta(days=30)))
        while state.outcome is None:
            try:
                await run_rotation(hosts[0].run(state))
            except ContinueAsNew:
                hosts[0].wanted, histories = False, histories + 1
                state = RotationState.model_validate_json(state.model_dump_json())
    assert (state.outcome, histories) == (outcome, 2)


class _Continues(SimulatedHost):
    """A host whose history has grown long enough when a test wants that."""

    wanted = False

    def should_continue_as_new(self):
        """Whether the test wants it."""
        return self.wanted
