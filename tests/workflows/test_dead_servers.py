"""A server that has its new certificate dies for good: the rotation goes on without it, and people know."""

from datetime import timedelta

from emulator.events.site_events import ServerDies, ServerUpgraded
from rotation.plan.step import Console
from rotation.plan.work.task import ReplaceCertificate, TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome

DEAD, NEW = "SEPM-2", "14.3.12154.10000"
SILENT, AHEAD = "due-server-silent", "silent-on-the-way-back"


def two_replaced(state):
    """Whether two servers have their new certificate, and clients are waited for."""
    return len(state.swapped) == 2 and state.wait


def happens(site_event):
    """Something happens at the site now."""
    return lambda here: here.stage.simulation.schedule(site_event, here.stage.clock.now())


async def test_an_upgrade_elsewhere_is_confirmed_while_a_replaced_server_is_down_for_good(played):
    """The question names the dead server; a retry confirms the version, and the rotation goes on to its end."""
    upgraded = ServerUpgraded(server="SEPM-3", version=NEW, resets_ports=False)
    deeds = (
        played.Deed(two_replaced, happens(ServerDies(server=DEAD))),
        played.Deed(two_replaced, happens(upgraded), after=9 * played.HEARTBEAT),
    )
    async with played.play(*deeds) as here:
        outcome = await here.run()
    assert outcome is Outcome.COMPLETED
    assert DEAD in here.state.swapped
    assert here.lost() == []
    asked = [message for code, message in here.asked if "an upgrade resets ports" in message]
    assert asked
    assert all(f"{DEAD}: answers on no port" in message for message in asked)


def wants_back(here):
    """The owner wants the old certificates back."""
    return here.say(Move.ROLL_BACK, "ann", "they call us from everywhere")


def is_asked(played):
    """Whether a person is asked to leave a server out, or to approve that."""
    return lambda state: due_dead(state) and (played.asked(SILENT)(state) or played.asked("second-person")(state))


def puts_back(step):
    """Whether a step puts an old certificate back."""
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and step.work.puts_back


def due_dead(state):
    """Whether it is the turn of the dead server on the way back."""
    return puts_back(state.step) and state.step.work.server == DEAD


def rolled_back(played, *more):
    """Two servers have their new certificate, one of them dies, and the old ones go back."""
    return played.in_turn(
        played.Deed(two_replaced, happens(ServerDies(server=DEAD))),
        played.Deed(lambda state: state.wait, wants_back, after=played.HEARTBEAT),
        *more,
    )


def put_back(tasks):
    """Each task of the way back: its server, and how it ended; in their order."""
    works = [(task.work, task.state) for task in tasks if isinstance(task.work, ReplaceCertificate)]
    return [(work.server, state) for work, state in works if work.puts_back]


async def test_the_way_back_puts_a_dead_server_last_and_goes_on_without_it(played):
    """One person proceeds, another approves: its task is withdrawn, the others have their old one, and it is named."""
    deeds = rolled_back(
        played,
        played.Deed(played.asked(SILENT), lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds) as here:
        here.absent = is_asked(played)
        before = here.settings()
        served = {each.name: each.credential.fingerprint for each in here.stage.simulation.site.servers.values()}
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
        after = {each.name: each.credential.fingerprint for each in here.stage.simulation.site.servers.values()}
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []
    assert here.settings() == before
    assert {name for name, fingerprint in after.items() if fingerprint != served[name]} == {DEAD}
    assert next(server for server, _ in put_back(tasks)) != DEAD
    assert put_back(tasks)[-1] == (DEAD, TaskState.WITHDRAWN)
    wished, named = (each.message for each in here.trail if each.kind == "adopted")
    assert wished == f"{DEAD} has its new certificate when it comes back; ann and eve leave it out: it burned down"
    assert named.endswith("put its old certificate back before clients use it")
    (asked,) = (message for code, message in here.asked if code == "roll-back")
    assert f"{DEAD}: it answers on no port" in asked
    began = [each.message for each in here.trail if each.kind == "step-began"]
    assert f"Wait until clients know the old certificate of {DEAD}" not in began


async def test_a_second_person_who_declines_leaves_the_task_open(played):
    """It is asked about again; once the server is up, its old certificate goes back as any other."""

    def up(here):
        here.stage.simulation.start_server(DEAD)
        here.absent = lambda _: False

    asked = played.asked(SILENT)
    *_, again = deeds = rolled_back(
        played,
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.RETRY, "eve")),
        played.Deed(asked, up),
    )
    async with played.play(*deeds) as here:
        here.absent = is_asked(played)
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    assert again.done
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []
    assert put_back(tasks)[-1] == (DEAD, TaskState.DONE)
    assert not [each for each in here.trail if each.kind == "adopted"]


