"""The state of a running rotation."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from rotation.running.state import RotationState
from rotation.running.wait import Wait


def test_step_is_the_one_at_the_cursor(make):
    """Past the last step there is none."""
    state = make.state()
    assert state.step == state.steps[0]
    state.cursor = len(state.steps)
    assert state.step is None


def test_what_waits_is_the_gate_that_is_proven_again(make):
    """A gate may be proven again at a later step; without a wait it is the step at the cursor."""
    state = make.state()
    write, gate = (next(each for each in state.steps if each.kind == kind) for kind in ("write", "gate"))
    state.cursor = state.steps.index(write)
    assert state.waits_at == write
    state.wait = Wait(step=gate.id, opened_at=make.t0, due=make.t0, limit=make.t0, heartbeat=timedelta(0))
    assert state.waits_at == gate


def test_state_survives_being_written_and_read(make):
    """A restart or a continue-as-new must know everything that was known, steps of every kind included."""
    state = make.state(swapped=("s1",), begun=("01-preflight",), held_by="ada")
    assert RotationState.model_validate_json(state.model_dump_json()) == state


def test_state_refuses_what_does_not_fit(make):
    """A wrong assignment is an error at once, not in the next worker."""
    with pytest.raises(ValidationError):
        make.state().cursor = "three"
