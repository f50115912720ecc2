"""Clients that a change has silenced are noticed, and those that were away, or came back, are not."""

from datetime import timedelta

import pytest

from rotation.plan.scope import ReportingPace
from rotation.plan.step import GatePurpose
from rotation.proof.reading import judge_all
from rotation.proof.silence import (
    all_silent,
    builds_not_back,
    fallen_silent,
    quiet_for,
    silenced,
    silent_canaries,
    silent_elsewhere,
)
from rotation.values import ServerName


@pytest.mark.parametrize(
    ("minute", "server", "now", "silent"),
    [
        (-2, "s1", 18, True),  # there just before, overdue
        (-2, "s1", 17, False),  # not overdue yet: three heartbeats past publishing
        (-2, "s2", 18, False),  # was not at the swapped server
        (-15, "s1", 18, True),  # there three heartbeats before, which is not away yet
        (-16, "s1", 18, False),  # was away already
        (0, "s1", 18, True),  # there in the very moment
        (1, "s1", 18, False),  # came back
        (None, "s1", 18, False),  # was never there
    ],
)
def test_rule_8_clients_that_the_swap_silenced_are_noticed(make, minute, server, now, silent):
    """A client of the swapped server that does not reappear within three heartbeats counts as silenced."""
    entry = make.entry(make.client("c1", seen=minute, server=server))
    rule = make.swap_rule()
    by_owner = {entry.owner: rule}
    judged = judge_all([entry], by_owner, {})
    found = silenced([entry], judged, by_owner, make.at(minutes=now))
    assert [each.id for each in found] == (["c1"] if silent else [])


_DOWN = (ServerName("s2"), ServerName("s3"))


@pytest.mark.parametrize(
    ("minute", "server", "now", "silent"),
    [
        (-2, "s2", 14, True),  # three heartbeats since it was heard
        (-2, "s2", 13, False),
        (40, "s2", 56, True),  # heard behind the replacement, and its server died later
        (-2, "s4", 99, False),  # its server is up: it is switched off
        (-16, "s2", 99, False),  # was away already
        (None, "s2", 99, False),  # was never there
    ],
)
def test_rule_20_clients_of_a_server_that_is_down_are_noticed(make, minute, server, now, silent):
    """No other server has let them in for three heartbeats, though they fail over."""
    entry = make.entry(make.client("c1", seen=minute, server=server))
    by_owner = {entry.owner: make.swap_rule()}
    found = silenced([entry], judge_all([entry], by_owner, {}), by_owner, make.at(minutes=now), _DOWN)
    assert [each.id for each in found] == (["c1"] if silent else [])


def test_a_relaxed_client_of_a_server_that_is_down_may_be_switched_off(make):
    """It accepts the certificate of any other server; one that was heard shows that they get on."""
    entries = [
        make.entry(make.client(f"c{seen}", seen=seen, server=server), id=f"c{seen}")
        for seen, server in ((-2, "s2"), (98, "s1"))
    ]
    by_owner = {entry.owner: make.swap_rule(relaxed=True) for entry in entries}
    judged = judge_all(entries, by_owner, {})
    assert silenced(entries, judged, by_owner, make.at(minutes=99), _DOWN) == []


def test_of_who_vanished_nothing_is_known(make):
    """A client that SEPM does not list any more may be anywhere."""
    entry = make.entry(observed=None)
    by_owner = {entry.owner: make.swap_rule()}
    assert silenced([entry], judge_all([entry], by_owner, {}), by_owner, make.at(hours=9)) == []


