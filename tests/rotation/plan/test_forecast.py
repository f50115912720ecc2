"""When steps can begin: what a calendar wants to know."""

from datetime import timedelta

from rotation.plan.forecast import forecast, least, step_least


def test_earliest_is_the_sum_of_what_must_be_waited(make):
    """People and machines take no time at the earliest: 24 hours of A8, then the gates of 17 and 15 minutes."""
    plan = make.plan(make.site("s1"), make.group("G"))
    begins = {time.step.split("-", 1)[1]: time.earliest - make.t0 for time in plan.times}
    assert begins["A8"] == timedelta(0)
    assert begins["A9"] == timedelta(hours=24)
    assert begins["A2-undo"] == timedelta(hours=24, minutes=17 + 15 + 15)
    assert plan.least == timedelta(hours=24, minutes=17 + 15 + 15 + 5)


def test_least_is_the_sum_of_the_steps(make):
    """The plan's own time is that of its gates, its holdout and its closing check."""
    body = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")]).body
    assert least(body) == sum((step_least(step) for step in body.steps), timedelta(0))
    assert least(body) == timedelta(days=30, minutes=17 + 17 + 17 + 5)


def test_expected_counts_people_and_writes(make):
    """Nothing is expected before it is possible, and a person's half hour is expected."""
    body = make.plan(make.site("s1"), make.group("G")).body
    times = forecast(body, start=make.t0)
    assert [time.step for time in times] == [step.id for step in body.steps]
    assert all(time.expected >= time.earliest for time in times)
    recovery, copying = times[1], times[2]
    assert copying.expected - recovery.expected == timedelta(minutes=30)
    assert times[0].earliest == times[0].expected == make.t0
