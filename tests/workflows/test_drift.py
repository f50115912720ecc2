"""Drift: what a person changes at the site is named by the next look, then adopted, repaired or asked about."""

from datetime import timedelta

from emulator.events.site_events import ServerCutOff
from emulator.switches import PatchSemServer, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
LEGACY, BRANCH = "My Company\\Legacy", "My Company\\Branch"
PAIR = f"{LEGACY} / Default"
ITS_LIST = "Default Management Server List"
COPY = f"{ITS_LIST} (HTTP for certificate rotation)"


def secure(group, enabled):
    """Secure communications of a group are ticked or unticked by hand."""
    return lambda here: here.stage.simulation.console.set_secure_communications(group, "Default", enabled)


def assign(group, name):
    """A list is assigned to a group by hand."""
    return lambda here: here.stage.simulation.console.assign_list(name, group, "Default")


def asked_about(code):
    """Whether that is shown."""
    return lambda state: any(each.code == code for each in state.attention)


def asked_about_drift(state):
    """Whether drift is shown."""
    return any(each.code == "drift" for each in state.attention)


def kinds(here, *wanted):
    """The kinds of events, of those that are wanted, in their order."""
    return [event.kind for event in here.trail if event.kind in wanted]


async def test_a_relaxed_setting_that_is_undone_is_put_right_and_its_gate_restarts(played):
    """A person ticks "verify" in a relaxed group while A8 waits: named, written back, and proven from the beginning."""
    async with played.play(played.Deed(played.at("A8"), secure(LEGACY, True), after=HEARTBEAT)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == here.named("repaired") == [("secure-communications-drift", PAIR)]
    order = kinds(here, "drift", "repaired", "gate-restarted", "gate-passed")
    assert order[:4] == ["drift", "repaired", "gate-restarted", "gate-passed"]
    restarted, passed = (next(e for e in here.trail if e.kind == kind) for kind in ("gate-restarted", "gate-passed"))
    assert passed.at - restarted.at >= 3 * HEARTBEAT
    assert here.lost() == []


async def test_what_a_look_finds_is_put_right_though_no_client_can_be_read(played):
    """SEPM answers about groups, and not about clients: what was found does not wait for a reading."""

    def slow_clients(here):
        secure(LEGACY, True)(here)
        here.stage.simulation.set_switches(Switches(page_delay=timedelta(hours=1)))

    slow, put_right = deeds = played.in_turn(
        played.Deed(played.at("A8"), slow_clients, after=HEARTBEAT),
        played.Deed(lambda state: state.repairs, lambda here: here.stage.simulation.set_switches(Switches())),
    )
    async with played.play(*deeds, spec=played.three(switches=Switches())) as here:
        outcome = await here.run()
    assert put_right.seen_at - slow.seen_at < timedelta(hours=1)
    assert put_right.saw.wait.reading is None
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_rule_12_a_gate_that_lost_its_ground_is_asked_again_at_the_next_claim(played):
    """The original list is assigned while the first swap settles: no second certificate before A8 is proven again."""
    async with played.play(played.Deed(played.at("B3"), assign(LEGACY, ITS_LIST), after=HEARTBEAT / 2)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("repaired") == [("list-drift", PAIR)]
    restarted = next(event for event in here.trail if event.kind == "gate-restarted")
    second = [event for event in here.trail if event.kind == "task-closed" and "Replace" in event.message][1]
    assert second.at - restarted.at >= 3 * HEARTBEAT
    assert here.lost() == []


async def test_a_claim_is_refused_until_a_restarted_gate_is_due(played):
    """Undone while the task is open: it is put right, and a claim then is refused since the proof began again."""
    undone = played.Deed(played.at("B2"), secure(LEGACY, True))
    async with played.play(undone) as here:
        here.absent = lambda state: played.at("B2")(state) and not (state.repairs or state.swapped)
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert "gate-restarted" in {finding.code for _, reply in here.replies for finding in reply.findings}
    assert here.lost() == []


async def test_what_rest_does_not_repair_is_asked_about_and_proven_again(played):
    """Where REST changes no list, a person is asked to assign it; nothing passes before, and the gate starts again."""
    spec = played.three(switches=Switches(patch_sem_server=PatchSemServer.IGNORED))
    undone = played.Deed(played.at("A8"), assign(LEGACY, ITS_LIST), after=HEARTBEAT)
    put_right = played.Deed(asked_about_drift, assign(LEGACY, COPY), after=HEARTBEAT)
    async with played.play(undone, put_right, spec=spec) as here:
        here.absent = asked_about_drift
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("repaired") == []
    assert here.named("drift") == here.named("attention") == here.named("drift-over") == [("list-drift", PAIR)]
    assert all("REST API did not put it right" in text for code, text in here.asked if code == "drift")
    order = kinds(here, "drift-over", "gate-restarted", "gate-passed")
    assert order[:3] == ["drift-over", "gate-restarted", "gate-passed"]
    assert here.lost() == []


async def test_what_is_undone_again_and_again_is_asked_about_and_put_right_when_a_person_says_so(played):
    """The third time a person is asked; who retries has it written once more, at once, and is not asked again."""

    def was_repaired(times):
        return lambda state: played.at("A8")(state) and state.repairs == times

    undone = [played.Deed(was_repaired(times), secure(LEGACY, True), after=HEARTBEAT) for times in range(3)]
    retry = played.Deed(asked_about_drift, lambda here: here.say(Move.RETRY), after=HEARTBEAT / 2)
    async with played.play(*undone, retry) as here:
        here.absent = asked_about_drift
        outcome = await here.run()

    assert here.named("repaired") == [("secure-communications-drift", PAIR)] * 3
    answered_at, *_ = [event.at for event in here.trail if event.kind == "message"]
    *_, last = [event.at for event in here.trail if event.kind == "repaired"]
    assert last - answered_at < timedelta(seconds=5)
    assert [code for code, _ in here.asked] == ["drift"]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_an_answer_that_comes_while_the_site_is_looked_at_is_obeyed_by_the_next_look(played):
    """SEPM is away when it is looked at, and a person answers meanwhile: what was judged before is not held on to."""

    def undo_and_leave(here):
        secure(LEGACY, True)(here)
        here.stage.simulation.schedule(ServerCutOff(server="SEPM-1", lasting=4 * HEARTBEAT), here.stage.clock.now())

    def was_repaired(times):
        return lambda state: played.at("A8")(state) and state.repairs == times

    undone = [played.Deed(was_repaired(times), secure(LEGACY, True), after=HEARTBEAT) for times in range(3)]
    *_, away, retry = deeds = played.in_turn(
        *undone,
        played.Deed(asked_about_drift, undo_and_leave, after=HEARTBEAT / 2),
        played.Deed(played.asked("not-answering"), lambda here: here.say(Move.RETRY)),
    )
    async with played.play(*deeds) as here:
        here.absent = asked_about_drift
        outcome = await here.run()

    back = away.seen_at + HEARTBEAT / 2 + 4 * HEARTBEAT
    *_, last = [event.at for event in here.trail if event.kind == "repaired"]
    assert retry.answer.accepted
    assert retry.seen_at < back <= last < back + HEARTBEAT
    assert [code for code, _ in here.asked].count("drift") == 1
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_a_change_of_a_group_that_is_left_alone_is_asked_about(played):
    """Nothing passes while a group that fails over does not verify; put back, the rotation goes on by itself."""
    undone = played.Deed(played.at("A8"), secure(BRANCH, False), after=HEARTBEAT)
    put_right = played.Deed(asked_about_drift, secure(BRANCH, True), after=6 * HEARTBEAT)
    async with played.play(undone, put_right) as here:
        here.absent = asked_about_drift
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == [("secure-communications-drift", f"{BRANCH} / Default")]
    assert here.named("drift-over") == here.named("drift")
    assert kinds(here, "drift-over", "gate-passed")[0] == "drift-over"


async def test_a_certificate_that_is_put_back_is_named_and_its_gate_restarts(played):
    """The former certificate is restored while the gate waits: named by the next look; put in again, proven again."""

    def restore(name):
        return lambda here: here.hands.restore_certificate("SEPM-2", here.kept[name])

    def keep(here):
        here.kept["new"] = here.stage.simulation.site.server("SEPM-2").credential

    async with played.play(
        played.Deed(played.at("B3"), keep),
        played.Deed(played.at("B3"), restore("former"), after=HEARTBEAT / 2),
        played.Deed(asked_about_drift, restore("new"), after=2 * HEARTBEAT),
    ) as here:
        here.kept["former"] = here.stage.simulation.site.server("SEPM-2").credential
        here.absent = asked_about_drift
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == here.named("drift-over") == [("certificate-restored", "SEPM-2")]
    order = kinds(here, "drift", "drift-over", "gate-restarted", "gate-passed")
    assert order[1:5] == ["drift", "drift-over", "gate-restarted", "gate-passed"]
    assert here.lost() == []


async def test_a_third_certificate_at_a_client_port_is_an_alarm(played):
    """The second server shows what was not announced while the first gate waits: nothing passes until that is over."""

    def generate(here):
        here.kept["former"] = here.stage.simulation.site.server("SEPM-2").credential
        here.stage.simulation.console.generate_certificate("SEPM-2")

    def put_back(here):
        here.kept["shown"] = here.stage.simulation.site.server("SEPM-2").credential.fingerprint
        here.hands.restore_certificate("SEPM-2", here.kept["former"])

    over = played.Deed(asked_about_drift, put_back, after=2 * HEARTBEAT)
    async with played.play(played.Deed(played.at("A8"), generate, after=HEARTBEAT / 2), over) as here:
        here.absent = asked_about_drift
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == here.named("drift-over") == [("third-certificate", "SEPM-2")]
    alarm = played.attention(over.saw, "third-certificate")
    assert alarm.subject == "SEPM-2"
    shown, expected = here.kept["shown"], here.kept["former"].fingerprint
    assert f":443) presents SHA-256 {shown}" in alarm.message
    assert f"expected is SHA-256 {expected}" in alarm.message
    assert not played.asked("third-certificate")(here.state)
    (gone,) = (event.message for event in here.trail if event.kind == "drift-over")
    assert gone == "SEPM-2: the newest look does not find it any more", "it may be silent by now"
    assert kinds(here, "drift-over", "gate-passed")[0] == "drift-over"


async def test_after_a_hold_the_site_is_looked_at_first(played):
    """What was done while the rotation was held is named in the moment in which it is resumed."""
    hold = played.Deed(played.at("A8"), lambda here: here.say(Move.HOLD), after=HEARTBEAT / 4)
    undone = played.Deed(lambda state: state.held_by, secure(LEGACY, True), after=HEARTBEAT / 4)
    resume = played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME), after=HEARTBEAT / 2)
    async with played.play(hold, undone, resume) as here:
        here.absent = lambda state: bool(state.held_by)
        outcome = await here.run()

    resumed = next(event.at for event in here.trail if event.kind == "message" and event.message.startswith("resume"))
    named = next(event.at for event in here.trail if event.kind == "drift")
    assert named - resumed < timedelta(seconds=5)
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_clients_that_are_moved_are_named_and_counted_where_they_are(played):
    """Moved from one group that fails over to another while a gate waits: named once, and no reason to stop."""

    def move(here):
        site = here.stage.simulation.site
        client = next(each for each in here.stage.simulation.fleet.clients if each.name.startswith("DC"))
        here.stage.simulation.fleet.move(client.id, site.group(BRANCH).id)

    async with played.play(played.Deed(played.at("B3"), move, after=HEARTBEAT / 2)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == [("clients-moved", BRANCH)]
    assert not any(code == "drift" for code, _ in here.asked)
    assert here.lost() == []


async def test_a_change_whose_policy_is_not_made_yet_is_named_before_a_gate_passes(played):
    """SEPM makes policies ten minutes late, so that no date tells of it: all is read before the holdout ends."""
    delay = timedelta(minutes=10)
    limits = played.QUICK.model_copy(update={"publish_delay": delay})

    def is_last_reading(state):
        wait = state.wait
        return state.step.kind == "holdout" and wait is not None and (wait.next_at or wait.opened_at) >= wait.due

    undone = played.Deed(is_last_reading, secure(BRANCH, False), after=timedelta(seconds=1))
    named = played.Deed(lambda state: bool(state.drift), secure(BRANCH, True), follows=undone)
    async with played.play(
        undone, named, spec=played.three(switches=Switches(publish_delay=delay)), limits=limits
    ) as here:
        here.absent = lambda _: undone.done and not named.done
        outcome = await here.run()

    passed = next(event.at for event in here.trail if event.kind == "gate-passed" and "Keep" in event.message)
    first = next(event.at for event in here.trail if event.kind == "drift")
    assert undone.seen_at < first <= passed
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_drift_in_the_holdout_is_named_at_once_and_decided_before_the_last_wave(played):
    """Another list in the holdout: named, shown, and an amendment is asked for when the rest is planned again."""
    async with played.play(
        played.Deed(played.at("B5", 1), assign(BRANCH, ITS_LIST), after=HEARTBEAT),
        played.Deed(asked_about("plan-differs"), lambda here: here.say(Move.APPROVE), after=HEARTBEAT),
    ) as here:
        here.absent = asked_about("plan-differs")
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("drift") == [("list-drift", f"{BRANCH} / Default")]
    assert {"drift", "plan-differs"} <= {code for code, _ in here.asked}
    assert kinds(here, "drift", "amended") == ["drift", "amended"]
    assert here.settings()[BRANCH, "Default"] == (ITS_LIST, True)
    assert here.lost() == []
