"""Which acts take two persons."""

from datetime import timedelta

import pytest

from rotation.identity.two_persons import lowered, reasons_to_start_together
from rotation.plan.plan import LeftOut
from rotation.site import Limits
from rotation.values import ClientId

LOW = Limits(relax_floor=timedelta(hours=1), holdout_minimum=timedelta(days=7))


@pytest.mark.parametrize(
    ("now", "wanted", "floors"),
    [
        (Limits(), LOW, ("relax_floor", "holdout_minimum")),
        (LOW, Limits(), ()),
        (LOW, LOW, ()),
        (Limits(relax_floor=timedelta(days=3)), Limits(), ()),
        (LOW, LOW.model_copy(update={"relax_floor": timedelta(0)}), ("relax_floor",)),
        (Limits(), Limits(away_limit=timedelta(days=1), gate_patience=timedelta(days=1)), ()),
    ],
    ids=["lowered", "raised", "as they are", "down to the vendor's", "lower still", "no floors"],
)
def test_floors_that_are_lowered(now, wanted, floors):
    """Below the vendor's, and below what they are."""
    assert lowered(now, wanted) == floors


def test_what_two_start(make):
    """A plan that leaves clients out by name, one that begins too late, and each where that is set."""
    body = make.plan(make.site("s1"), make.group("G")).body
    assert list(reasons_to_start_together(body, late=False, always=False)) == []
    out = LeftOut(id=ClientId("C1"), name="PC-1", group="G", reason="away")
    leaves_out = body.model_copy(update={"left_out": (out,)})
    assert len(list(reasons_to_start_together(leaves_out, late=True, always=True))) == 3
    assert list(reasons_to_start_together(leaves_out, late=False, always=False)) == [
        "the plan leaves out 1 clients by name"
    ]
