"""An answer ends the question that it names, and is the answer to no other one."""

from datetime import timedelta

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP
from rotation.plan.request import Unproven
from rotation.plan.step import GatePurpose
from rotation.running.attention import SECOND, WANTED
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import OfflinePeople
from tests.simulation.drill_holes import kept_first
from tests.workflows.drilled import waits_for


async def test_a_second_persons_approval_does_not_leave_a_server_down(played):
    """Both are asked at once and answered in a hold: the task to start the server is opened again, as was chosen."""
    spec = kept_first()
    spec = spec.model_copy(update={"clients": tuple(each for each in spec.clients if each.prefix != "STUCK")})

    def spoil(here):
        here.stage.simulation.groups.add_location(ROOT_GROUP, "New")
        here.stage.simulation.console.assign_list("Other List", ROOT_GROUP, "New")

    def starts(state):
        return played.work_of(state) == "start_server"

    def both(state):
        return played.asked(SECOND)(state) and played.asked("task-refused")(state)

    def answer(move, who, code):
        def answering(here):
            return here.say(move, who, question=played.attention(here.state, code).question)

        return answering

    def after(here):
        here.kept["then"] = played.work_of(here.state)

    deeds = played.in_turn(
        played.Deed(waits_for(GatePurpose.ELSEWHERE), spoil),
        played.Deed(played.asked("drift"), lambda here: here.say(Move.PROCEED, "ann", "well")),
        played.Deed(starts, lambda here: here.say(Move.CLAIM_TASK, "olga", task_id=here.state.task.id)),
        played.Deed(starts, lambda here: here.say(Move.TASK_REFUSED, "olga", "not me", task_id=here.state.task.id)),
        played.Deed(both, lambda here: here.say(Move.HOLD, "eve", "h")),
        played.Deed(both, answer(Move.RETRY, "eve", "task-refused")),
        played.Deed(lambda _: True, answer(Move.APPROVE, "bob", SECOND)),
        played.Deed(lambda _: True, lambda here: here.say(Move.RESUME, "eve")),
        played.Deed(lambda state: not state.held_by, after, after=timedelta(hours=1)),
    )
    async with played.play(*deeds, spec=spec, drill_stop=True, unproven=Unproven.APPROVE) as here:
        here.absent = lambda state: (
            not deeds[-1].done and (played.asked("drift")(state) or played.asked(SECOND)(state) or starts(state))
        )
        await here.run()
    assert [deed.answer.accepted for deed in deeds[1:-1]] == [True] * 7
    assert here.kept["then"] == "start_server"


async def test_a_statement_past_the_limit_has_the_second_person_asked(played):
    """Two questions of the gate take it, and it answers both: else the one about the limit would wait without end."""

    def both(state):
        return played.asked("gate-limit")(state) and played.asked(WANTED)(state)

    def state_it(here):
        question, clients = played.attention(here.state, WANTED).question, here.state.wait.reading.asks.clients
        stated = {"clients": str(clients), "covered": str(clients)}
        return here.say(Move.STATE_GATE, "ann", "seen", question=question, attestation=stated)

    stated = played.Deed(both, state_it)
    approved = played.Deed(played.asked(SECOND), lambda here: here.say(Move.APPROVE, "bob"))
    spec = one_server(clients=4, heartbeat=played.HEARTBEAT)
    async with played.play(stated, approved, spec=spec, at_console=OfflinePeople()) as here:
        here.absent = lambda state: state.wait is not None and not approved.done
        assert await here.run() is Outcome.COMPLETED
    assert (stated.answer.accepted, approved.answer.accepted) == (True, True)
    assert here.lost() == []
