"""Each checker names the violation of its invariant: a checker that cannot fail proves nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.clients.ways import Known
from emulator.state.effects import Actor
from emulator.switches import SecureCommunicationsScope
from rotation.finding import blocking
from rotation.plan.step import Gate, Holdout, SettingField
from rotation.plan.work.task import CopyList, DeleteList, SetSecureCommunications, TaskPair, TaskState
from rotation.values import GroupId, LocationId
from simulation.judged.exemptions import exempted
from simulation.judged.facts import CutOff
from simulation.judged.invariants import check
from tests.simulation.losses import effect, lost


def violated(facts):
    """The names of the invariants that do not hold."""
    return {violation.invariant for violation in check(facts)}


def test_a_client_cut_off_by_what_the_product_asked_for_is_a_violation(played):
    """By REST or by a console task alike."""
    for actor in (Actor.PRODUCT, Actor.TASK):
        after = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=actor)
        cut_off = lost(played, after, first_failed=played.ended - timedelta(hours=5))
        quiet = [event for event in played.trail if event.at < cut_off.first_failed or event.kind == "ended"]
        assert violated(replace(played, lost=(cut_off,), trail=tuple(quiet))) == {
            "no_client_is_cut_off",
            "no_client_is_lost_in_silence",
            "the_close_names_who_fails",
            "clients_cut_off_are_reported",
        }


def test_an_unasked_act_must_be_named_before_the_next_swap(played):
    """A setting that is changed unasked, an hour before the last swap: a violation unless an event names it."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    pair, (_, secure) = next(each for each in played.before.settings.items() if each[0][0] == "My Company")
    at = swap.at - timedelta(hours=1)
    kind, value = "console.secure_communications", str(not secure).lower()
    act = effect(played, kind, *pair, value, actor=Actor.PERSON, at=at)
    late = effect(played, kind, *pair, value, actor=Actor.PERSON, at=swap.at - timedelta(minutes=1))
    journal = tuple(each for each in played.journal if each.subject[:2] != pair)
    unnamed = replace(played, journal=(*journal, act))
    assert "acts_of_others_are_named" in violated(unnamed)
    assert "acts_of_others_are_named" not in violated(replace(played, journal=(*journal, late)))
    event = played.trail[0].model_copy(update={"kind": "drift", "at": at, "message": " / ".join(pair)})
    assert "acts_of_others_are_named" not in violated(replace(unnamed, trail=(event, *played.trail)))


def test_an_act_in_a_group_that_is_moved_then_is_named_and_undone_by_its_new_path(played):
    """The same setting of the same group: an event with the new path tells of it, and what is put back is back."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    pair, (_, secure) = next(each for each in played.before.settings.items() if each[0][0] == "My Company\\Branch")
    at, moved = swap.at - timedelta(hours=2), "My Company\\Legacy\\Branch"
    journal = [each for each in played.journal if each.subject[:2] != pair and each.at < at]

    def after(*kinds):
        happened = list(journal)
        for minutes, (kind, subject) in enumerate(kinds):
            act = effect(played, kind, *subject, actor=Actor.PERSON, at=at + timedelta(minutes=minutes))
            happened.append(act.model_copy(update={"number": swap.number + minutes}))
        return replace(played, journal=(*happened, swap))

    kind, move = "console.secure_communications", ("console.move_group", (pair[0], moved))
    acted = (kind, (*pair, str(not secure).lower()))
    unnamed = after(acted, move)
    assert "acts_of_others_are_named" in violated(unnamed)
    event = played.trail[0].model_copy(update={"kind": "drift", "at": swap.at, "message": f"{moved} / {pair[1]}"})
    assert "acts_of_others_are_named" not in violated(replace(unnamed, trail=(event, *played.trail)))
    undone = after(acted, move, (kind, (moved, pair[1], str(secure).lower())))
    assert "acts_of_others_are_named" not in violated(undone)


def test_an_act_that_does_what_an_open_task_asks_for_need_not_be_named(played):
    """A person does unasked what the console task asks for: the product sees what it wanted."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    pair, (_, secure) = next(each for each in played.before.settings.items() if each[0][0] == "My Company")
    at = swap.at - timedelta(hours=1)
    act = effect(played, "console.secure_communications", *pair, str(not secure).lower(), actor=Actor.PERSON, at=at)
    there = TaskPair(group_id=GroupId("G"), group_path=pair[0], location_id=LocationId("L"), location_name=pair[1])
    work = SetSecureCommunications(enabled=not secure, pairs=(there,))
    task = played.tasks[0].model_copy(update={"work": work, "opened_at": at, "closed_at": swap.at})
    journal = tuple(each for each in played.journal if each.subject[:2] != pair)
    done = replace(played, journal=(*journal, act), tasks=(*played.tasks, task))
    early = task.model_copy(update={"closed_at": at - timedelta(minutes=1)})
    assert "acts_of_others_are_named" not in violated(done)
    assert "acts_of_others_are_named" in violated(replace(done, tasks=(*played.tasks, early)))