@pytest.mark.parametrize(
    ("seen", "now", "silent"),
    [
        ((-2, -3), 9 * 60, {"c1", "c2"}),  # both were there until then
        ((2, -3), 9 * 60, {"c1", "c2"}),  # one was heard just after it
        ((-2, -900), 9 * 60, {"c1"}),  # the other was away before
        ((-2, 530), 9 * 60, set()),  # one is there: the other may be switched off
        ((-2, 60), 9 * 60, set()),  # one got on behind the replacement, and was switched off later
        ((-2, -3), 17, set()),  # not overdue yet
        ((-2, -15), 9 * 60, {"c1", "c2"}),  # three heartbeats before, which is not away yet
        ((-2, -16), 9 * 60, {"c1"}),
        ((-2, 17), 9 * 60, set()),  # one was heard three heartbeats after the list was published
        ((-2, 16), 9 * 60, {"c1", "c2"}),
        ((-2, 6), 21, set()),  # one is not overdue yet
        ((-2, 6), 22, {"c1", "c2"}),
    ],
)
def test_rule_22_relaxed_clients_are_missed_when_none_of_them_is_heard(make, seen, now, silent):
    """No certificate silences one that does not verify; all of them together, something else has."""
    entries = [make.entry(make.client(f"c{n}", seen=minute), id=f"c{n}") for n, minute in enumerate(seen, start=1)]
    by_owner = {entry.owner: make.swap_rule(relaxed=True) for entry in entries}
    found = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=now))
    assert {each.id for each in found} == silent


@pytest.mark.parametrize(
    ("minute", "now", "silent"),
    [
        (-25, 40, True),  # just before the first write
        (4, 20, True),  # it took the list, and cannot use it
        (4, 19, False),  # not overdue yet
        (-46, 40, False),  # was away already
        (None, 40, False),  # was never there
    ],
)
def test_rule_10_clients_that_relaxing_silenced_are_noticed_without_a_canary_too(make, minute, now, silent):
    """The first write was half an hour before the last one; gate A8 may wait for as long as a holdout is long."""
    entry = make.entry(make.client("c1", seen=minute))
    by_owner = {entry.owner: make.gate_rule(changed_from=make.at(minutes=-30))}
    judged = judge_all([entry], by_owner, {})
    assert [each.id for each in silenced([entry], judged, by_owner, make.at(minutes=now))] == (["c1"] if silent else [])
    canaries = {entry.owner: make.gate_rule(changed_from=make.at(minutes=-30), canary=True)}
    assert silenced([entry], judged, canaries, make.at(minutes=now)) == []


@pytest.mark.parametrize("purpose", [GatePurpose.VERIFYING, GatePurpose.RETURNED])
@pytest.mark.parametrize(("minute", "now", "silent"), [(4, 20, True), (4, 19, False), (-46, 40, False)])
def test_rule_22_clients_that_fall_silent_when_settings_go_back_are_noticed(make, purpose, minute, now, silent):
    """They verify again, or take their own list again, and are not heard for three heartbeats."""
    entry = make.entry(make.client("c1", seen=minute))
    by_owner = {entry.owner: make.gate_rule(purpose=purpose, changed_from=make.at(minutes=-30))}
    judged = judge_all([entry], by_owner, {})
    assert [each.id for each in silenced([entry], judged, by_owner, make.at(minutes=now))] == (["c1"] if silent else [])


@pytest.mark.parametrize(("other", "silent"), [(-3, ["c1", "c2"]), (500, [])])
def test_rule_22_a_relaxed_client_that_sepm_does_not_list_is_silent_and_is_not_named(make, other, silent):
    """It is not heard either; where it was is not known."""
    entries = [make.entry(make.client(f"c{n}", seen=minute), id=f"c{n}") for n, minute in ((1, -2), (2, other))]
    entries.append(make.entry(id="gone")._replace(observed=None))
    by_owner = {entries[0].owner: make.swap_rule(relaxed=True)}
    found = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=510))
    assert [each.id for each in found] == silent


@pytest.mark.parametrize(("longest", "missed"), [(30, 3), (61, 3), (62, 0), (100, 0)])
def test_rule_22_clients_are_missed_when_they_are_silent_for_longer_than_ever(make, longest, missed):
    """An hour after the replacement, 62 minutes of silence are none that they have come back from before."""
    back = [make.entry(make.client("c1", seen=59), id="c1", relaxed=True)]
    others = [
        make.entry(
            make.client(f"o{number}", seen=-2, build="14.3.2"),
            id=f"o{number}",
            relaxed=True,
            longest_silence=timedelta(minutes=longest),
        )
        for number in range(3)
    ]
    entries = [*back, *others]
    by_owner = {entry.owner: make.swap_rule(relaxed=True, verifies_next=True) for entry in entries}
    found = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=60))
    assert len(found) == missed


