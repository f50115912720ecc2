"""Ways in which clients were cut off behind a proof that had held: each stays closed."""

import pytest

from tests.simulation.holes import HOLES, shortcomings

OPEN = frozenset(
    {
        "agents of another kind take the list days after the policy",
        "clients come back between list and policy, and the dates look new",
    }
)
"""Those that are expected to fail until their rule is built."""


@pytest.mark.parametrize(
    "hole",
    [
        pytest.param(each, marks=pytest.mark.xfail(strict=True, reason=f"rule {each.rule}"))
        if each.name in OPEN
        else each
        for each in HOLES
    ],
    ids=lambda each: each.name,
)
async def test_nobody_is_cut_off(hole):
    """Nobody is lost by what the product asked for, what others do is told in time, and there is a way out."""
    assert shortcomings(await hole.played()) == []


@pytest.mark.parametrize("kind", ["fail_over", "silent"])
async def test_rule_24_is_what_closes_it(kind, monkeypatch):
    """Without the gate that has clients show what servers sign, all of them are cut off by the last replacement."""
    monkeypatch.setattr("rotation.procedure.steps.shown_by_clients", lambda *_, **__: iter(()))
    (hole,) = (each for each in HOLES if each.name == f"the dates of stale signatures look new ({kind})")
    assert len(shortcomings(await hole.played())) >= 40
