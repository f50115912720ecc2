"""Drift within a wave: each finding once, and none on the site as the plan has made it."""

from datetime import timedelta

import pytest

from rotation.console.exported import unknown_group
from rotation.drift.drift import ClientMove, drift, moved
from rotation.finding import Severity
from rotation.plan.scope import Treatment
from rotation.plan.step import SettingField
from rotation.values import GroupId

COPY = "Default List (HTTP for certificate rotation)"


@pytest.fixture
def body(make):
    """A plan in which G fails over and H, with an inheritor, is relaxed."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    groups = [make.group("G"), make.group("H"), make.group("H\\A", inherits=True)]
    return make.plan(make.site("s1", "s2"), *groups, clients=clients).body


@pytest.fixture
def findings(make, body):
    """The findings on the drift of a site that is as the plan has made it, but for some groups."""

    def found(*groups, without=(), clients=(), uncounted=None, excluded=(), lists=()):
        made = {
            "G": make.group("G"),
            "H": make.group("H", server_list=COPY, secure=False),
            "H\\A": make.group("H\\A", inherits=True, server_list=COPY, secure=False),
        }
        changed = {**made, **{group.path: group for group in groups}}
        left = [group for path, group in changed.items() if path not in without]
        edited = dict.fromkeys(lists, make.t0)
        survey = make.survey(make.site("s1", "s2"), *left, lists_edited=edited)
        found = drift(body, survey, clients, at=make.swap_of(body), uncounted=uncounted or {}, excluded=excluded)
        return [each.finding for each in found]

    return found


@pytest.fixture
def codes(findings):
    """The codes of that drift and what it is about; what blocks says what to do."""

    def found(*groups, without=(), clients=()):
        reported = findings(*groups, without=without, clients=clients)
        assert all(each.message and (each.remedy or each.severity is Severity.INFO) for each in reported)
        return [(each.code, each.subject) for each in reported]

    return found


def test_site_as_the_plan_made_it_has_no_drift(make, codes):
    """Relaxed where it shall be, left alone where it shall be; new clients of good builds are welcome."""
    assert codes(clients=[make.client("new"), make.client("d2", "H", build="14.2.1.0")]) == []


def test_rule_17_a_new_group_blocks_while_a_client_in_it_is_not_counted(make, findings):
    """No gate has a rule for its clients: they are named, until they are moved away or left out by name."""
    born = make.group("K")
    (found,) = findings(born, uncounted={born.id: ("k2", "k1")})
    assert (found.code, found.subject, found.severity) == ("group-new", "K", Severity.BLOCKING)
    assert found.message.endswith("no gate counts its 2 clients, among them k1, k2")
    assert "leave them out by name" in found.remedy
    (empty,) = findings(born)
    assert (empty.code, empty.severity) == ("group-new", Severity.INFO)


def test_a_group_that_no_document_describes_is_asked_about_while_a_client_in_it_is_not_counted(make, findings):
    """An export alone shows it: nothing tells whose settings its clients have."""
    path = "H\\Late"
    born = make.group(path).model_copy(update={"id": unknown_group(path), "locations": ()})
    (found,) = findings(born, uncounted={born.id: ("k2", "k1")})
    assert (found.code, found.subject, found.severity) == ("group-undescribed", path, Severity.BLOCKING)
    assert found.message.endswith("no gate counts them: k1, k2")
    assert "leave them out by name" in found.remedy
    assert findings(born) == []


def test_rule_17_a_group_that_follows_an_owner_of_the_plan_is_named_and_counted_there(make, findings):
    """It has what the owner has: no gate needs another rule for its clients. So are builds that stay behind."""
    (found,) = findings(make.group("H\\B", inherits=True))
    assert (found.code, found.severity) == ("group-new", Severity.INFO)
    assert found.message == "the group was added during the rotation; its clients count as those of H"
    born = make.group("G\\B", inherits=True)
    stuck = make.client("d9", "G\\B", build="14.2.1.0").model_copy(update={"group_id": born.id})
    assert [each.code for each in findings(born, clients=[stuck])] == ["group-new", "no-failover-build"]


def test_rule_17_location_new(make, codes, findings):
    """It has its own list and its own check box; with those of another one of its group it is as proven."""
    relaxed = make.location(server_list=COPY, secure=False)
    odd = make.group("H", relaxed, make.location("Home"))
    assert codes(odd) == [("location-new", "H / Home")]
    assert findings(odd)[0].severity is Severity.BLOCKING
    known = (findings(odd)[0].subject, findings(odd)[0].message)
    assert findings(odd, excluded=[known])[0].severity is Severity.INFO
    slower = make.group("H", relaxed, make.location("Home", heartbeat=timedelta(hours=9)))
    assert findings(slower, excluded=[known])[0].severity is Severity.BLOCKING, "it is another one by now"
    alike = make.location("Home", server_list=COPY, secure=False)
    assert findings(make.group("H", relaxed, alike))[0].severity is Severity.INFO
    slow = make.location("Home", server_list=COPY, secure=False, heartbeat=timedelta(hours=9))
    assert findings(make.group("H", relaxed, slow))[0].severity is Severity.BLOCKING


@pytest.mark.parametrize(
    ("server_list", "secure", "shown"),
    [
        (COPY, True, f"{COPY!r}, its secure communications are on"),
        ("Other", False, "'Other', its secure communications are off"),
    ],
)
def test_rule_17_a_new_location_needs_both_settings_of_one_other_location(make, findings, server_list, secure, shown):
    """With the list alone or the check box alone it is as no other: it is asked about with what it has."""
    born = make.location("Home", server_list=server_list, secure=secure)
    (found,) = findings(make.group("H", make.location(server_list=COPY, secure=False), born))
    assert (found.severity, shown in found.message) == (Severity.BLOCKING, True)
    assert found.message.endswith("its clients report every 5 minutes, as at no other location of the group")


@pytest.mark.parametrize(("heartbeat", "jitter", "severity"), [(6, 1, "info"), (6, 2, "blocking"), (8, 0, "blocking")])
def test_rule_17_a_new_location_reports_within_the_planned_heartbeat_and_jitter(make, heartbeat, jitter, severity):
    """Five minutes and two of jitter were planned: its clients may report seven minutes apart, and no more."""
    site = make.site("s1", "s2")
    body = make.plan(site, make.group("G", jitter=2), clients=[make.client("c1")]).body
    born = make.location("Home", heartbeat=timedelta(minutes=heartbeat), jitter=jitter)
    survey = make.survey(site, make.group("G", make.location(jitter=2), born))
    (found,) = drift(body, survey, [], at=make.step_of(body, "preflight"))
    assert (found.finding.code, found.finding.severity) == ("location-new", severity)


def test_rule_5_inheritance_drift(make, codes):
    """An inheritor that owns its settings now has those that it had before the relaxation, or anything."""
    assert codes(make.group("H\\A")) == [("inheritance-drift", "H\\A")]


def test_owner_that_inherits_now_is_drift(make, codes):
    """An owner moved under another one follows it: what was written to it is void."""
    moved = make.group("G\\H", inherits=True, server_list=COPY, secure=False, group_id=make.id_of("H"))
    assert ("inheritance-drift", "G\\H") in codes(moved, without=["H", "H\\A"])


def test_group_parent_unread(codes, findings):
    """A parent that cannot be read any more is drift, and no crash."""
    assert ("group-parent-unread", "site") in codes(without=["H"])
    (unread,) = [each for each in findings(without=["H"]) if each.code == "group-parent-unread"]
    assert "'H' was not read" in unread.message


def test_group_gone(codes):
    """A group of the plan is gone: where its clients are now is unknown."""
    assert codes(without=["G"]) == [("group-gone", "G")]


def test_rule_12_list_drift(make, codes):
    """An administrator assigned the original list to a relaxed group again: clients would meet the new certificate."""
    assert codes(make.group("H", secure=False)) == [("list-drift", "H / Default")]


def test_rule_12_a_copy_that_is_gone_has_to_be_made_again(make, findings):
    """The site's database was put back: the remedy says so where SEPM shows other lists, and where it shows none."""
    drifted = make.group("H", secure=False)
    (there,) = findings(drifted, lists=[COPY, "Another List"])
    assert there.remedy == "put the setting back as it was; then try the claim again"
    (gone,) = findings(drifted, lists=["Another List"])
    assert gone.remedy == f"SEPM shows no server list {COPY!r}: copy it again as its task describes, then retry"
    (unknown,) = findings(drifted)
    assert unknown.remedy == f"{there.remedy}; if {COPY!r} is gone, copy it again as its task describes"