def test_a_location_that_the_whole_group_took_along_was_not_changed_by_others(played):
    """Where secure communications are the group's, to repeat at one place what was set at another changes nothing."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    pair, (used, secure) = next(each for each in played.before.settings.items() if each[0][0] == "My Company")
    other, value = (pair[0], "Second"), str(not secure).lower()
    before = replace(played.before, settings={**played.before.settings, other: (used, secure)})
    moments = (swap.at - timedelta(hours=2), swap.at - timedelta(hours=1))
    asked = effect(played, "rest.secure_communications", *pair, value, at=moments[0])
    same = effect(played, "console.secure_communications", *other, value, actor=Actor.PERSON, at=moments[1])
    after = replace(played, before=before, journal=(*played.journal, asked, same))
    assert "acts_of_others_are_named" in violated(after)
    spec = played.scenario.spec
    switches = spec.switches.model_copy(update={"secure_communications_scope": SecureCommunicationsScope.GROUP})
    scenario = played.scenario.model_copy(update={"spec": spec.model_copy(update={"switches": switches})})
    assert "acts_of_others_are_named" not in violated(replace(after, scenario=scenario))


def test_an_act_that_a_write_finds_done_need_not_be_named(played):
    """A person turns secure communications off before the step that would: it writes nothing, and wants them so."""
    swap = [each for each in played.journal if each.kind == "console.replace_certificate"][-1]
    off = ("My Company\\Legacy", "Default", "false")
    write = next(each for each in played.body.writes if each.field is SettingField.SECURE_COMMUNICATIONS)
    ended = next(each for each in played.trail if each.kind == "step-ended" and each.data["step"] == write.id)
    act = effect(played, "console.secure_communications", *off, actor=Actor.PERSON, at=ended.at - timedelta(hours=1))
    restored = next(each.at for each in played.journal if each.subject == (*off[:2], "true"))
    swap = next(each for each in played.journal if each.kind == swap.kind and ended.at < each.at < restored)
    others = tuple(each for each in played.journal if each.subject[:2] != off[:2] and each.at <= swap.at)
    done = replace(played, journal=(*others, act))
    assert "acts_of_others_are_named" not in violated(done)
    unwritten = tuple(each for each in played.trail if each is not ended)
    assert "acts_of_others_are_named" in violated(replace(done, trail=unwritten))


def test_a_certificate_that_is_put_in_again_is_no_replacement_that_naming_comes_before(played):
    """The product names that it is out, and the operator who puts it back reads no proof: no task is open for it."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    other = next(each for each in played.before.served if each != swap.subject[0])
    again = effect(played, swap.kind, *swap.subject, actor=swap.actor, at=played.ended)
    act = effect(
        played,
        "console.generate_certificate",
        other,
        "other",
        actor=Actor.SITE_EVENT,
        at=played.ended - timedelta(hours=1),
    )
    facts = replace(played, journal=(*played.journal, act, again))
    assert "acts_of_others_are_named" not in violated(facts)
    open_still = tuple(each.model_copy(update={"closed_at": None}) for each in facts.tasks)
    assert "acts_of_others_are_named" in violated(replace(facts, tasks=open_still))


def test_a_swap_before_its_gate_is_a_violation(played):
    """The trail without the passing of gate A8."""
    trail = tuple(event for event in played.trail if not (event.kind == "gate-passed" and event.data["number"] == "A8"))
    assert "swaps_follow_their_gates" in violated(replace(played, trail=trail))


