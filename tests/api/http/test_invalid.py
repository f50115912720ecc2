"""Forms that are not met, as problems."""

from api.http.invalid import invalid


def test_a_list_of_wrong_items_is_named_in_part():
    """The first hundred, and how many others there are."""
    errors = [{"type": "string_type", "loc": ("body", "names", number), "msg": "no text"} for number in range(10_000)]
    problem = invalid(errors).problem
    assert len(problem.findings) == 100
    assert problem.findings[0].subject == "names.0"
    assert problem.detail.endswith("names.99: no text; and 9900 more")
    assert "more" not in invalid(errors[:100]).problem.detail
