from collections import Counter
from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from emulator.events.site_events import (
    CertificateGenerated,
    CertificateRestored,
    ClockSet,
    ComputersAppear,
    ComputersMove,
    ComputersReimaged,
    DatabaseMaintained,
    GroupAdded,
    GroupMoved,
    HeartbeatSet,
    InheritanceSet,
    ListAssigned,
    LocationAdded,
    PolicyEdited,
    RecordsDoubled,
    SecureCommunicationsSet,
    ServerCutOff,
    ServerRestarts,
    SiteEvent,
)
from emulator.scenarios import three_servers
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec
from emulator.state.effects import Actor
from emulator.switches import Switches
from tests.proof.drawn.event_draws import USUAL, WIDER, draw_site_events

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LOCATION = LocationSpec(heartbeat=HOUR, randomization=HOUR / 4)
SALES, LABS, DEEP = (f"{ROOT_GROUP}\\{name}" for name in ("Sales", "Labs", "Labs\\Deep"))


@pytest.fixture
def family(play, site_of):
    """A site with three groups below the root: one that inherits, one that does not, one that inherits from that."""

    def make(servers=1, *clients, **site):
        groups = (
            GroupSpec(path=ROOT_GROUP, locations=(LOCATION,)),
            GroupSpec(path=SALES, inherits=True),
            GroupSpec(path=LABS, locations=(LOCATION,)),
            GroupSpec(path=DEEP, inherits=True),
        )
        clients = clients or (
            ClientSpec(group=SALES, count=5, prefix="SALES"),
            ClientSpec(group=DEEP, count=5, prefix="DEEP"),
        )
        return play(site_of(servers, *clients, groups=groups, **site)).run(3 * HOUR)

    return make


def befall(played, *site_events, wait=MINUTE):
    """Have things happen now."""
    for site_event in site_events:
        played.simulation.schedule(site_event, played.simulation.now)
    assert played.simulation.missed == []
    return played.run(wait)


def test_it_happens_at_its_time(family):
    """A site event comes at its moment, and the journal says that no person caused it."""
    played = family()
    at = played.simulation.now + 5 * HOUR
    played.simulation.schedule(PolicyEdited(group=SALES), at)
    assert played.run(4 * HOUR).simulation.effects.views() == ()
    effect = played.run(2 * HOUR).simulation.effects.views()[0]
    assert (effect.at, effect.kind, effect.actor) == (at, "console.edit_policy", Actor.SITE_EVENT)


def test_what_it_is_about_may_be_gone(family):
    """A site event that is void when its time comes does nothing, and is kept with its reason."""
    played = family()
    for site_event in (
        PolicyEdited(group="My Company\\Gone"),
        CertificateRestored(server="A"),
        GroupMoved(group=LABS, parent=DEEP),
        GroupAdded(path=SALES),
        LocationAdded(group=SALES, name="Office"),
        InheritanceSet(group=ROOT_GROUP, inherits=True),
        ComputersMove(group=SALES, to="My Company\\Gone"),
    ):
        played.simulation.schedule(site_event, played.simulation.now)
    assert len(played.simulation.missed) == 7
    assert all(missed.why for missed in played.simulation.missed)
    assert played.simulation.effects.views() == ()


def test_computers_appear_with_what_their_package_held(family):
    """New clients have no record before their first contact; an old package knows no new certificate."""
    played = family()
    played.swap("A")
    played.run(HOUR)
    befall(
        played,
        ComputersAppear(group=SALES, count=2, package_age=30 * DAY),
        ComputersAppear(group=SALES, count=2, build="14.0.3752.1000"),
        wait=timedelta(0),
    )
    assert len(played.records()) == 10
    played.run(20 * MINUTE)
    assert {name for name in played.records() if name.startswith("NEW")} == {"NEW-0003", "NEW-0004"}
    assert played.records()["NEW-0003"].build == "14.0.3752.1000"
    lost = {each.name: each for each in played.run(9 * HOUR).verdict().lost}
    assert {lost[name].after.kind for name in ("NEW-0001", "NEW-0002")} == {"machine.install"}
    assert lost["NEW-0001"].others_did


