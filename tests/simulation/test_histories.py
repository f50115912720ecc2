from datetime import timedelta

import pytest

from emulator.events.site_events import (
    CertificateGenerated,
    CertificateRestored,
    ComputersAppear,
    GroupAdded,
    Scheduled,
    SecureCommunicationsSet,
)
from emulator.spec import ROOT_GROUP
from simulation.drawn.scenario import Follows, Since, WorkPace
from simulation.judged.invariants import check
from simulation.played.run import in_many_histories, play
from tests.proof.histories import unlimited
from tests.proof.seeds import scenario
from tests.proof.temporal.durable import same_run
from tests.simulation.holes import HOUR, MINUTE, hole, of_two_kinds


# 1: people are asked at a gate's limit; 11, 33: a gate is proven again; 2, 33: a policy date is waited for.
# several servers: 200082: a gate that was passed is proven again; 200087: the date of a moved policy is waited for;
# 200122: a person is asked about that; 200111: an administrator changes back what the service has put right; 200131: a
# person is asked by the closing check; 200362: a cancel waits for a server that is silent, and asks
@pytest.mark.parametrize("seed", [0, 1, 2, 4, 8, 11, 12, 33, 200082, 200087, 200111, 200122, 200131, 200362])
async def test_a_rotation_goes_on_from_its_state_alone(seed):
    """With a new history in every wait a rotation does the same at the same times, and violates nothing."""
    drawn = unlimited(seed)
    whole, cut = await play(drawn), await play(drawn, in_many_histories)
    assert same_run(whole, cut) == ""
    assert not check(cut)


async def test_no_look_at_clients_is_passed_over_in_a_new_history():
    """While the task is open, a gate is started again, and the policy date of that gate is waited for."""
    known = of_two_kinds()
    switches = known.switches.model_copy(update={"publish_delay": 4 * MINUTE})
    ticked = SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)
    another, put_back = CertificateGenerated(server="SEPM-1"), CertificateRestored(server="SEPM-1")
    begun = 49 * HOUR
    events = (
        Follows(since=Since.BEGIN, after=begun, site_event=ticked),
        Follows(since=Since.BEGIN, after=begun + 5 * MINUTE, site_event=another),
        Follows(since=Since.BEGIN, after=begun + HOUR, site_event=put_back),
    )
    pace = WorkPace(first=6 * HOUR, last=8 * HOUR)
    drawn = hole("", 10, known.model_copy(update={"switches": switches}), *events, pace=pace).scenario
    cut = await play(drawn, in_many_histories)
    look = [event.kind for event in cut.trail if event.data.get("step") == "08-look"]
    assert {"gate-restarted", "task-closed", "step-ended"} <= {*look}
    assert look.index("task-opened") < look.index("gate-restarted") < look.index("task-closed")
    assert look.index("task-closed") < look.index("step-ended")
    assert same_run(await play(drawn), cut) == ""


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
