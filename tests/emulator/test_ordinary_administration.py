"""What administrators, their scripts and failures do on ordinary days, and which clients it cuts off in a rotation."""

from datetime import timedelta

import pytest

from emulator.errors import UnknownNameError
from emulator.events.site_events import (
    ApiSilent,
    HttpPortMoved,
    ListEdited,
    PoliciesEditedOften,
    ServerDies,
    ServerUpgraded,
    SylinkHandedOut,
)
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, ClientSpec, GroupSpec, HandOutSpec, ListSpec, LocationSpec, Protocol

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
OWN, SCRIPT = "Own List", "Script"


@pytest.fixture
def site(play, site_of):
    """A site of some servers whose clients use a list that an administrator made."""

    def make(servers=1, *clients, **more):
        names = tuple("ABC"[:servers])
        location = LocationSpec(heartbeat=HOUR, server_list=OWN)
        return play(
            site_of(
                servers,
                *clients,
                groups=(GroupSpec(path=ROOT_GROUP, locations=(location,)),),
                server_lists=(ListSpec(priorities=(names,)), ListSpec(name=OWN, priorities=(names,))),
                **more,
            )
        ).run(3 * HOUR)

    return make


def befall(played, site_event, wait=8 * HOUR):
    """Have it happen now, and let time pass."""
    played.simulation.schedule(site_event, played.simulation.now)
    assert played.simulation.missed == []
    return played.run(wait)


def causes(played):
    """By what clients were ever lost."""
    return {each.after.kind for each in played.verdict().lost_ever if each.others_did}


@pytest.mark.parametrize(
    ("edit", "lost"),
    [
        (ListEdited(group=ROOT_GROUP, http_ports={"A": 8015}), 20),
        (ListEdited(group=ROOT_GROUP, https_ports={"A": 8443}), 0),
        (ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS), 0),
    ],
)
def test_the_copy_is_edited_while_clients_use_it(site, edit, lost):
    """A wrong port of the protocol that is used cuts all clients off; of the other one, none yet."""
    played = site()
    played.relax()
    befall(played.run(3 * HOUR), edit, wait=12 * HOUR)
    assert played.verdict().clients_lost == lost
    assert causes(played) == ({"console.edit_list"} if lost else set())


def test_a_copy_set_back_to_https_is_no_way_around_the_certificate(site):
    """Relaxed clients whose copy is HTTPS again are lost at the replacement, although nothing is seen before it."""
    played = site()
    played.relax()
    befall(played.run(3 * HOUR), ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS))
    assert played.verdict().clients_lost_ever == 0
    played.swap("A")
    assert played.run(12 * HOUR).verdict().clients_lost == 20


def test_the_original_is_edited_while_its_copy_is_in_use(site):
    """No client notices before the list goes back."""
    played = site()
    played.relax()
    befall(played.run(3 * HOUR), ListEdited(group=ROOT_GROUP, original=True, https_ports={"A": 8443}))
    played.swap("A")
    played.run(6 * HOUR).restore_security()
    played.run(6 * HOUR)
    assert played.verdict().clients_lost_ever == 0
    played.restore_lists()
    assert played.run(12 * HOUR).verdict().clients_lost == 20
    assert causes(played) == {"console.assign_list"}, "not the edit: what puts the list back"


def test_servers_are_taken_out_of_a_list(site):
    """The others are tried no more: the certificate of the one that is left decides."""
    played = site(2)
    befall(played, ListEdited(group=ROOT_GROUP, servers=(("B",),)))
    assert {truth.last_server for truth in played.truths().values()} == {"B"}
    played.swap("B")
    assert played.run(12 * HOUR).verdict().clients_lost == 20


def test_the_default_list_is_not_edited(play, site_of):
    """SEPM refuses such an edit, so the event is void."""
    played = play(site_of(1))
    played.simulation.schedule(ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTP), played.simulation.now)
    assert [DEFAULT_LIST in missed.why for missed in played.simulation.missed] == [True]


def test_plain_http_moves_to_another_port(site):
    """Relaxed clients find no server at the port of their list; those that speak HTTPS notice nothing."""
    played = befall(site(), HttpPortMoved(server="A", port=8015), wait=9 * HOUR)
    assert played.verdict().clients_lost_ever == 0
    played.relax()
    assert played.run(12 * HOUR).verdict().clients_lost == 20
    relaxed = site()
    relaxed.relax()
    befall(relaxed.run(3 * HOUR), HttpPortMoved(server="A", port=8015), wait=12 * HOUR)
    assert causes(relaxed) == {"server.http_port"}