def test_computers_move_between_groups(family):
    """Clients that are moved take the policy of their new group at their next contact."""
    played = befall(family(), ComputersMove(group=SALES, to=LABS, count=2), wait=3 * HOUR)
    labs = played.site.group(LABS)
    moved = list(played.simulation.fleet.records(group_id=labs.id))
    assert len(moved) == 2
    assert {each.profile_serial for each in moved} == {labs.policy_serial}
    assert played.simulation.effects.count("machine.move") == 2


def test_computers_are_put_back_to_an_old_image(family):
    """A client that is put back to an image from before two swaps is lost, and its former record stays behind."""
    played = family(2)
    for server in ("A", "B"):
        played.swap(server)
        played.run(8 * HOUR)
    befall(played, ComputersReimaged(group=SALES, count=1, image_age=5 * DAY), wait=10 * HOUR)
    verdict = played.verdict()
    assert [(each.after.kind, each.others_did) for each in verdict.lost] == [("machine.reimage", True)]
    assert len(list(played.simulation.fleet.records())) == 10


def test_reimaged_computers_reregister_or_keep_their_record(family):
    """After an image whose certificates are still good, a client has a second record, or the one it had."""
    for keeps, number in ((False, 11), (True, 10)):
        site_event = ComputersReimaged(group=SALES, image_age=DAY, keeps_record=keeps)
        played = befall(family(), site_event, wait=3 * HOUR)
        records = list(played.simulation.fleet.records())
        assert len(records) == len({record.id for record in records}) == number
        assert played.verdict().clients_lost_ever == 0


@pytest.mark.parametrize("returns", [False, True])
def test_records_are_doubled(family, returns):
    """A doubled record shares name and hardware key with its twin, counts in its group, and is never touched again."""
    switches = Switches(purged_id_returns=returns)
    played = befall(family(switches=switches), RecordsDoubled(group=SALES, count=1), wait=3 * HOUR)
    sales = played.site.group(SALES)
    records = list(played.simulation.fleet.records(group_id=sales.id))
    doubled = next(key for key, number in Counter(record.hardware_key for record in records).items() if number == 2)
    twins = [record for record in records if record.hardware_key == doubled]
    assert twins[0].name == twins[1].name
    assert twins[0].id != twins[1].id
    assert {record.online for record in twins} == {True, False}
    assert played.simulation.fleet.count(sales.id) == 6
    assert played.verdict().clients_total == 10


def test_unseen_clients_are_purged_and_reregister(family):
    """SEPM forgets a client after 30 days of silence, and a stale record too; who returns has another id."""
    away = ClientSpec(group=SALES, count=2, prefix="AWAY", away=((timedelta(0), 40 * DAY),))
    played = family(1, away, ClientSpec(group=SALES, count=2), purge_after=30 * DAY)
    befall(played, RecordsDoubled(group=LABS), RecordsDoubled(group=SALES, count=4))
    before = played.run(28 * DAY).records()["AWAY-0001"].id
    assert set(played.run(3 * DAY).records()) == {"PC-0001", "PC-0002"}
    assert len(list(played.simulation.fleet.records())) == 2
    purged = [each for each in played.simulation.effects.views() if each.kind == "database.purge"]
    assert {each.actor for each in purged} == {Actor.UPKEEP}
    assert len(purged) == 4
    after = played.run(10 * DAY).records()["AWAY-0001"]
    assert after.id != before
    assert after.created_ms > played.records()["PC-0001"].created_ms
    assert played.verdict().clients_lost_ever == 0


def test_a_server_restarts_for_minutes(family):
    """While a server restarts it neither answers nor serves, and its tokens die."""
    played = befall(family(), ServerRestarts(server="A", lasting=10 * MINUTE), wait=9 * MINUTE)
    server = played.site.server("A")
    assert (server.up, server.answers, server.serves, played.site.answers) == (False, False, False, False)
    played.run(MINUTE)
    assert (server.up, server.answers, server.serves, played.site.answers) == (True, True, True, True)
    assert server.started == played.simulation.now


