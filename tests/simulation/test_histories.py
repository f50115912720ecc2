from datetime import timedelta

import pytest

from emulator.events.site_events import ComputersAppear, GroupAdded, Scheduled
from simulation.judged.invariants import check
from simulation.played.run import in_many_histories, play
from tests.proof.seeds import scenario
from tests.proof.temporal.durable import same_run

_CALLS_COUNT = frozenset({11})
"""A new history asks SEPM once more what was asked right before; where calls are limited, later ones come later."""


# 1: people are asked at a gate's limit; 11, 33: a gate is proven again; 2, 33: a policy date is waited for
@pytest.mark.parametrize("seed", [0, 1, 2, 4, 8, 11, 12, 33])
async def test_a_rotation_goes_on_from_its_state_alone(seed):
    """With a new history in every wait a rotation does the same at the same times, and violates nothing."""
    drawn = scenario(seed)
    if seed in _CALLS_COUNT:
        switches = drawn.spec.switches.model_copy(update={"rate_limit": None})
        drawn = drawn.model_copy(update={"spec": drawn.spec.model_copy(update={"switches": switches})})
    whole, cut = await play(drawn), await play(drawn, in_many_histories)
    assert same_run(whole, cut) == ""
    assert not check(cut)


async def test_what_a_person_must_decide_about_is_asked_in_a_new_history_too():
    """Groups are born while A8 waits, each with a client that no gate counts: asked about at the same times."""
    drawn = scenario(5)
    born = [each for each in drawn.site_events if isinstance(each.site_event, GroupAdded)]
    joined = [Scheduled(at=each.at + timedelta(minutes=1), site_event=_one_client(each)) for each in born]
    site_events = sorted((*drawn.site_events, *joined), key=lambda each: each.at)
    asked = drawn.model_copy(update={"site_events": tuple(site_events), "longest": timedelta(days=6)})
    whole, cut = await play(asked), await play(asked, in_many_histories)
    events = [[(event.at, event.kind) for event in facts.trail] for facts in (whole, cut)]
    assert any("no gate counts" in event.message and "(a person decides" in event.message for event in whole.trail)
    assert events[0] == events[1]


def _one_client(born):
    """A computer that appears in a born group."""
    return ComputersAppear(group=born.site_event.path, count=1, package_age=timedelta(0), build="14.3.9816.7000")
