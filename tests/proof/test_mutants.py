"""The control of the proof: a product without one of its rules is caught. `make mutants` shows it for all of them."""

import tomllib
from pathlib import Path

import pytest

from rotation.build import ClientBuild
from rotation.planning import treatment
from tests.proof.mutants import LEDGER, MUTATIONS, again, read_ledger
from tests.proof.mutation import Mutation, applied, everywhere

_DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "proof.md"
_QUICK = ("builds-14-2-fail-over", "there-is-no-holdout", "edited-lists-are-not-named")


def test_the_document_shows_the_ledger():
    """docs/proof.md has a row for each mutation, with the invariant that catches it, or says that nothing does."""
    ledger, shown = read_ledger(), _DOCUMENT.read_text(encoding="utf-8")
    for each in MUTATIONS:
        known = ledger.get(each.name)
        by = f"`{known.invariant}`" if known else "nothing yet"
        assert f"| {each.name} | {'-' if each.rule == 'issue' else each.rule} | {by} |" in shown


def test_the_ledger_keeps_mutations_that_there_are():
    """Each mutation has an entry or says why nothing catches it; a name of its own; and what is wrong then."""
    names = [each.name for each in MUTATIONS]
    assert len(names) == len(set(names))
    kept = [entry["name"] for entry in tomllib.loads(LEDGER.read_text()).get("mutant", ())]
    assert set(kept) == {each.name for each in MUTATIONS if not each.unproven}
    assert all(each.wrong.endswith(".") for each in MUTATIONS)


def test_a_mutation_is_in_force_only_while_it_is_applied():
    """A property, and a rule that stands in a tuple, are replaced and put back."""
    build = ClientBuild(numbers=(14, 2, 3335, 1000))
    by_name = {each.name: each for each in MUTATIONS}
    with applied(by_name["builds-14-2-fail-over"]):
        assert build.fails_over_on_mismatch
    assert not build.fails_over_on_mismatch
    rules = treatment._RELAX_RULES
    with applied(by_name["http-with-verification-fails-over"]):
        assert len([each for each in treatment._RELAX_RULES if each in rules]) == len(rules) - 1
    assert rules == treatment._RELAX_RULES


def test_a_mutation_of_nothing_is_an_error():
    """One that changes nothing would survive for no fault of the invariants."""
    nowhere = Mutation(
        name="nowhere", rule="1", wrong="", replaces=lambda: None, changed=lambda: None, where=everywhere
    )
    with pytest.raises(LookupError), applied(nowhere):
        pass


@pytest.mark.parametrize("name", _QUICK)
async def test_a_mutation_is_caught(name):
    """What the ledger keeps is not as promised with the mutation, and is without it."""
    known = read_ledger()[name]
    mutated = next(each for each in MUTATIONS if each.name == name)
    assert await again(mutated, known) == known
