"""Lengths of time as people give them, and the limits of a site within their bounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import timedeltas
from pydantic import TypeAdapter, ValidationError

from rotation.site import Limits, judged
from rotation.span import Span, before, iso

SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)


@pytest.mark.parametrize(("text", "span"), [("P7D", timedelta(days=7)), (" PT12H ", timedelta(hours=12))])
def test_iso_text_is_a_length_of_time(text, span):
    """As people write it, and as it is stored."""
    assert SPAN.validate_python(text) == span
    assert SPAN.validate_json(SPAN.dump_json(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [(timedelta(days=400), "P400D"), (timedelta(days=3660, hours=1), "P3660DT1H"), (-timedelta(days=365), "-P365D")],
)
def test_years_are_shown_as_days(span, text):
    """A duration of RFC 3339 that mixes years and days is read by few programs."""
    assert SPAN.dump_json(span) == f'"{text}"'.encode()
    assert SPAN.validate_python(text) == span


@given(timedeltas(timedelta(days=-364), timedelta(days=364)))
def test_all_else_is_shown_as_pydantic_shows_it(span):
    """And read again as the same."""
    assert f'"{iso(span)}"'.encode() == TypeAdapter(timedelta).dump_json(span)
    assert SPAN.validate_python(iso(span)) == span


@pytest.mark.parametrize(
    "value",
    [7, 0, 1.5, True, False, None, "", "7", "P", "24:00", "1 day, 2:00", "P7D" * 30, "P" + "9" * 50 + "D", [], {}],
)
def test_nothing_else_is(value):
    """A number or a boolean names no unit; a clock's time, a text that is too long or too large is refused."""
    with pytest.raises(ValidationError):
        SPAN.validate_python(value)


@pytest.mark.parametrize("name", Limits.model_fields)
@pytest.mark.parametrize("value", ["-P1D", "-PT0.000001S", "P40000D", 3600, True])
def test_no_limit_is_negative_huge_or_without_a_unit(name, value):
    """Each limit has its bounds: what is outside of them cannot be built."""
    with pytest.raises(ValidationError) as refused:
        Limits.model_validate({name: value})
    assert {problem["loc"] for problem in refused.value.errors()} == {(name,)}


def test_what_was_stored_is_judged_limit_by_limit():
    """Those of no use are named with what was stored, and the rest stays; two in the wrong order are both of no use."""
    limits, refused = judged({"publish_delay": "-P1D", "gate_patience": "P7D", "relax_floor": 3600})
    assert limits == Limits(gate_patience=timedelta(days=7))
    assert {each.name: each.value for each in refused} == {"publish_delay": "-P1D", "relax_floor": "3600"}
    _, disordered = judged({"holdout_minimum": "P80D", "holdout_maximum": "P10D"})
    assert {each.name: each.value for each in disordered} == {"holdout_minimum": "P80D", "holdout_maximum": "P10D"}
    assert all(each.finding.remedy for each in (*refused, *disordered))


def test_nothing_is_before_the_first_moment():
    """A certificate that ended in the year 1 has no date before it."""
    first = datetime(1, 1, 2, tzinfo=UTC)
    assert before(first, timedelta(days=500)) == datetime(1, 1, 1, tzinfo=UTC)
    assert before(first, timedelta(hours=1)) == first - timedelta(hours=1)