def test_rule_12_a_pair_is_put_back_where_one_of_its_lists_is_there(make, body, findings):
    """While a copy is being assigned the pair may have its own list too; a group that fails over has no copy."""
    put_back = "put the setting back as it was; then try the claim again"
    groups = (make.group("G"), make.group("H", server_list="Other"))
    survey = make.survey(make.site("s1", "s2"), *groups, lists_edited={"Default List": make.t0})
    found = [each.finding for each in drift(body, survey, [], at=make.step_of(body, "A5"))]
    assert [each.remedy for each in found if each.code == "list-drift"] == [put_back]
    for shown in ([], ["Another List"]):
        (alone,) = findings(make.group("G", server_list="Other"), lists=shown)
        assert (alone.code, alone.subject, alone.remedy) == ("list-drift", "G / Default", put_back)


def test_rule_12_secure_communications_drift(make, codes):
    """An administrator turned secure communications on again in a relaxed group."""
    assert codes(make.group("H", server_list=COPY)) == [("secure-communications-drift", "H / Default")]


def test_rule_12_drift_of_a_failover_group(make, codes):
    """A group that is left alone must be as it was: off over HTTPS is unproven."""
    assert codes(make.group("G", secure=False)) == [("secure-communications-drift", "G / Default")]


@pytest.mark.parametrize("build", ["14.2.1.0", None])
def test_rule_12_no_failover_build(make, codes, build):
    """A client that does not fail over was moved into a group that does."""
    assert codes(clients=[make.client("c9", build=build)]) == [("no-failover-build", "G")]


