"""Findings weigh differently, and only blocking ones stop a rotation."""

from rotation.finding import blockers, blocking, folded, info, some, warning


def test_only_blocking_findings_stop():
    """Reasons and warnings are shown; blocking findings are a list of their own, in their order."""
    first, second = blocking("a", "s", "m"), blocking("b", "s", "m")
    assert blockers([info("i", "s", "m"), first, warning("w", "s", "m"), second]) == (first, second)


def test_of_thousands_the_first_are_named_with_how_many_more():
    """Names that travel and are shown to a person stay few, and the number of the others is given."""
    names = [f"Group {number}" for number in range(3000)]
    assert some(names) == (*names[:10], "2990 more")
    assert some(names[:10]) == tuple(names[:10])


def test_of_each_code_the_first_findings_stay_with_how_many_more():
    """Blocking findings stay apart from the others, and none of a rare code is folded away."""
    many = [blocking("list-drift", f"Group {number}", "uses 'X'", "put it back") for number in range(3000)]
    rare = warning("list-drift", "Group 7", "m")
    seen = folded([*many, rare])
    assert seen[:10] == tuple(many[:10])
    assert seen[10:] == (blocking("list-drift", "2990 more", "the same holds for 2990 more", "put it back"), rare)
    assert folded(many[:10]) == tuple(many[:10])
