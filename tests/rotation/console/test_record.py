"""Sites without REST: the document with later statements of operators, and what an export proves of each client."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from rotation.access import ConsoleGroup, ConsoleLocation, OfflineDocument
from rotation.console.exported import (
    ExportedClient,
    described,
    implausible,
    lacking,
    observed,
    of_other_groups,
    paths_of,
    undescribed,
    unknown_groups,
)
from rotation.console.record import Change, OfflineRecord, Replicates
from rotation.plan.step import SettingField
from rotation.site import Server, Site
from rotation.survey import Pair
from rotation.values import ListName, ServerName, SiteId, TaskId

NOON = datetime(2025, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOT, SALES = "My Company", "My Company\\Sales"
LOCATION = ConsoleLocation(server_list=ListName("HTTP"), secure_communications=True, heartbeat=5 * MINUTE)


def group(path=ROOT, serial="F99A-11/20/2025 08:00:00 000", **more):
    """A group that owns its settings, unless `inherits` is given."""
    locations = () if more.get("inherits") else (LOCATION,)
    return ConsoleGroup(path=path, policy_serial=serial, locations=locations, **more)


def record(*entries, serials=("F99A-11/20/2025 08:00:00 000", "A4D1-11/20/2025 08:00:00 000")):
    """A site of two groups, the second of which inherits."""
    groups = (group(serial=serials[0]), group(SALES, serials[1], inherits=True))
    return OfflineRecord(access=OfflineDocument(version="12.1", recorded_at=NOON, groups=groups), entries=entries)


def change(at, serials=None, *, secure=False):
    """An operator's statement that switches secure communications of the root group."""
    root = group()
    return Change(
        task_id=TaskId("t"),
        pair=Pair(group_id=root.id, location_id=root.location_id("Default")),
        field=SettingField.SECURE_COMMUNICATIONS,
        secure_communications=secure,
        stated_by="olga",
        evidence={},
        policy=at,
        serials=serials or {},
    )


def shown(kept, *clients, tells_serials=True):
    """What an export of these clients proves, by name: last check-in and serial."""
    found = observed(clients, kept, tells_serials=tells_serials, settle=2 * MINUTE)
    return {client.name: client.serial for client in found}


def client(name="PC", seen=NOON, serial=None, path=ROOT):
    """One row of an export."""
    return ExportedClient(name=name, group=path, last_seen=seen, serial=serial)


def test_a_document_describes_whole_groups():
    """Inheritors have an owner, owners have locations, ids begin as the serials that the console shows."""
    with pytest.raises(ValidationError, match="is not described"):
        OfflineDocument(version="12.1", recorded_at=NOON, groups=(group(SALES, inherits=True),))
    with pytest.raises(ValidationError, match="if and only if"):
        ConsoleGroup(path=ROOT)
    with pytest.raises(ValidationError, match="is no policy serial"):
        group(serial="26.11.2025")
    with pytest.raises(ValidationError, match="a group twice"):
        OfflineDocument(version="12.1", recorded_at=NOON, groups=(group(), group()))
    assert group().id.startswith("F99A")
    assert len(group(serial="").id) == 32


def test_image_machines_are_found_by_name():
    """No export marks them, and they never count as covered. A bracket in a name is a letter, a star is any text."""
    access = OfflineDocument(version="12.1", recorded_at=NOON, groups=(group(),), images=("vdi-*", "KIOSK[1]", "LAB-?"))
    rows = [client(name) for name in ("VDI-07", "kiosk[1]", "KIOSK1", "LAB-1", "LAB-12", "PC-VDI-1")]
    found = observed(rows, OfflineRecord(access=access), tells_serials=True, settle=2 * MINUTE)
    assert [each.name for each in found if each.non_persistent] == ["VDI-07", "kiosk[1]", "LAB-1"]
    with pytest.raises(ValidationError, match="at least 1 character"):
        OfflineDocument(version="12.1", recorded_at=NOON, groups=(group(),), images=("",))


def test_a_site_has_rest_or_a_document():
    """Neither both nor a mixture: what reaches REST is no part of a site at its console."""
    plain = {"id": SiteId("s"), "name": "S", "servers": (Server(name=ServerName("A"), address="a"),)}
    assert Site.model_validate(plain).at_console is None
    document = record().access.model_dump()
    assert Site.model_validate(plain | {"access": document}).at_console == record().access
    with pytest.raises(ValidationError):
        Site.model_validate(plain | {"access": document | {"kind": "rest"}})


def test_an_entry_changes_the_owner_and_all_that_inherit():
    """Settings and policies follow the last entry; so do the replication partners of the site."""
    later = NOON + MINUTE
    root, sales = record(change(later)).groups()
    assert [each.locations[0].settings.secure_communications for each in (root, sales)] == [False, False]
    assert (root.policy_date, sales.policy_date) == (later, later)
    assert [each.locations[0].id for each in (root, sales)] == [group().location_id("Default")] * 2
    back = record(change(later), change(later + MINUTE, secure=True))
    assert back.groups()[0].locations[0].settings.secure_communications
    paused = Replicates(task_id=TaskId("t"), partners=("B",), stated_by="olga", evidence={})
    assert (record().partners, record(paused).partners) == ((), ("B",))