@pytest.mark.parametrize(("relaxed", "failover"), [("A", "Z"), ("Z", "A")])
def test_clients_that_came_are_named_up_to_five_in_whichever_group_that_fails_over(make, relaxed, failover):
    """Relaxed groups may have such clients; the group that fails over is named wherever it stands in the plan."""
    groups = [make.group(relaxed), make.group(failover)]
    before = [make.client("r", relaxed, build="14.2.1.0"), make.client("f", failover)]
    site = make.site("s1", "s2")
    body = make.plan(site, *groups, clients=before).body
    came = [make.client(f"n{number}", failover, build=None) for number in range(6)]
    found = drift(body, make.survey(site, *groups), [*before, *came], at=make.step_of(body, "preflight"))
    (finding,) = [each.finding for each in found]
    assert (finding.code, finding.subject) == ("no-failover-build", failover)
    assert finding.message == "clients that do not fail over came into the group: N0, N1, N2, N3, N4"


def test_client_that_is_left_out_by_name_is_no_drift(make):
    """A person has given it up, whatever its build."""
    site = make.site("s1", "s2")
    request = make.request(site, only=["s1"], leave_out_away=True, unproven_failover=make.approve_unproven)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1", seen=None)], request=request)
    assert plan.body.scopes[0].treatment is Treatment.FAILOVER
    survey = make.survey(site, make.group("G"))
    assert drift(plan.body, survey, [make.client("c1", build=None)], at=make.swap_of(plan.body)) == ()


def test_owner_that_was_only_renamed_is_named_and_blocks_nothing(make, codes, body):
    """A group that has its former settings under another path is named, and no swap waits for it."""
    renamed = make.group("K", group_id=make.id_of("G"))
    assert codes(renamed, without=["G"]) == [("group-moved", "K")]
    survey = make.survey(make.site("s1", "s2"), renamed)
    found = drift(body, survey, [], at=make.swap_of(body))
    assert {each.finding.severity for each in found if each.finding.code == "group-moved"} == {Severity.INFO}


def test_rule_5_group_moved_under_another_owner(make, codes):
    """An inheritor that was moved has the settings of others: its clients were counted in another scope."""
    moved_there = make.group("G\\A", inherits=True, group_id=make.id_of("H\\A"))
    assert codes(moved_there, without=["H\\A"]) == [("group-moved", "G\\A")]


def test_location_gone_is_named(make, codes):
    """A deleted location is named; its clients are in another one of the same group."""
    group = make.group("H", make.location("Other", server_list=COPY, secure=False))
    assert codes(group) == [("location-new", "H / Other"), ("location-gone", "H / Default")]


