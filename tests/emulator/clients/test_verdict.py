from datetime import timedelta

from emulator.spec import ROOT_GROUP, ClientSpec
from emulator.switches import Switches

HOUR = timedelta(hours=1)


def test_fifth_failure_makes_a_client_lost(play, site_of):
    """A client counts as lost at its fifth heartbeat in a row without an exchange, with time and reason."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=1))).run(HOUR)
    played.swap("A")
    swapped = played.simulation.now
    assert played.run(4 * HOUR).verdict().clients_lost == 0
    lost = played.run(2 * HOUR).verdict().lost[0]
    assert (lost.name, lost.group, lost.build) == ("PC-0001", ROOT_GROUP, "14.3.9816.7000")
    assert 4 * HOUR < lost.since - swapped < 5.5 * HOUR
    assert "certificate that A shows" in lost.why


def test_down_server_loses_no_client(play, site_of):
    """While a server of its list is down a client's failures do not count."""
    played = play(site_of(1)).run(HOUR)
    played.simulation.stop_server("A")
    assert played.run(timedelta(days=3)).verdict().clients_lost_ever == 0
    assert not any(record.online for record in played.records().values())
    played.simulation.start_server("A")
    played.run(2 * HOUR)
    assert all(record.online for record in played.records().values())
    assert played.verdict().clients_lost_ever == 0


def test_client_that_is_switched_off_loses_nothing(play, site_of):
    """Nothing counts for a client that is not powered on; its record keeps its last check-in."""
    away = ClientSpec(group=ROOT_GROUP, count=2, prefix="AWAY", away=((timedelta(0), timedelta(days=30)),))
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=2), away)).run(timedelta(days=20))
    assert played.verdict().clients_lost_ever == 0
    record = played.records()["AWAY-0001"]
    assert not record.online
    assert record.last_update_time < played.simulation.now - timedelta(days=20)
    assert not played.truths()["AWAY-0001"].powered


def test_returning_client_checks_in_at_once(play, site_of):
    """The first heartbeat comes right after a client starts, not an interval later."""
    away = ClientSpec(group=ROOT_GROUP, count=5, prefix="AWAY", away=((timedelta(0), 30 * HOUR),))
    played = play(site_of(1, away)).run(30 * HOUR + HOUR / 4)
    assert all(record.online for record in played.records().values())


def test_quiet_site_loses_none(play, site_of):
    """A site on which nothing happens for 90 days loses no client and has all of them online."""
    played = play(site_of(3, ClientSpec(group=ROOT_GROUP, count=50))).run(timedelta(days=90))
    assert played.verdict().clients_lost_ever == 0
    assert all(record.online for record in played.records().values())


def test_a_client_that_is_seen_and_takes_nothing_refuses(play, site_of):
    """Its check-ins go on, its serial stays; it is named with the swap behind it, until its server signs as before."""
    spec = site_of(2, ClientSpec(group=ROOT_GROUP, count=4), switches=Switches(stale_sig_files=True))
    played = play(spec).run(2 * HOUR)
    old = {name: record.profile_serial for name, record in played.records().items()}
    for server in ("A", "B"):
        played.swap(server)
        played.run(3 * HOUR)
    verdict = played.verdict()
    named = {each.name: each for each in verdict.refusing}
    assert len(named) == 4
    assert all(record.online for record in played.records().values())
    assert {each.after.kind for each in named.values()} == {"console.replace_certificate"}
    assert {each.old_certificate_helps for each in named.values()} == {True}
    assert set(old) == set(named)
    for server in ("A", "B"):
        played.console.restore_certificate(server)
    verdict = played.run(3 * HOUR).verdict()
    assert (verdict.refusing, len(verdict.refused_ever)) == ((), 4)
    assert {each.healed for each in verdict.refused_ever} == {True}


def test_a_client_that_takes_what_is_new_does_not_refuse(play, site_of):
    """No client refuses on a site that signs with what it shows."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=4))).run(2 * HOUR)
    played.swap("A")
    assert played.run(5 * HOUR).verdict().refused_ever == ()
