"""The ledger of seeds that once found a defect: each is played again, and no invariant is violated."""

import tomllib
from pathlib import Path

import pytest

from simulation.drawn.faults import Faults
from simulation.judged.invariants import check
from simulation.played.run import play
from tests.proof.drawn.drawing import SMALL, draw
from tests.proof.mutants import SIZES
from tests.proof.seeds import scenario

LEDGER = Path(__file__).parent.parent / "seeds.toml"
SEEDS = tomllib.loads(LEDGER.read_text())["seed"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(each, marks=pytest.mark.xfail(strict=True, reason=each["open"])) if "open" in each else each
        for each in SEEDS
    ],
    ids=lambda entry: f"{entry.get('of', 'small')}-{entry['number']}",
)
async def test_a_seed_that_found_a_defect_finds_it_no_more(entry):
    """The rotation ends, and every invariant holds."""
    facts = await play(_scenario(entry))
    assert facts.unfinished == ""
    assert check(facts) == ()


def _scenario(entry):
    """As `rotator simulate` draws it, or as `make proof` or `make mutants` do."""
    if entry.get("of") == "proof":
        return scenario(entry["number"])
    return draw(entry["number"], SIZES if entry.get("of") == "mutants" else SMALL, Faults(entry["faults"]))


def test_each_entry_says_what_it_found():
    """A seed alone does not show what it found."""
    assert all(entry["found"].endswith(".") and entry["pinned_by"] for entry in SEEDS)
