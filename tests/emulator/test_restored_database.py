"""An administrator puts the site's database back as it was saved: what follows, and what stays."""

from datetime import timedelta

import pytest

from emulator.events.site_events import DatabaseRestored, DatabaseSaved, PolicyEdited
from emulator.spec import DEFAULT_LIST, ROOT_GROUP
from emulator.state.effects import Actor

HOUR = timedelta(hours=1)
ADDED = f"{ROOT_GROUP}\\Added"


def befall(played, site_event):
    """Have it happen now."""
    played.simulation.schedule(site_event, played.simulation.now)
    assert played.simulation.missed == []


@pytest.fixture
def relaxed(play, site_of):
    """A site of one server whose clients were relaxed after the start."""
    played = play(site_of(1)).run(3 * HOUR)
    played.relax()
    return played.run(3 * HOUR)


def test_settings_lists_and_serials_are_as_at_the_start(relaxed):
    """Without a later one the first backup counts; clients take what it has published, and are not lost."""
    befall(relaxed, DatabaseRestored())
    relaxed.run(3 * HOUR)
    assert [each.name for each in relaxed.site.server_lists.values()] == [DEFAULT_LIST]
    truths = relaxed.truths().values()
    assert {(each.server_list, each.protocol, each.secure_communications) for each in truths} == {
        (DEFAULT_LIST, "HTTPS", True)
    }
    group = relaxed.site.group(ROOT_GROUP)
    assert group.policy_date < relaxed.simulation.now - timedelta(days=29)
    assert {each.held_serial for each in truths} == {group.policy_serial}
    assert relaxed.verdict().clients_lost_ever == 0


def test_what_it_changes_is_written_down(relaxed):
    """The restore, and each setting that it has changed; no person did so as a task asks."""
    befall(relaxed, DatabaseRestored())
    effects = [each for each in relaxed.simulation.effects.views() if each.kind.startswith("database.")]
    assert [(each.kind, each.subject[1:]) for each in effects] == [
        ("database.restore", ()),
        ("database.sem_server", ("Default", DEFAULT_LIST)),
        ("database.secure_communications", ("Default", "true")),
    ]
    assert {each.actor for each in effects} == {Actor.SITE_EVENT}


def test_the_last_backup_counts(relaxed):
    """One that was made when clients were relaxed brings that back."""
    befall(relaxed, DatabaseSaved())
    date = relaxed.site.group(ROOT_GROUP).policy_date
    relaxed.restore_security()
    relaxed.restore_lists()
    relaxed.run(3 * HOUR)
    befall(relaxed, DatabaseRestored())
    relaxed.run(3 * HOUR)
    assert {each.protocol for each in relaxed.truths().values()} == {"HTTP"}
    assert relaxed.site.group(ROOT_GROUP).policy_date == date


def test_a_later_edit_is_dated_by_the_clock(relaxed):
    """A policy that is made after the restore is newer than all that were made before it."""
    last = relaxed.site.group(ROOT_GROUP).policy_date
    befall(relaxed, DatabaseRestored())
    befall(relaxed.run(HOUR), PolicyEdited(group=ROOT_GROUP))
    assert relaxed.run(HOUR).site.group(ROOT_GROUP).policy_date > last


def test_servers_keep_their_certificates(relaxed):
    """Relaxed clients take the new certificate with the settings of then, and verify with it: one download has both."""
    shown = relaxed.swap("A")
    befall(relaxed.run(3 * HOUR), DatabaseRestored())
    relaxed.run(3 * HOUR)
    assert relaxed.site.server("A").credential.fingerprint == shown.fingerprint
    assert {each.held_certificates for each in relaxed.truths().values()} == {(shown.fingerprint,)}


def test_relaxed_clients_that_do_not_hold_a_new_certificate_are_lost(relaxed):
    """The settings of then have them verify before they have taken anything from the replaced server."""
    relaxed.swap("A")
    befall(relaxed, DatabaseRestored())
    relaxed.run(9 * HOUR)
    lost = relaxed.verdict().lost
    assert {each.after.kind for each in lost} <= {"database.restore"}
    assert all(each.others_did for each in lost)


def test_the_tree_is_as_then(relaxed):
    """A group that was made since is gone, and its clients are in the one above it; a group removed since is back."""
    relaxed.simulation.groups.add_group(ADDED)
    befall(relaxed, DatabaseSaved())
    relaxed.simulation.groups.remove_group(ADDED)
    befall(relaxed, DatabaseRestored())
    assert relaxed.site.group(ADDED).path == ADDED
    relaxed.simulation.groups.add_group(f"{ADDED}\\Below")
    name = next(iter(relaxed.records()))
    relaxed.simulation.fleet.move(name, relaxed.site.group(f"{ADDED}\\Below").id)
    befall(relaxed, DatabaseRestored())
    assert f"{ADDED}\\Below" not in {each.path for each in relaxed.site.groups.values()}
    assert relaxed.run(3 * HOUR).records()[name].group_path == ADDED
    assert relaxed.verdict().clients_lost_ever == 0