def test_a_swap_that_leaves_a_client_without_a_way_is_a_violation(played):
    """Even if it never notices; but not one that was never seen, is left out by name, or that others changed."""
    swap = next(each for each in played.journal if each.kind == "console.replace_certificate")
    client = Known(id="client", name="PC-1", group="My Company", build="14.3", seen=True)
    cut = replace(played, cut_off=(CutOff(swap, client),))
    assert violated(cut) == {"swaps_leave_everybody_a_way"}
    assert violated(replace(cut, named_at={"client": played.began})) == set()
    assert violated(replace(played, cut_off=(CutOff(swap, client._replace(seen=False)),))) == set()
    other = effect(played, "machine.move", "PC-1", "My Company", actor=Actor.SITE_EVENT, at=swap.at)
    assert violated(replace(cut, journal=(other, *cut.journal))) == set()


@pytest.mark.parametrize(
    ("kind", "about", "exemption"),
    [
        ("machine.install", ("My Company",), "it was newly installed, and no server had seen it since"),
        ("machine.reimage", (), "it was put back to an old image, and no server had seen it since"),
    ],
)
def test_a_client_that_begins_again_unseen_before_the_swap_is_exempt(played, kind, about, exemption):
    """No check-in tells of it; once a server has seen the client, or when it came after the swap, it is no excuse."""
    swap = next(each for each in played.journal if each.kind == "console.replace_certificate")
    client = Known(id="client", name="PC-1", group="My Company", build="14.3", seen=False)
    begun = effect(played, kind, "PC-1", *about, actor=Actor.SITE_EVENT).model_copy(update={"number": -1})
    gone = lost(played, swap)

    def why(seen, *happened):
        journal = (*played.journal, *happened)
        cut_off = (CutOff(swap, client._replace(seen=seen)),)
        return exempted(gone, replace(played, cut_off=cut_off, journal=journal))

    late = begun.model_copy(update={"number": swap.number + 1})
    other = begun.model_copy(update={"subject": ("PC-2", *about)})
    assert why(False, begun) == exemption
    assert [why(True, begun), why(False), why(False, late), why(False, other)] == [None] * 4


def test_a_swap_within_the_holdout_is_a_violation(played):
    """The holdout's server is replaced before the holdout has ended."""
    (server,) = played.body.holdouts
    early = effect(played, "console.replace_certificate", server, "new", actor=Actor.TASK, at=played.began)
    assert "holdouts_keep_the_old_certificate" in violated(replace(played, journal=(early, *played.journal)))


def test_within_the_holdout_of_a_way_back_only_the_new_certificate_must_stay(played):
    """Taking it out is a violation; taking out an unasked one puts right what was in."""
    (server,) = played.body.holdouts
    step = next(each for each in played.state.steps if isinstance(each, Holdout))
    last = played.last_plan.model_copy(update={"body": played.body.model_copy(update={"back_from": step.id})})
    back = effect(played, "console.restore_certificate", server, "old", actor=Actor.TASK, at=played.began)
    trail = tuple(event for event in played.trail if event.data.get("number") != "B5")
    facts = replace(played, last_plan=last, trail=trail)

    def keeps(actor):
        other = effect(played, "console.generate_certificate", server, "other", actor=actor, at=played.began)
        before = (other.model_copy(update={"number": -2}), back.model_copy(update={"number": -1}))
        return "holdouts_keep_the_old_certificate" not in violated(replace(facts, journal=before))

    assert [keeps(Actor.TASK), keeps(Actor.SITE_EVENT)] == [False, True]


def planned(facts, **changes):
    """The same with another plan."""
    plan = facts.plan.model_copy(update={"body": facts.plan.body.model_copy(update=changes)})
    return replace(facts, plan=plan)


def test_a_plan_without_a_holdout_for_a_list_is_a_violation(played):
    """Groups fail over, and no holdout is kept for their list."""
    steps = tuple(step for step in played.plan.body.steps if not isinstance(step, Holdout))
    assert violated(planned(played, steps=steps)) == {"failover_pairs_keep_an_old_server"}


