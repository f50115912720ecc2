"""List A on one server: the vendor's order of events, everything put back, no client lost."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, GroupSpec, ListSpec, LocationSpec, Protocol, SiteSpec
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
LABS = f"{ROOT_GROUP}\\Labs"


async def test_list_a_keeps_the_vendors_order_and_loses_no_client(played):
    """A1-A4, A5, A7, A8, A9, A10b, A10c, A10d begin in that order, those on canaries first; no client is lost.

    The readings of each gate are kept, until no client is waited for.
    """
    async with played.play(spec=one_server(clients=12, heartbeat=HEARTBEAT)) as here:
        before = here.settings()
        outcome = await here.run()
        gates = [each for each in here.trail if each.kind == "step-began" and each.data["number"] in {"A8", "A10b"}]
        curves = [await here.stage.store.coverage.curve(each.rotation_id, each.data["step"]) for each in gates]

    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    assert here.settings() == before
    began = [event.data["number"] for event in here.trail if event.kind == "step-began"]
    assert began == [
        *(
            "preflight",
            "recovery",
            "hand-outs",
            "A1-A4",
            *("A5", "A7", "A8") * 2,
            "look",
            "A9",
            "A10b",
            "signed",
            "look",
        ),
        *("A10c", "A10c", "A10d", "A10d") * 2,
        *("A2-undo", "hand-outs", "closing"),
    ]
    assert [each.kind for each in here.stage.simulation.effects.report()][-1] == "console.delete_list"
    assert len(curves) == 3
    for curve in curves:
        assert curve[-1].waiting == 0
        assert curve[-1].proven == curve[-1].total > 0
        assert [each.taken_at for each in curve] == sorted({each.taken_at for each in curve})


def with_labs(server_list: str, *, secure: bool) -> SiteSpec:
    """The site with one server, whose laboratories were set up otherwise long ago."""
    spec = one_server(clients=12, heartbeat=HEARTBEAT)
    office = LocationSpec(name="Office", server_list=server_list, secure_communications=secure, heartbeat=HEARTBEAT)
    plain = LocationSpec(heartbeat=HEARTBEAT)
    groups = (*spec.groups[:-1], GroupSpec(path=LABS, locations=(plain, office)))
    lists = (
        ListSpec(name=DEFAULT_LIST, priorities=(("SEPM-1",),)),
        ListSpec(name="Plain", protocol=Protocol.HTTP, priorities=(("SEPM-1",),)),
    )
    return SiteSpec.model_validate({**dict(spec), "groups": groups, "server_lists": lists})


@pytest.mark.parametrize(("server_list", "secure"), [(DEFAULT_LIST, False), ("Plain", True), ("Plain", False)], ids=str)
async def test_what_was_relaxed_before_stays_so(played, server_list, secure):
    """A pair that had secure communications off, or HTTP, keeps them: the recorded state comes back, not "on"."""
    async with played.play(spec=with_labs(server_list, secure=secure)) as here:
        before = here.settings()
        await here.run()

    assert here.settings() == before
    assert before[LABS, "Office"] == (server_list, secure)
    assert here.lost() == []
    untouched = (("rest.sem_server", server_list == "Plain"), ("rest.secure_communications", not secure))
    for effect, left_alone in untouched:
        assert here.stage.simulation.effects.count(effect, LABS, "Office") == (0 if left_alone else 2), effect