def test_heartbeat_that_became_slower(make, codes):
    """With a slower heartbeat the planned waits are too short, and who is only slow would count as away."""
    assert codes(make.group("G", heartbeat=2 * make.heartbeat)) == [("heartbeat-drift", "G / Default")]


def test_drift_says_what_is_there_now_and_what_to_do(make, findings):
    """Which settings a group has, what a pair uses, how often clients report, and that it can be put back."""
    put_back = "put the setting back as it was; then try the claim again"
    (own,) = findings(make.group("H\\A"))
    assert (own.message, own.remedy) == ("the group has settings of its own now", put_back)
    under = make.group("G\\H", inherits=True, server_list=COPY, secure=False, group_id=make.id_of("H"))
    inherits = next(each for each in findings(under, without=["H", "H\\A"]) if each.code == "inheritance-drift")
    assert inherits.message == "the group inherits the settings of a group above it now"
    (moved_there,) = findings(make.group("G\\A", inherits=True, group_id=make.id_of("H\\A")), without=["H\\A"])
    assert moved_there.message == "the group was moved and no longer has the settings of H"
    assert moved_there.remedy == "move the group back below H; then try again"
    by_list, by_check_box = findings(make.group("H", secure=True))
    assert by_list.message == f"the location uses 'Default List'; expected is {COPY!r}"
    assert by_check_box.message == "secure communications are on; expected is off"
    (off,) = findings(make.group("G", secure=False))
    assert off.message == "secure communications are off; expected is on"
    (slow,) = findings(make.group("G", heartbeat=2 * make.heartbeat))
    assert slow.message == "clients report every 10 minutes now; the planned waits are too short for that"


def test_a_heartbeat_is_as_slow_as_its_jitter_makes_it(make, codes):
    """The interval and the randomisation together are what the waits were planned for."""
    assert codes(make.group("G", jitter=1)) == [("heartbeat-drift", "G / Default")]
    assert codes(make.group("G", heartbeat=make.heartbeat / 2, jitter=2)) == []


def test_one_drift_does_not_hide_another(make, codes):
    """A new location, and a changed setting of the next one: both are reported."""
    born = make.location("Annex", server_list=COPY, secure=False)
    changed = make.location(server_list=COPY, secure=True)
    assert codes(make.group("H", born, changed)) == [
        ("location-new", "H / Annex"),
        ("secure-communications-drift", "H / Default"),
    ]


def test_a_heartbeat_within_the_planned_jitter_is_no_drift(make):
    """A heartbeat of six minutes with one of jitter, where five and two were planned: no client reports later."""
    site, planned = make.site("s1"), make.group("G", jitter=2)
    body = make.plan(site, planned, clients=[make.client("c1")]).body
    at = make.step_of(body, "preflight")
    for heartbeat, found in ((6, []), (7, ["heartbeat-drift"])):
        now = make.group("G", heartbeat=timedelta(minutes=heartbeat), jitter=1)
        assert [each.finding.code for each in drift(body, make.survey(site, now), [], at=at)] == found


def test_drift_of_a_planned_pair_says_which_setting(make, body):
    """A drift that can be written back has its owner, its field and the list that is there now."""
    survey = make.survey(make.site("s1", "s2"), make.group("G"), make.group("H", secure=True))
    by_list, by_check_box = drift(body, survey, [], at=make.swap_of(body))[:2]
    assert (by_list.owner, by_list.field, by_list.shows) == (make.id_of("H"), SettingField.SERVER_LIST, "Default List")
    assert (by_check_box.owner, by_check_box.field) == (make.id_of("H"), SettingField.SECURE_COMMUNICATIONS)


def test_clients_that_were_moved_are_named_by_the_group_they_are_in(make):
    """Moves are reported once for each group; a group that was not read is named by its id."""
    survey = make.survey(make.site("s1"), make.group("G"))
    moves = [
        ClientMove(name="B", now=make.id_of("G")),
        ClientMove(name="A", now=make.id_of("G")),
        ClientMove(name="C", now=GroupId("77")),
    ]
    found = {each.finding.subject: each.finding for each in moved(survey, moves)}
    assert set(found) == {"G", "77"}
    assert "2 clients were moved here, among them A, B" in found["G"].message
    assert {finding.code for finding in found.values()} == {"clients-moved"}
    assert {finding.severity for finding in found.values()} == {Severity.INFO}
