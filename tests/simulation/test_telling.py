"""What a rotation must have reported: each checker names the violation of its invariant."""

from dataclasses import replace
from datetime import timedelta

from emulator.state.effects import Actor
from simulation.judged.invariants import check
from tests.simulation.losses import effect, lost


def violated(facts):
    """The names of the invariants that do not hold."""
    return {violation.invariant for violation in check(facts)}


def test_a_rotation_that_completes_without_any_trouble_has_lost_no_client(played):
    """Whatever has cut it off: it stays away, no person has left it out, and the trail shows no trouble."""
    after = effect(played, "machine.sylink", "PC-1", actor=Actor.PERSON)
    gone = lost(played, after, since=played.ended, first_failed=played.ended - timedelta(days=5))
    quiet = [event for event in played.trail if event.kind not in {"attention", "drift", "quiet"}]
    silent = replace(played, lost=(gone,), trail=tuple(quiet))
    assert "no_client_is_lost_in_silence" in violated(silent)
    shown = played.trail[0].model_copy(update={"kind": "attention", "at": played.ended})
    for change in (
        {"trail": (*quiet, shown)},
        {"named_at": {"client": played.ended}},
        {"lost": (gone.model_copy(update={"healed": True}),)},
        {"lost": (gone.model_copy(update={"since": played.ended + timedelta(seconds=1)}),)},
        {"lost": (gone.model_copy(update={"first_failed": played.ended - timedelta(minutes=5)}),)},
    ):
        assert "no_client_is_lost_in_silence" not in violated(replace(silent, **change))


def test_a_close_names_every_client_that_fails(played):
    """Who has failed for three heartbeats is no client that is back; one that fails since a moment may be."""
    after = effect(played, "machine.sylink", "PC-1", actor=Actor.PERSON)
    gone = lost(played, after, first_failed=played.ended - timedelta(days=1))
    assert "the_close_names_who_fails" in violated(replace(played, lost=(gone,)))
    named = played.trail[0].model_copy(update={"kind": "quiet", "at": played.ended, "message": "not back: PC-1"})
    for change in (
        {"trail": (*played.trail, named)},
        {"lost": (gone.model_copy(update={"healed": True}),)},
        {"lost": (gone.model_copy(update={"first_failed": played.ended - timedelta(minutes=5)}),)},
    ):
        assert "the_close_names_who_fails" not in violated(replace(played, **{"lost": (gone,), **change}))


def test_a_swap_that_cuts_off_is_reported_within_three_heartbeats_and_a_look(played):
    """From the first client on; later than that is a violation, unless the rotation has ended before."""
    after = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK)
    failed = played.ended - timedelta(days=3)
    facts = replace(played, lost=(lost(played, after, first_failed=failed),), trail=())

    def reported(after_hours):
        event = played.trail[0].model_copy(update={"kind": "quiet", "at": failed + timedelta(hours=after_hours)})
        return "clients_cut_off_are_reported" not in violated(replace(facts, trail=(event,)))

    assert [reported(0), reported(1), reported(40)] == [True, True, False]
    assert "clients_cut_off_are_reported" in violated(facts)
    for change in ({"named_at": {"client": played.ended}}, {"ended": failed + timedelta(minutes=1)}):
        assert "clients_cut_off_are_reported" not in violated(replace(facts, **change))