def _of_two_builds(make, others, *, longest=0, relaxed=True, with_mark=()):
    """Two clients that are back after a replacement, and others of another build, seen in those minutes."""
    seen = [*((f"c{number}", 500, "14.3.1") for number in range(2))]
    seen += [(f"o{number}", minute, "14.3.2") for number, minute in enumerate(others)]
    return [
        make.entry(
            make.client(name, seen=minute, build=build),
            id=name,
            relaxed=relaxed or name in with_mark,
            longest_silence=timedelta(minutes=longest),
        )
        for name, minute, build in seen
    ]


@pytest.mark.parametrize(
    ("others", "longest", "missed"),
    [
        ((-2, -3, -4), 0, 3),  # all of that build
        ((-2, -3, -4, 500), 0, 3),  # most of it
        ((-2, -3, -4, 500, 500, 500, 500), 0, 0),  # the lesser part: they may be switched off
        ((-2, -3), 0, 0),  # so may two
        ((-2, -3, -4), 300, 3),  # they have not been silent for so long before
        ((-2, -3, -4), 360, 0),  # they are switched off each night, and perhaps over a weekend
        ((-5300, -5300, -5300), 360, 3),  # no weekend is that long
        ((-300, -300, -300), 0, 0),  # silent before the replacement: it has another cause
        ((-5, -5, -5), 0, 3),  # a heartbeat before the replacement
        ((-6, -7, -8), 0, 0),  # overdue at the replacement
        ((-6, -7, -8), 10, 3),  # as late as they have been before
        ((-16, -17, -18), 100, 0),  # three heartbeats late
        ((-4, -7, -8, -3, -2), 0, 3),  # most were not overdue
        ((-5300, -5300, -5300), 0, 3),  # for longer than over a weekend
        ((-5251, -5251, -5251), 360, 3),
        ((-5250, -5250, -5250), 360, 0),  # four days, to the minute
        ((-5760, -5760, -5760), 360, 3),  # four days before the replacement
        ((-5761, -5761, -5761), 360, 0),
        ((-5800, -5800, -5800), 0, 0),  # away for days before the replacement
        ((-300, -300, -300), 420, 0),  # as each night
        ((-300, -300, -300, -2), 0, 0),  # one was there
        ((-300, -300, -300, 500), 0, 0),  # one is back: the others are switched off still
    ],
)
def test_rule_22_relaxed_clients_of_one_build_are_missed_together(make, others, longest, missed):
    """Agents of another build may not have taken the list; a silence that they come back from is not reported."""
    entries = _of_two_builds(make, others, longest=longest)
    by_owner = {entry.owner: make.swap_rule(relaxed=True, verifies_next=True) for entry in entries}
    found = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=510))
    assert [each.id[0] for each in found] == ["o"] * missed


@pytest.mark.parametrize(("with_mark", "missed"), [(("c0", "c1"), 0), ((), 3)], ids=["others took it", "repaired"])
def test_clients_that_never_took_the_relaxed_policy_say_nothing_of_their_build(make, with_mark, missed):
    """They were away before, and are waited for. A repair takes the mark from all of their group: it says nothing."""
    entries = _of_two_builds(make, (-2, -3, -4), relaxed=False, with_mark=with_mark)
    by_owner = {entry.owner: make.swap_rule(relaxed=True, verifies_next=True) for entry in entries}
    assert len(silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=510))) == missed


@pytest.mark.parametrize(
    ("others", "missed"),
    [
        ((-2, -300, -5760), True),  # within four days before it
        ((-2, -300, -5761), False),  # two may be switched off
        ((-2, -3, 0), False),  # one is back
        ((-2, -3, None), False),  # one was never there
    ],
)
def test_a_build_is_not_back_while_none_of_its_clients_is(make, others, missed):
    """Three of them were there in the days before the replacement, and none was heard since."""
    entries = _of_two_builds(make, others)
    found = builds_not_back(entries, make.at(), ())
    assert [[each.id for each in build] for build in found] == ([["o0", "o1", "o2"]] if missed else [])


@pytest.mark.parametrize(
    ("quiet", "missed"), [(("o0", "o1", "o2"), True), (("o0", "o1"), False)], ids=["all", "one was heard of late"]
)
def test_a_build_that_has_come_back_and_fell_silent_is_not_back(make, quiet, missed):
    """All of them were heard since the replacement, and something has silenced all of them afterwards."""
    found = builds_not_back(_of_two_builds(make, (1, 2, 3)), make.at(), quiet)
    assert [[each.id for each in build] for build in found] == ([["o0", "o1", "o2"]] if missed else [])


