"""Gate arithmetic: minima, references, and when to look again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.plan.scope import OwnerScope, Treatment
from rotation.proof.gate import Reference, fix, follow, minimum, moved_after_swap, next_look, next_reading, written
from rotation.values import GroupId

G = GroupId("G")
T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SPANS = st.timedeltas(timedelta(0), timedelta(days=7))


def owner(heartbeat, jitter):
    """An owner with those times."""
    return OwnerScope(
        group_id=G, path="G", treatment=Treatment.RELAX, pairs=(), slowest_heartbeat=heartbeat, jitter=jitter
    )


@given(times=st.lists(st.tuples(SPANS, SPANS), max_size=6), floor=SPANS)
def test_minimum_is_three_heartbeats_of_the_slowest_and_its_jitter(times, floor):
    """Never below any owner's three heartbeats and jitter nor the floor, and not above all of them."""
    waits = [3 * heartbeat + jitter for heartbeat, jitter in times]
    assert minimum([owner(*each) for each in times], floor=floor) == max([floor, *waits])


def test_without_owners_the_floor_is_all():
    """A gate without owners waits for its floor only."""
    assert minimum([]) == timedelta(0)
    assert minimum([], floor=SECOND) == SECOND


# -- references --------------------------------------------------------------------------------------


def noted(**fields):
    """What was noted around a write at the start: the policy was of the day before."""
    known = {
        "owner": G,
        "date_before": T0 - timedelta(days=1),
        "written_at": T0,
        "not_before": T0 + timedelta(minutes=2),
    }
    return Reference(**{**known, **fields})


def test_rule_9_the_reference_is_the_date_that_the_last_write_caused():
    """Moved, and not earlier than SEPM's clock at the write."""
    assert fix(noted(), T0 + SECOND, sepm_clock=T0 + timedelta(minutes=3)).fixed == T0 + SECOND
    assert fix(noted(), T0, sepm_clock=T0 + timedelta(minutes=3)).fixed == T0


def test_rule_9_a_date_that_did_not_move_proves_nothing():
    """The write changed nothing that clients receive."""
    stood = noted(date_before=T0 + SECOND)
    assert fix(stood, T0 + SECOND, sepm_clock=T0 + timedelta(hours=1)).fixed is None


def test_rule_9_a_move_of_an_earlier_write_proves_nothing():
    """The date moved since it was noted, but to a time before the last write: that is the write before."""
    assert fix(noted(), T0 - SECOND, sepm_clock=T0 + timedelta(hours=1)).fixed is None


def test_the_first_of_several_writes_is_remembered():
    """Who fell silent after it may have been cut off by it; the reference itself is about the last one."""
    first = written(G, T0 - SECOND, T0, delay=SECOND, before=None)
    last = written(G, T0, T0 + 60 * SECOND, delay=SECOND, before=first)
    assert (last.first_written_at, last.written_at) == (T0, T0 + 60 * SECOND)
    assert last.not_before == T0 + 62 * SECOND


def test_rule_9_while_an_earlier_write_may_still_be_published_nothing_is_fixed():
    """Until the publish delay is over, the date that shows may be the one before the last."""
    assert fix(noted(), T0 + SECOND, sepm_clock=T0 + timedelta(minutes=2) - SECOND).fixed is None
    assert fix(noted(), T0 + SECOND, sepm_clock=T0 + timedelta(minutes=2)).fixed == T0 + SECOND


@given(
    fixed=st.datetimes(timezones=st.just(UTC)),
    date=st.datetimes(timezones=st.just(UTC)),
    clock=st.datetimes(timezones=st.just(UTC)),
)
def test_rule_9_once_fixed_it_never_moves(fixed, date, clock):
    """A later change of policy must not take proof away, nor give it."""
    reference = noted(fixed=fixed)
    assert fix(reference, date, sepm_clock=clock) == reference


def test_rule_12_later_dates_of_right_settings_are_followed():
    """Only later ones, each once; the newest is what proof is held against, and there is none before it is fixed."""
    assert noted().newest is None
    assert follow(noted(), T0) == noted()
    fixed = noted(fixed=T0)
    assert fixed.newest == T0
    assert follow(fixed, T0) == fixed
    assert follow(fixed, T0 - SECOND) == fixed
    followed = follow(fixed, T0 + SECOND)
    assert (followed.fixed, followed.followed, followed.newest) == (T0, (T0 + SECOND,), T0 + SECOND)
    assert follow(followed, T0 + SECOND) == followed
    assert follow(followed, T0 + 2 * SECOND).followed == (T0 + SECOND, T0 + 2 * SECOND)