def test_a_gate_that_is_shorter_than_three_heartbeats_is_a_violation(played):
    """One gate of the plan lasts two heartbeats."""
    gate = next(step for step in played.plan.body.steps if isinstance(step, Gate))
    short = gate.model_copy(update={"minimum": timedelta(hours=2)})
    steps = tuple(short if step is gate else step for step in played.plan.body.steps)
    assert violated(planned(played, steps=steps)) == {"gates_last_three_heartbeats"}


def test_a_setting_or_a_copy_that_is_left_is_a_violation(played):
    """A pair that is not as it was, and a list that the rotation made."""
    (pair, (name, secure)), *_ = played.before.settings.items()
    changed = replace(played.after, settings={**played.after.settings, pair: (name, not secure)})
    assert violated(replace(played, after=changed)) == {"it_ends_as_it_began"}
    copy = next(task.work.copy_list for task in played.tasks if isinstance(task.work, CopyList))
    left = replace(played.after, lists=played.after.lists | {copy})
    assert violated(replace(played, after=left)) == {"it_ends_as_it_began"}
    step = next(each for each in played.state.steps if isinstance(getattr(each, "work", None), DeleteList))
    copy = step.work.list
    left = replace(played, after=replace(played.after, lists=played.after.lists | {copy}))
    assert violated(left) == {"it_ends_as_it_began"}
    stays = played.trail[-1].model_copy(update={"kind": "adopted", "data": {"step": step.id}})
    assert violated(replace(left, trail=(*played.trail, stays))) == set(), "persons had it stay"


def test_a_group_that_was_moved_is_looked_for_where_it_is(played):
    """With the groups below it: where it has what it had all is well, and otherwise it is violated as before."""
    root, moved = "My Company\\Legacy", "My Company\\Sales\\Legacy"
    below, there = f"{root}\\Below", f"{moved}\\Below"
    move = effect(played, "console.move_group", root, moved, actor=Actor.SITE_EVENT, at=played.began)

    def ends(secure, *others):
        (name, before), location = played.before.settings[root, "Default"], "Default"
        begun = {**played.before.settings, (below, location): (name, before)}
        after = {pair: settings for pair, settings in played.after.settings.items() if pair[0] != root}
        after |= {(moved, location): (name, before), (there, location): (name, before is secure)}
        return violated(
            replace(
                played,
                before=replace(played.before, settings=begun),
                after=replace(played.after, settings=after),
                journal=(*others, *played.journal, move),
            )
        )

    change = effect(played, "console.assign_list", below, "Default", "other", actor=Actor.PERSON, at=played.began)
    earlier = change.model_copy(update={"number": move.number - 1})
    assert ends(secure=True) == set()
    assert ends(secure=False) == {"it_ends_as_it_began"}
    assert "it_ends_as_it_began" not in ends(False, earlier), "somebody changed it, by the path that it had then"
    late = move.model_copy(update={"at": played.ended + timedelta(days=1)})
    assert violated(replace(played, journal=(*played.journal, late))) == set(), "it was moved when all had ended"


def test_a_cancel_that_puts_settings_back_beside_another_certificate_is_a_violation(played):
    """An unasked certificate that has been in for an hour; not one of the last minutes, nor one that was taken out."""
    hour = timedelta(hours=1)
    write = effect(played, "rest.secure_communications", "My Company", "Default", "true")
    turned = played.trail[-1].model_copy(update={"kind": "turning-back", "at": played.ended - hour})

    def put_back(*others):
        cancelled = replace(played, trail=(*played.trail, turned), journal=(*others, write))
        return "a_cancel_knows_the_certificates" in violated(cancelled)

    def swapped(to, at):
        return effect(played, "console.generate_certificate", "SEPM-1", to, actor=Actor.PERSON, at=at)

    assert put_back(swapped("other", played.ended - hour))
    assert not put_back(swapped("other", played.ended - hour / 100))
    stop = effect(played, "server.stop", "SEPM-1", actor=Actor.PERSON, at=played.ended - hour / 2)
    assert put_back(swapped("other", played.ended - hour), stop), "it runs again"
    down = replace(played, after=replace(played.after, down=frozenset({"SEPM-1"})))
    journal = (swapped("other", played.ended - hour), stop, write)
    silent = replace(down, trail=(*played.trail, turned), journal=journal)
    assert "a_cancel_knows_the_certificates" not in violated(silent), "two persons went on without it"
    old = played.before.served["SEPM-1"]
    for at in (played.ended - hour / 10, played.ended):
        assert not put_back(swapped("other", played.ended - hour), swapped(old, at))