PACE = ReportingPace(slowest_heartbeat=timedelta(minutes=4), jitter=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("others", "longest", "changed", "missed"),
    [
        ((1, 2, 3), 5, {}, 3),
        ((1, 2), 5, {}, 0),  # two may be switched off
        ((1, 2, 3, 500), 5, {}, 0),  # one is there: the others may be switched off
        ((1, 2, -1), 5, {}, 0),  # one was not heard behind the replacement: another rule asks about it
        ((1, 2, 3, -1), 5, {}, 3),
        ((1, 2, 6), 5, {}, 3),  # within one heartbeat
        ((1, 2, 7), 5, {}, 0),  # one by one
        ((1, 2, 3, 4, 5, 500), 5, {}, 5),  # one of six is there: perhaps nothing has given it what the others have
        ((100, 101, 102, 103, 1), 5, {}, 4),  # one was switched off before
        ((100, 101, 102, 1, 50), 5, {}, 0),  # two were
        ((1, 2, 3), 359, {}, 3),
        ((1, 2, 3), 360, {}, 0),  # they are off at night
        ((1, 2, 3), 5, {"left_out": True}, 0),
        ((1, 2, 3), 5, {"non_persistent": True}, 0),
        ((496, 496, 497), 2, {}, 0),  # silent for three heartbeats and the jitter, to the minute
        ((495, 496, 496), 2, {}, 3),
    ],
)
def test_a_group_that_a_gate_does_not_ask_is_missed_behind_a_replacement(make, others, longest, changed, missed):
    """All of one build and group fell silent together, which are on at all times; the gate reads other clients."""
    entries = [each._replace(**changed) for each in _of_two_builds(make, others, longest=longest)]
    paces = {each.owner: PACE for each in entries}
    found = silent_elsewhere(entries, (), make.at(), paces, make.at(minutes=510))
    assert [each.id[0] for each in found] == ["o"] * missed


def test_a_group_that_inherits_is_missed_though_its_owner_has_others(make):
    """What gives clients an old Sylink.xml may do so there alone."""
    entries = [each._replace(group_id=make.id_of("BELOW")) for each in _of_two_builds(make, (1, 2, 3), longest=5)]
    build, owner = entries[-1].observed.build, entries[-1].owner
    there = make.entry(make.client("c9", seen=505, build=build), id="c9", owner=owner)
    paces = {each.owner: PACE for each in entries}
    found = silent_elsewhere([*entries, there], (), make.at(), paces, make.at(minutes=510))
    assert [each.id for each in found] == [each.id for each in entries if each.id[0] == "o"]


def test_a_client_that_is_off_at_night_shows_that_its_group_is_not_cut_off(make):
    """It was heard later than those of its build and group that are on at all times."""
    entries = _of_two_builds(make, (1, 2, 3, 100), longest=5)
    entries[-1] = entries[-1]._replace(longest_silence=timedelta(hours=9))
    paces = {each.owner: PACE for each in entries}
    assert silent_elsewhere(entries, (), make.at(), paces, make.at(minutes=510)) == []


@pytest.mark.parametrize(
    ("seen", "longest", "changed", "silent"),
    [
        ((500, 501, 502), 5, {}, 3),
        ((500, 501), 5, {}, 0),  # two may be switched off
        ((500, 501, 505), 5, {}, 0),  # one has reported within a heartbeat and the jitter, to the minute
        ((500, 501, 504), 5, {}, 3),
        ((500, 501, 502), 360, {}, 0),  # they are off at night
        ((100, 101, 102), 359, {}, 3),
        ((500, 501, 502), 10, {}, 0),  # they have been silent for as long, and came back
        ((500, 501, 502, 490), 10, {}, 0),
        ((-1, 501, 502), 5, {}, 0),  # one was not heard since it is known which are on at night
        ((500, 501, 502), 5, {"left_out": True}, 0),
        ((500, 501, 502), 5, {"non_persistent": True}, 0),
    ],
)
def test_no_client_reports_though_some_are_on_at_all_times(make, seen, longest, changed, silent):
    """All three that are on at night too have been silent for longer than ever, and no other client has reported."""
    changed = {"longest_silence": timedelta(minutes=longest), **changed}
    entries = [
        make.entry(make.client(f"c{number}", seen=minute), id=f"c{number}", **changed)
        for number, minute in enumerate(seen)
    ]
    paces = {each.owner: PACE for each in entries}
    assert all_silent(entries, make.at(), paces, make.at(minutes=510)) == silent


