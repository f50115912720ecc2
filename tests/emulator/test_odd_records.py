"""Rows that are there twice, and machines that share one."""

from datetime import timedelta

from emulator.events.site_events import RecordShared, RowsDoubled
from emulator.spec import ROOT_GROUP, ClientSpec

HOUR = timedelta(hours=1)


def befall(played, site_event):
    """Have it happen now."""
    played.simulation.schedule(site_event, played.simulation.now)
    assert played.simulation.missed == []
    return played


def test_a_row_is_there_twice(play, site_of):
    """Both are counted under one id, and one of them is never touched again."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=4))).run(2 * HOUR)
    befall(played, RowsDoubled(group=ROOT_GROUP, count=2)).run(5 * HOUR)
    root = played.site.group(ROOT_GROUP)
    rows = list(played.simulation.fleet.records(group_id=root.id))
    assert (len(rows), len({row.id for row in rows}), played.simulation.fleet.count(root.id)) == (6, 4, 6)
    assert len([row for row in rows if not row.online]) == 2
    assert played.verdict().clients_total == 4


def test_machines_share_a_record(play, site_of):
    """One row shows whichever of the two checked in last; both live on, and each may be lost."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=4))).run(2 * HOUR)
    befall(played, RecordShared(group=ROOT_GROUP))
    shown = set()
    for _ in range(12):
        rows = {row.id: row for row in played.run(HOUR / 4).simulation.fleet.records()}
        assert len(rows) == 3
        shown |= {row.name for row in rows.values()}
    assert len(shown) == 4
    played.swap("A")
    assert played.run(9 * HOUR).verdict().clients_lost == 4


def test_a_machine_that_is_off_keeps_its_record(play, site_of):
    """A record is taken at a check-in: nothing of the site shows a machine under one that it never used."""
    off = ClientSpec(group=ROOT_GROUP, count=2, away=((HOUR, 30 * HOUR),))
    played = play(site_of(1, off)).run(2 * HOUR)
    played.simulation.schedule(RecordShared(group=ROOT_GROUP), played.simulation.now)
    played.run(HOUR)
    assert len(played.simulation.missed) == 1
    assert len({row.id for row in played.simulation.fleet.records()}) == 2


def test_a_machine_that_is_alone_in_its_group_shares_no_record(play, site_of):
    """Such an event is void: it counts as missed, and nothing changes."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=1))).run(2 * HOUR)
    played.simulation.schedule(RecordShared(group=ROOT_GROUP), played.simulation.now)
    played.run(HOUR)
    assert len(played.simulation.missed) == 1
    assert len(list(played.simulation.fleet.records())) == 1