@pytest.mark.parametrize(("product", "clients"), [(True, False), (False, True), (True, True)])
def test_a_server_behind_a_dead_network(family, product, clients):
    """A dead network hides a server from the product, from clients or from both, and cuts no client off for good."""
    played = family()
    cut = ServerCutOff(server="A", lasting=30 * HOUR, from_product=product, from_clients=clients)
    befall(played, cut, cut, wait=29 * HOUR)
    server = played.site.server("A")
    assert (server.up, server.answers, server.serves) == (True, not product, not clients)
    assert {record.online for record in played.records().values()} == {not clients}
    played.run(3 * HOUR)
    assert (server.answers, server.serves) == (True, True)
    assert played.verdict().clients_lost_ever == 0


def test_a_servers_clock_is_set(family):
    """A check-in keeps the time that its server's clock showed then, whatever it shows later."""
    played = family()
    before = played.records()["SALES-0001"].last_update_ms
    befall(played, ClockSet(server="A", ahead=10 * MINUTE), wait=timedelta(0))
    assert played.records()["SALES-0001"].last_update_ms == before
    after = played.run(2 * HOUR).records()["SALES-0001"].last_update_time
    assert played.simulation.now - HOUR * 1.25 < after - 10 * MINUTE <= played.simulation.now
    befall(played, PolicyEdited(group=ROOT_GROUP))
    assert played.site.group(ROOT_GROUP).policy_date > played.simulation.now


def test_serials_move_without_a_change_of_settings(family):
    """An edit of a policy moves the serials of a group and its inheritors, maintenance of the database all of them."""
    played = family()
    for site_event, moved in ((PolicyEdited(group=DEEP), {LABS, DEEP}), (DatabaseMaintained(), None)):
        before = {group.path: group.policy_serial for group in played.site.groups.values()}
        befall(played, site_event)
        after = {group.path: group.policy_serial for group in played.site.groups.values()}
        assert {path for path in before if before[path] != after[path]} == (moved or set(before))


def test_a_person_changes_settings(family):
    """A person changes secure communications, a heartbeat and the assigned list of a location."""
    played = family()
    played.console.copy_list("Default Management Server List", "Other")
    befall(
        played,
        SecureCommunicationsSet(group=LABS, enabled=False),
        HeartbeatSet(group=LABS, heartbeat=2 * HOUR),
        ListAssigned(group=LABS, server_list="Other"),
    )
    labs = played.site.group(LABS)
    settings = played.site.settings(labs, labs.locations[0])
    assert (settings.secure_communications, settings.heartbeat) == (False, 2 * HOUR)
    assert played.site.server_list(settings.server_list).name == "Other"


def test_a_person_replaces_and_restores_a_certificate(family):
    """A certificate that an administrator generates loses clients, not by the product; the former one heals them."""
    played = family()
    old = played.site.server("A").credential
    befall(played, CertificateGenerated(server="A"), wait=9 * HOUR)
    assert {each.others_did for each in played.verdict().lost} == {True}
    befall(played, CertificateRestored(server="A"), wait=2 * HOUR)
    assert played.site.server("A").credential.fingerprint == old.fingerprint
    assert played.verdict().clients_lost == 0


def test_groups_and_locations_are_added(family):
    """A new group owns its parent's settings or inherits them; a new location begins as the first of its group."""
    played = family()
    befall(played, SecureCommunicationsSet(group=LABS, enabled=False))
    befall(
        played,
        GroupAdded(path=f"{LABS}\\Own"),
        GroupAdded(path=f"{LABS}\\Child", inherits=True),
        LocationAdded(group=LABS, name="Office"),
    )
    site = played.site
    own, child = site.group(f"{LABS}\\Own"), site.group(f"{LABS}\\Child")
    assert [each.secure_communications for each in own.settings.values()] == [False]
    assert not set(own.settings) & set(site.group(LABS).settings)
    assert (site.owner(own), site.owner(child)) == (own, site.group(LABS))
    assert [location.name for location in site.locations(child)] == ["Default", "Office"]
    befall(played, ComputersMove(group=DEEP, to=own.path, count=2), wait=3 * HOUR)
    assert {each.profile_serial for each in played.simulation.fleet.records(group_id=own.id)} == {own.policy_serial}