def test_a_copied_serial_is_what_clients_must_report():
    """The serial must be exactly that one: an older one is old, and the content of a newer one is unknown."""
    at = NOON + MINUTE
    root, sales = record().access.groups
    kept = record(change(at, {root.id: at, sales.id: at + timedelta(milliseconds=7)}))
    serials = shown(
        kept,
        client("same", serial="F99A-11/26/2025 12:01:00 000"),
        client("old", seen=at + 9 * MINUTE, serial="F99A-11/20/2025 08:00:00 000"),
        client("newer", serial="F99A-11/26/2025 12:30:00 000"),
        client("other", serial="BBBB-11/26/2025 12:01:00 000"),
        client("inherits", serial="A4D1-11/26/2025 12:01:00 007", path=SALES),
        client("none"),
    )
    assert serials == {
        "same": "F99A-11/26/2025 12:01:00 000",
        "old": "F99A-11/20/2025 08:00:00 000",
        "newer": "F99A-11/26/2025 12:30:00 000",
        "other": "BBBB-11/26/2025 12:01:00 000",
        "inherits": "A4D1-11/26/2025 12:01:00 000",
        "none": None,
    }


@pytest.mark.parametrize("tells_serials", [True, False])
def test_without_serials_a_later_check_in_counts(tells_serials):
    """Where nothing can be compared: who has checked in since it was published has taken it."""
    kept = record(change(NOON), serials=("", ""))
    stale = "F99A-11/20/2025 08:00:00 000"
    serials = shown(
        kept,
        client("soon", NOON + 2 * MINUTE, stale),
        client("later", NOON + 3 * MINUTE, stale),
        client("never", None),
        tells_serials=tells_serials,
    )
    assert (serials["soon"], serials["never"]) == (None, None)
    assert serials["later"] is not None
    assert serials["later"].endswith("11/26/2025 12:00:00 000")


def test_a_group_that_was_changed_without_its_serial_is_compared_by_check_ins():
    """Its former serial says nothing any more."""
    serials = shown(record(change(NOON)), client("held", NOON - MINUTE, "F99A-11/20/2025 08:00:00 000"))
    assert serials == {"held": None}


def test_an_export_in_which_clients_of_the_one_before_are_missing_may_be_filtered():
    """It is refused, and names them, until a person states that just so many are gone; new clients are no matter."""
    before = [client("a"), client("b"), client("c")]
    finding = lacking([client("b"), client("d")], before, gone=0)
    assert finding is not None
    assert (finding.code, finding.subject) == ("export-lacks-clients", "export")
    assert "(2): a, c" in finding.message
    assert "state gone=2" in finding.remedy
    assert lacking([client("b")], before, gone=1) is not None
    assert lacking([client("b")], before, gone=2) is None
    assert lacking([*before, client("d")], before, gone=0) is lacking([client("b")], [], gone=0) is None


def test_an_export_that_cannot_be_is_refused():
    """An export of the future, a contact of the future and no clients are refused; undescribed groups are named."""
    for clients, taken_at, code in (
        ([client()], NOON + 6 * MINUTE, "export-of-the-future"),
        ([], NOON, "export-empty"),
        ([client(seen=NOON + 6 * MINUTE)], NOON, "export-from-the-future"),
    ):
        finding = implausible(clients, taken_at=taken_at, now=NOON)
        assert finding is not None
        assert finding.code == code
        assert finding.remedy
    assert implausible([client(), client(seen=None)], taken_at=NOON, now=NOON) is None
    paths = paths_of([client(path="MY COMPANY"), client(path="Elsewhere"), client(path="Elsewhere")])
    assert unknown_groups(paths, record().access) == ("Elsewhere",)


def test_a_group_that_no_document_describes_has_the_id_of_its_clients(make):
    """A look and a gate know it by one id, whatever its case; a plan is made without it."""
    kept = record()
    (seen,) = observed([client(path="elsewhere")], kept, tells_serials=True, settle=MINUTE)
    (found,) = undescribed(("Elsewhere", "ELSEWHERE", "My Company"), kept.access)
    assert (found.id, found.inherits, found.locations) == (seen.group_id, False, ())
    survey = make.survey(make.site("s1"), *kept.groups(), found)
    assert described(survey).groups == kept.groups()


def test_an_export_with_no_group_of_the_document_is_refused():
    """It is of another site, or writes its paths otherwise; one group of the document is enough."""
    finding = of_other_groups(("Default\\My Company",), record().access)
    assert finding is not None
    assert (finding.code, finding.subject) == ("export-of-other-groups", "export")
    assert "Default\\My Company" in finding.message
    assert of_other_groups(("Default\\My Company", "My Company"), record().access) is None