def test_rule_11_a_policy_made_after_the_swap_proves():
    """Its serial was published with the new certificate."""
    moved = moved_after_swap(G, T0 + SECOND, swap_seen=T0, skew=timedelta(0))
    assert moved is not None
    assert (moved.owner, moved.fixed) == (G, T0 + SECOND)


def test_rule_9_a_policy_of_a_server_whose_clock_is_ahead_may_be_older_than_the_swap():
    """Edited three minutes before the swap, on a server that is five minutes ahead: its date looks later."""
    skew = timedelta(minutes=5)
    assert moved_after_swap(G, T0 + timedelta(minutes=2), swap_seen=T0, skew=skew) is None
    assert moved_after_swap(G, T0 + skew, swap_seen=T0, skew=skew) is None
    assert moved_after_swap(G, T0 + skew + SECOND, swap_seen=T0, skew=skew) is not None


# -- looks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "pause"),
    [
        (timedelta(0), timedelta(minutes=5)),
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(minutes=6), timedelta(minutes=6)),
        (timedelta(days=7), timedelta(days=7)),
        (timedelta(days=90), timedelta(days=7)),
    ],
)
def test_looks_grow_rarer_with_the_time_since_something_was_found(waited, pause):
    """After as long as was waited, not before a heartbeat, and once a week at least."""
    now = T0 + waited
    assert next_look(now, since=T0, heartbeat=timedelta(minutes=5)) == now + pause


# -- readings ----------------------------------------------------------------------------------------


def readings(minimum_wait, heartbeat, ends):
    """The times of a gate's readings until it ends."""
    now, due, times = T0, T0 + minimum_wait, []
    while now < T0 + ends:
        now = next_reading(now, opened=T0, due=due, heartbeat=heartbeat)
        times.append(now)
    return times


@given(
    wait=st.timedeltas(timedelta(0), timedelta(days=30)),
    heartbeat=st.timedeltas(timedelta(0), timedelta(days=1)),
    passed=st.timedeltas(timedelta(0), timedelta(days=90)),
)
def test_next_reading_is_later_and_does_not_jump_the_due_time(wait, heartbeat, passed):
    """A gate always looks again, and looks when its minimum is over."""
    now, due = T0 + passed, T0 + wait
    following = next_reading(now, opened=T0, due=due, heartbeat=heartbeat)
    assert following > now
    assert now >= due or following <= due
    assert following - now <= max(heartbeat, passed, timedelta(hours=12))


def test_a_wait_of_months_costs_less_than_three_hundred_readings():
    """A8 with its 24 hours and clients that stay away for 90 days; a holdout of 30 to 90 days."""
    assert len(readings(timedelta(days=1), timedelta(minutes=5), timedelta(days=90))) <= 270
    assert len(readings(timedelta(days=30), timedelta(minutes=5), timedelta(days=90))) <= 270


def test_a_short_wait_is_read_with_the_heartbeat():
    """Two check-ins, a heartbeat apart, are seen as two; when the minimum is over it is read at once."""
    heartbeat, wait = timedelta(minutes=5), timedelta(minutes=17)
    times = [at - T0 for at in readings(wait, heartbeat, timedelta(minutes=20))]
    assert times[:3] == [heartbeat, 2 * heartbeat, wait]


def test_before_the_minimum_the_curve_is_read_on_a_scale_that_grows():
    """A minimum of thirty days with a heartbeat of an hour is read some ten times, not every hour."""
    wait = timedelta(days=30)
    times = [at - T0 for at in readings(wait, timedelta(hours=1), wait)]
    assert times[-1] == wait
    assert 10 <= len(times) <= 12


def test_past_its_minimum_a_gate_is_read_four_times_a_heartbeat():
    """So that a wait that is nearly over ends soon; a day apart is the most."""
    heartbeat = timedelta(minutes=4)
    assert next_reading(T0, opened=T0, due=T0, heartbeat=heartbeat) - T0 == timedelta(minutes=1)
    month = T0 + timedelta(days=30)
    assert next_reading(month, opened=T0, due=T0, heartbeat=heartbeat) - month == timedelta(days=1)


@pytest.mark.parametrize("hours", [1, 5, 24])
def test_readings_grow_rarer_with_the_time_waited(hours):
    """The pause is a quarter of the time waited past the minimum."""
    now = T0 + timedelta(hours=hours)
    pause = next_reading(now, opened=T0, due=T0, heartbeat=timedelta(0)) - now
    assert pause == timedelta(hours=hours) / 4
