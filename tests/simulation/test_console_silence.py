"""Sites without REST: clients that fall silent behind a replacement, as exports show it."""

from datetime import timedelta

from emulator.events.site_events import ListEdited
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ListSpec
from rotation.site import Limits
from simulation.drawn.scenario import Follows, OfflinePeople, Scenario, Since, WorkPace
from simulation.played.run import play

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OWN = "Own"


def on_a_list_of_its_own(spec):
    """The site, whose groups use a list that an administrator may edit, and whose edits SEPM does not date."""
    (default,) = spec.server_lists
    groups = tuple(
        group.model_copy(
            update={"locations": tuple(each.model_copy(update={"server_list": OWN}) for each in group.locations)}
        )
        for group in spec.groups
    )
    own = ListSpec(name=OWN, priorities=default.priorities, protocol=default.protocol)
    switches = spec.switches.model_copy(update={"edits_move_list_times": False})
    return spec.model_copy(update={"server_lists": (default, own), "groups": groups, "switches": switches})


async def test_the_first_export_that_shows_three_heartbeats_of_silence_calls_a_person():
    """An administrator edits the list that relaxed clients use, and cuts all of them off behind a replacement."""
    edited = ListEdited(group=ROOT_GROUP, http_ports={"SEPM-1": 9999})
    facts = await play(
        Scenario(
            seed=1,
            spec=on_a_list_of_its_own(one_server(clients=20, heartbeat=HOUR)),
            at_console=OfflinePeople(),
            limits=Limits(purge_after=None),
            pace=WorkPace(first=5 * MINUTE, last=30 * MINUTE),
            follows=(Follows(since=Since.SWAP, after=5 * MINUTE, site_event=edited),),
            longest=timedelta(days=8),
        )
    )
    cut_off = min(each.first_failed for each in facts.lost)
    called = min(event.at for event in facts.trail if event.data.get("code") == "silent-after-swap")
    assert timedelta(0) < called - cut_off < 24 * HOUR