@pytest.mark.parametrize("resets", [True, False])
def test_sepm_is_upgraded(play, site_of, resets):
    """It is away meanwhile, has another version, and its own ports are gone where it resets them: clients are lost."""
    spec = site_of(1)
    spec = spec.model_copy(update={"servers": (spec.servers[0].model_copy(update={"https_port": 8443}),)})
    played = play(spec).run(3 * HOUR)
    upgrade = ServerUpgraded(server="A", version="14.3.12154.10000", resets_ports=resets)
    befall(played, upgrade, wait=19 * MINUTE)
    assert not played.site.answers
    played.run(12 * HOUR)
    assert (played.site.answers, played.site.version) == (True, "14.3.12154.10000")
    assert (played.site.server("A").https_port == 443) == resets
    assert played.verdict().clients_lost == (20 if resets else 0)
    assert causes(played) == ({"server.upgrade"} if resets else set())


def test_a_server_dies(site):
    """It never comes back; clients of both servers go on at the other one."""
    played = befall(site(2), ServerDies(server="A"), wait=60 * DAY)
    assert not played.site.server("A").up
    assert {truth.last_server for truth in played.truths().values()} == {"B"}
    assert played.verdict().clients_lost_ever == 0


def test_the_api_is_silent(site):
    """REST answers no request, twice over; clients and ports notice nothing."""
    played = befall(site(), ApiSilent(lasting=5 * DAY), wait=DAY)
    befall(played, ApiSilent(lasting=DAY), wait=2 * DAY)
    assert (played.site.answers, played.site.server("A").answers) == (False, True)
    assert all(record.online for record in played.records().values())
    assert played.run(3 * DAY).site.answers


def test_policies_are_edited_again_and_again(site):
    """Serials move as often as that, and then no more."""
    played = befall(site(), PoliciesEditedOften(group=ROOT_GROUP, every=HOUR, times=5), wait=timedelta(0))
    seen = {played.run(HOUR / 2).site.group(ROOT_GROUP).policy_serial for _ in range(30)}
    assert len(seen) == 5
    assert played.simulation.effects.count("console.edit_policy") == 5


def test_an_old_sylink_is_handed_out_at_every_start(site):
    """A script that overwrites list and certificates by those of a month ago cuts off after a replacement: each day."""
    played = site(1, ClientSpec(group=ROOT_GROUP, count=5))
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    played.run(4 * HOUR).restore_security()
    played.run(4 * HOUR).restore_lists()
    played.run(4 * HOUR)
    befall(played, SylinkHandedOut(group=ROOT_GROUP, count=2, age=30 * DAY, times=3), wait=4 * DAY)
    assert played.verdict().clients_lost == 2
    assert causes(played) == {"machine.sylink"}
    assert played.simulation.effects.count("machine.sylink") == 6


def test_what_is_stopped_hands_out_nothing(site):
    """From the stop to the start; a hand-out started again gives the file exported then, and harms no client."""
    played = site(1, ClientSpec(group=ROOT_GROUP, count=5), hand_outs=(HandOutSpec(name=SCRIPT),))
    console = played.simulation.console
    befall(played, SylinkHandedOut(group=ROOT_GROUP, count=2, age=30 * DAY, times=9, hand_out=SCRIPT), wait=HOUR)
    console.stop_hand_out(SCRIPT)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    played.run(4 * HOUR).restore_security()
    played.run(4 * HOUR).restore_lists()
    played.run(2 * DAY)
    assert played.simulation.effects.count("machine.sylink") == 2
    console.start_hand_out(SCRIPT)
    played.run(4 * DAY)
    assert played.simulation.effects.count("machine.sylink") > 6
    assert played.verdict().clients_lost_ever == 0
    ours = [each.kind for each in played.simulation.effects.views() if each.kind.endswith("_hand_out")]
    assert ours == ["console.stop_hand_out", "console.start_hand_out"]


def test_unknown_hand_outs_are_refused(site):
    """A name that no hand-out has is refused, and people do not see one that they do not know of."""
    played = site(1, hand_outs=(HandOutSpec(name=SCRIPT, known=False),))
    with pytest.raises(UnknownNameError):
        played.simulation.console.stop_hand_out("Another")
    assert played.simulation.site.hand_outs.known == ()


def test_a_sylink_that_is_not_old_is_harmless(site):
    """What is handed out is what clients have."""
    played = befall(site(), SylinkHandedOut(group=ROOT_GROUP, count=20, age=timedelta(0)), wait=12 * HOUR)
    assert played.verdict().clients_lost_ever == 0