@pytest.mark.parametrize(
    "changed", [{"longest_silence": timedelta(hours=9)}, {"left_out": True}, {"non_persistent": True}]
)
def test_a_client_that_does_not_count_shows_that_the_site_is_heard(make, changed):
    """It says nothing by its silence; that it has reported says that SEPM's answers are new."""
    entries = [make.entry(make.client("c", seen=508), id="c", **changed)]
    entries += [make.entry(make.client(f"e{n}", seen=500), id=f"e{n}") for n in range(3)]
    paces = {each.owner: PACE for each in entries}
    assert all_silent(entries, make.at(), paces, make.at(minutes=510)) == 0


def test_a_client_that_a_gate_waits_for_is_missed_once(make):
    """What the gate asks of a client is another rule's; the others of its group are named beside it."""
    entries = _of_two_builds(make, (1, 2, 3), longest=5)
    paces = {each.owner: PACE for each in entries}
    found = silent_elsewhere(entries, (entries[3].id,), make.at(), paces, make.at(minutes=510))
    assert [each.id for each in found] == ["o0", "o2"]


@pytest.mark.parametrize(("length", "longest", "quiet"), [(9, 9, True), (10, 9, False), (9, 10, False)])
def test_a_client_is_quiet_when_it_never_was_so_for_as_long(make, length, longest, quiet):
    """Heard ten minutes ago: to the minute."""
    entry = make.entry(make.client("c", seen=0), longest_silence=timedelta(minutes=longest))
    assert quiet_for(entry, timedelta(minutes=length), make.at(minutes=10)) is quiet


@pytest.mark.parametrize(
    ("last", "now", "quiet"),
    [(8, 24, True), (8, 23, False), (None, 600, False)],
    ids=["not heard for three heartbeats", "not overdue yet", "never covered"],
)
def test_covered_clients_that_fall_silent_are_named(make, last, now, quiet):
    """They hold no gate any more: the person who replaces the certificate shall know of them."""
    rule, newest = make.gate_rule(), make.serial("G", make.t0)
    readings = [make.client("c1", seen=minute, serial=newest) for minute in ((2, 5, last) if last else (-2,))]
    judged = make.read(rule, *readings)
    entry = make.entry(readings[-1])
    found = fallen_silent([entry], [judged], {entry.owner: rule}, make.at(minutes=now))
    assert [each.id for each in found] == (["c1"] if quiet else [])
    gone = entry._replace(observed=None)
    assert fallen_silent([gone], [judged], {entry.owner: rule}, make.at(minutes=now)) == []


@pytest.mark.parametrize(
    ("seen", "canary", "named"),
    [(-2, True, True), (4, True, True), (5, True, False), (-2, False, False)],
    ids=["silent since", "took the policy, and silent since", "heard", "no canary"],
)
def test_canaries_that_do_not_get_through_are_named(make, seen, canary, named):
    """What brings such a canary back need not be the way that it is to show."""
    entry, rule = make.entry(make.client("c1", seen=seen)), make.gate_rule(canary=canary)
    judged = [make.judge(rule, entry.observed)]
    found = silent_canaries([entry], judged, {entry.owner: rule}, make.at(minutes=20))
    assert [each.id for each in found] == (["c1"] if named else [])


def test_a_group_that_reports_seldom_is_on_at_all_times(make):
    """Its clients are silent for hours between two check-ins: nights show where they are off for longer."""
    entries = _of_two_builds(make, (1, 2, 3), longest=480)
    often, seldom = (
        {each.owner: ReportingPace(slowest_heartbeat=timedelta(hours=hours), jitter=timedelta(0)) for each in entries}
        for hours in (3, 8)
    )
    now = make.at(minutes=1600)
    assert silent_elsewhere(entries, (), make.at(), often, now) == []
    assert len(silent_elsewhere(entries, (), make.at(), seldom, now)) == 3