def test_a_group_is_moved(family):
    """A group moves with all below it; what inherits takes the settings of the new parent."""
    played = family()
    befall(played, SecureCommunicationsSet(group=ROOT_GROUP, enabled=False))
    befall(played, GroupMoved(group=DEEP, parent=ROOT_GROUP), GroupMoved(group=LABS, parent=SALES), wait=3 * HOUR)
    site = played.site
    assert [group.path for group in site.groups.values()] == [
        ROOT_GROUP,
        SALES,
        f"{ROOT_GROUP}\\Deep",
        f"{SALES}\\Labs",
    ]
    assert site.owner(site.group(f"{ROOT_GROUP}\\Deep")) is site.group(ROOT_GROUP)
    assert not any(truth.secure_communications for truth in played.truths().values())


def test_inheritance_is_flipped(family):
    """A group that no longer inherits keeps what it had as its own; one that inherits again drops it."""
    played = family()
    befall(played, InheritanceSet(group=SALES, inherits=False))
    befall(played, SecureCommunicationsSet(group=SALES, enabled=False), wait=3 * HOUR)
    sales = [truth for name, truth in played.truths().items() if name.startswith("SALES")]
    assert not any(truth.secure_communications for truth in sales)
    befall(played, InheritanceSet(group=SALES, inherits=True), wait=3 * HOUR)
    assert all(truth.secure_communications for truth in played.truths().values())
    assert played.site.group(SALES).policy_date == played.site.group(ROOT_GROUP).policy_date
    assert played.verdict().clients_lost_ever == 0


def test_draws_are_the_seeds(start):
    """A seed draws the same site events again, another seed others; all travel as JSON and lie within the span."""
    spec, until = three_servers(), start + 90 * DAY
    drawn = draw_site_events(spec, 1, start, until)
    assert drawn == draw_site_events(spec, 1, start, until)
    assert drawn != draw_site_events(spec, 2, start, until)
    assert [each.at for each in drawn] == sorted(each.at for each in drawn)
    assert all(start <= each.at < until for each in drawn)
    adapter: TypeAdapter[SiteEvent] = TypeAdapter(SiteEvent)
    assert all(adapter.validate_json(each.site_event.model_dump_json()) == each.site_event for each in drawn)
    often = {**USUAL, **dict.fromkeys(WIDER, 0.5)}
    many = [each.site_event for seed in range(20) for each in draw_site_events(spec, seed, start, until, often)]
    assert {each.site_event for each in many} == set(often)
    assert all(adapter.validate_json(each.model_dump_json()) == each for each in many)


def test_one_kind_draws_for_itself(start):
    """To have one kind happen more often leaves the other kinds as they were."""
    spec, until = three_servers(), start + 90 * DAY
    more = draw_site_events(spec, 1, start, until, {**USUAL, "policy_edited": 50})
    others = [each for each in more if each.site_event.site_event != "policy_edited"]
    usual = [each for each in draw_site_events(spec, 1, start, until) if each.site_event.site_event != "policy_edited"]
    assert others == usual
    assert len(more) > 100


@pytest.mark.parametrize(
    "site_event",
    [
        {"site_event": "clock_set", "server": "A", "ahead": "P3000000D"},
        {"site_event": "clock_set", "server": "A", "ahead": "-P3000000D"},
        {"site_event": "heartbeat_set", "group": LABS, "heartbeat": "P3000000D"},
        {"site_event": "heartbeat_set", "group": LABS, "heartbeat": 0.000001},
    ],
)
def test_no_time_leaves_the_years_that_there_are(site_event):
    """A clock or a heartbeat that nothing could be played with is refused when it is asked for."""
    with pytest.raises(ValidationError):
        TypeAdapter(SiteEvent).validate_python(site_event)