async def test_a_server_that_is_up_again_is_not_left_out(played):
    """It comes up while a second person is asked: what is approved then is nothing any more."""

    def up(here):
        here.stage.simulation.start_server(DEAD)

    def approve(here):
        here.absent = lambda _: False
        return here.say(Move.APPROVE, "eve")

    second = played.asked("second-person")
    *_, approval = deeds = rolled_back(
        played,
        played.Deed(played.asked(SILENT), lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(second, up),
        played.Deed(second, approve, after=timedelta(minutes=1)),
    )
    async with played.play(*deeds) as here:
        here.absent = is_asked(played)
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    assert approval.answer.accepted
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []
    assert put_back(tasks)[-1] == (DEAD, TaskState.DONE)
    assert not [each for each in here.trail if each.kind == "adopted"]


async def test_who_holds_the_task_gives_it_back_first(played):
    """The operator had claimed it; it is withdrawn once it was given back, and no person is asked what then."""
    deeds = rolled_back(
        played,
        played.Deed(played.asked(SILENT), lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(played.asked(SILENT), lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
        played.Deed(
            played.asked("give-back"), lambda here: here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id)
        ),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: is_asked(played)(state) or played.asked("give-back")(state) or due_dead(state)
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    assert outcome is Outcome.ROLLED_BACK
    assert [state for server, state in put_back(tasks) if server == DEAD] == [TaskState.REFUSED, TaskState.WITHDRAWN]
    assert not [code for code, _ in here.asked if code == "task-refused"]
    assert here.lost() == []


def first(state):
    """Whether the first old certificate is to go back."""
    return puts_back(state.step) and state.task is not None


def dies_before_its_turn(played, *more):
    """The way back has begun, and the server after the first one dies for good; `more` is what people do then."""

    def dies(here):
        ahead = [each.work.server for each in here.state.steps[here.state.cursor + 1 :] if puts_back(each)]
        here.kept["server"] = ahead[0]
        here.stage.simulation.stop_server(ahead[0])

    return played.in_turn(
        played.Deed(two_replaced, wants_back, after=played.HEARTBEAT),
        played.Deed(first, dies),
        *more,
    )


def up(here):
    """The server that had died runs again."""
    here.stage.simulation.start_server(here.kept["server"])
    here.absent = lambda _: False


async def test_a_server_that_dies_on_the_way_back_before_its_turn_is_named_without_a_way_that_is_barred(played):
    """A roll-back can be neither cancelled nor repeated: no text says so; once it is up, its certificate goes back."""
    asked = played.asked(AHEAD)
    deeds = dies_before_its_turn(played, played.Deed(asked, up))
    async with played.play(*deeds) as here:
        here.absent = lambda state: first(state) or played.asked("drift")(state)
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []
    named = [message for code, message in here.asked if code == "drift" and here.kept["server"] in message]
    assert named
    assert all(each.endswith("no old certificate goes back before it answers") for each in named)
    assert {state for _, state in put_back(tasks)} == {TaskState.DONE}
    assert not [each for each in here.trail if each.kind == "adopted"]


async def test_two_persons_go_back_past_a_server_that_died_before_its_turn(played):
    """The others get their old certificates; at its turn it is left out, as one that was down from the beginning."""
    second = played.asked("second-person")
    deeds = dies_before_its_turn(
        played,
        played.Deed(played.asked(AHEAD), lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        going := played.Deed(second, lambda here: here.say(Move.APPROVE, "eve")),
        played.Deed(played.asked(SILENT), lambda here: here.say(Move.PROCEED, "ann", "it is gone")),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds) as here:

        def absent(state):
            dead = here.kept.get("server")
            at_its_turn = puts_back(state.step) and state.step.work.server == dead
            return (first(state) and not dead) or (dead and not going.done) or at_its_turn

        here.absent = absent
        before = here.settings()
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()
    dead = here.kept["server"]
    assert outcome is Outcome.ROLLED_BACK
    assert here.settings() == before
    assert here.lost() == []
    assert [server for server, state in put_back(tasks) if state is not TaskState.DONE] == [dead]
    assert here.named("adopted")[:2] == [(AHEAD, dead), (SILENT, dead)]
    assert f"{dead} is down; ann and eve go on with the others: it burned down" in [each.message for each in here.trail]


async def test_a_second_person_who_declines_to_go_back_past_a_server_has_it_asked_about_again(played):
    """Nothing goes on; where the server is up again before the approval, the wish is over."""
    asked, second = played.asked(AHEAD), played.asked("second-person")

    def declines(here):
        return here.say(Move.RETRY, "eve", question=played.attention(here.state, "second-person").question)

    deeds = dies_before_its_turn(
        played,
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(second, declines),
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it burned down")),
        played.Deed(second, up),
        played.Deed(second, lambda here: here.say(Move.LOOK_AGAIN), after=timedelta(minutes=5)),
        over := played.Deed(lambda state: state.proceed is None and not second(state), lambda _: None),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: first(state) or played.asked("drift")(state)
        outcome = await here.run()
    assert over.done
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []
    assert not [each for each in here.trail if each.kind == "adopted"]