def test_what_was_born_and_keeps_something_of_the_rotation_must_be_asked_about(played):
    """A group that uses the copy of a list: a violation, unless an event names it."""
    copy = next(task.work.copy_list for task in played.tasks if isinstance(task.work, CopyList))
    path = "My Company\\New"
    birth = effect(played, "console.add_group", path, actor=Actor.SITE_EVENT, at=played.began)
    settings = {**played.after.settings, (path, "Default"): (copy, True)}
    born = replace(played, journal=(*played.journal, birth), after=replace(played.after, settings=settings))
    assert violated(born) == {"newborn_pairs_are_asked_about"}
    asked = played.trail[0].model_copy(update={"kind": "attention", "message": f"born: {path} / Default"})
    assert violated(replace(born, trail=(asked, *played.trail))) == set()


def test_an_open_task_after_the_end_is_a_violation(played):
    """An operator would work at a task of a rotation that is over."""
    task = played.tasks[0].model_copy(update={"state": TaskState.CLAIMED})
    assert violated(replace(played, tasks=(task, *played.tasks[1:]))) == {"tasks_are_closed"}


def test_an_effect_that_is_repeated_is_a_violation(played):
    """The same value written twice in a row, and a certificate replaced twice."""
    write = next(each for each in played.journal if each.kind == "rest.sem_server")
    again = replace(played, journal=(*played.journal, write, write))
    assert "effects_happen_once" in violated(again)
    swap = next(each for each in played.journal if each.kind == "console.replace_certificate")
    assert "effects_happen_once" in violated(replace(played, journal=(*played.journal, swap)))


def test_a_step_that_was_not_approved_is_a_violation(played):
    """A step that no plan has, one that is begun twice, and steps in another order."""
    first = next(event for event in played.trail if event.kind == "step-began")
    strange = first.model_copy(update={"data": {**first.data, "step": "99-strange"}})
    for trail in ((*played.trail, strange), (*played.trail, first), tuple(reversed(played.trail))):
        assert "what_runs_was_approved" in violated(replace(played, trail=trail))


def test_a_certificate_that_is_not_the_planned_one_is_a_violation(played):
    """A completed rotation whose server serves the old certificate."""
    after = replace(played.after, served=played.before.served)
    assert violated(replace(played, after=after)) == {"certificates_end_as_planned"}


def test_a_site_without_a_plan_is_not_to_be_touched(played):
    """A refused plan, and an effect that the product asked for."""
    refused = replace(played, plan=None, state=None, refused=(blocking("no", "site", "cannot"),), journal=())
    assert violated(refused) == set()
    touched = replace(refused, journal=(effect(played, "rest.sem_server", "My Company", "Default", "List"),))
    assert violated(touched) == {"untouched_without_a_plan"}


def test_exposure_is_the_time_with_secure_communications_off(played):
    """From the first pair that is relaxed to the last that is restored, each time."""
    written = [each for each in played.journal if each.kind == "rest.secure_communications"]
    assert [each.subject[-1] for each in written] == ["false", "true", "false", "true"]
    expected = (written[1].at - written[0].at) + (written[3].at - written[2].at)
    assert played.exposure == expected
    assert played.client_time == played.clients * played.duration


def test_a_recovery_that_changes_anything_else_is_a_violation(played):
    """What a rotation does, a recovery must not: a write over REST, a task other than to put a certificate back."""
    recovery = played.plan.model_copy(update={"body": played.plan.body.model_copy(update={"purpose": "recover"})})
    by_rest = replace(played, plan=recovery, tasks=())
    assert "a_recovery_changes_nothing_else" in violated(by_rest)
    assert "a_recovery_changes_nothing_else" in violated(replace(by_rest, tasks=played.tasks, journal=()))
    assert "a_recovery_changes_nothing_else" not in violated(replace(by_rest, journal=()))
