"""Relaxing and restoring R: what is written to whom, in which order, and what each wait is for."""

from datetime import timedelta

import pytest

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.step import Console, Gate, ScopeName, Write
from rotation.plan.work.task import RefreshImages
from rotation.procedure.relaxation import relax, restore
from rotation.values import ServerName


@pytest.fixture
def choices(make):
    """What steps are made of: so many relaxed groups, of which the first ones are canaries."""

    def build(groups, first=0, *, images=()):
        paths = [f"G{number}" for number in range(groups)]
        site = make.site("s1", relax_floor=timedelta(hours=1), holdout_maximum=timedelta(days=40))
        body = make.plan(site, *(make.group(path, heartbeat=timedelta(minutes=5)) for path in paths)).body
        return ProcedureChoices(
            scopes=body.scopes,
            waves=((ServerName("s1"),),),
            holdouts=(),
            limits=site.limits,
            copies=(),
            replacements={},
            replication_partners=(),
            image_groups=images,
            keep_relaxed=False,
            canaries=tuple(make.id_of(path) for path in paths[:first]),
        )

    return build


def described(steps):
    """Number, title and scope of each step."""
    found = list(steps)
    assert {step.wave for step in found} == {7}
    return [(step.number, step.title, step.scope) for step in found if isinstance(step, Write | Gate)]


def test_rule_10_relax_goes_canary_first(choices):
    """Writes to the canaries and their gate, then the same for the rest, and a gate for all of R."""
    assert described(relax(choices(3, 1), 7)) == [
        ("A5", "Assign the HTTP copies of the canaries", ScopeName.CANARIES),
        ("A7", "Turn secure communications of the canaries off", ScopeName.CANARIES),
        ("A8", "Wait until the canaries hold the relaxed policy: G0", ScopeName.CANARIES),
        ("A5", "Assign the HTTP copies of the rest", ScopeName.REST),
        ("A7", "Turn secure communications of the rest off", ScopeName.REST),
        ("A8", "Wait until every client of the relaxed groups holds the relaxed policy", ScopeName.RELAXED),
    ]


def test_without_canaries_all_are_relaxed_at_once(choices):
    """One write of each setting, one gate; images are refreshed before it."""
    steps = list(relax(choices(2, images=("G0",)), 7))
    assert described(steps) == [
        ("A5", "Assign the HTTP copies", ScopeName.RELAXED),
        ("A7", "Turn secure communications off", ScopeName.RELAXED),
        ("A8", "Wait until every client of the relaxed groups holds the relaxed policy", ScopeName.RELAXED),
    ]
    (refresh,) = [step for step in steps if isinstance(step, Console)]
    assert (refresh.number, refresh.title) == ("images", "Refresh golden images and install packages")
    assert refresh.work == RefreshImages(groups=("G0",))
    assert steps.index(refresh) == 2


def test_rule_13_restore_is_gated_and_goes_canary_first(choices):
    """The check box, gate, the list, gate: on the canaries, then on the rest; gates of the rest are for all of R."""
    assert described(restore(choices(3, 1), 7, gated=True)) == [
        ("A10c", "Put secure communications of the canaries back as recorded", ScopeName.CANARIES),
        ("A10c", "Wait until the canaries verify the new certificate: G0", ScopeName.CANARIES),
        ("A10d", "Assign the original lists of the canaries again", ScopeName.CANARIES),
        ("A10d", "Wait until the canaries are back on their own list: G0", ScopeName.CANARIES),
        ("A10c", "Put secure communications of the rest back as recorded", ScopeName.REST),
        ("A10c", "Wait until the clients of the relaxed groups verify the new certificate", ScopeName.RELAXED),
        ("A10d", "Assign the original lists of the rest again", ScopeName.REST),
        ("A10d", "Wait until the clients of the relaxed groups are back on their own list", ScopeName.RELAXED),
    ]


def test_a_restore_without_gates_is_of_all_at_once(choices):
    """Before the first certificate nothing can be learned from canaries: each setting is put back in one write."""
    assert described(restore(choices(3, 1), 7, gated=False)) == [
        ("A10c", "Put secure communications back as recorded", ScopeName.RELAXED),
        ("A10d", "Assign the original lists again", ScopeName.RELAXED),
    ]
    assert all(step.restores for step in restore(choices(3, 1), 7, gated=False) if isinstance(step, Write))


@pytest.mark.parametrize(("first", "names"), [(2, "G0, G1"), (3, "G0, G1, G2"), (5, "G0, G1, G2 and 2 more")])
def test_canaries_are_named_up_to_three(choices, first, names):
    """A title has to be read at a glance."""
    (gate, *_) = [step for step in relax(choices(6, first), 7) if isinstance(step, Gate)]
    assert gate.title == f"Wait until the canaries hold the relaxed policy: {names}"


def test_rule_3_patience_comes_before_the_swap(choices):
    """A8 lasts as long as the floor and is as patient as a holdout; canaries are asked about after twice their wait."""
    first, everybody = (step for step in relax(choices(3, 1), 7) if isinstance(step, Gate))
    assert (first.minimum, first.patience) == (timedelta(minutes=15), timedelta(minutes=30))
    assert (everybody.minimum, everybody.patience) == (timedelta(hours=1), timedelta(days=40))
