"""Statements about gates: what they have to say, and what they cannot say."""

import pytest

from rotation.console.statement import WantedProof, missing_in, untrue

ASKED = WantedProof(clients=5, text="upload an export")


def test_a_statement_names_everybody_whom_it_leaves_open():
    """Counts that fit, with a name for each of the others."""
    assert untrue({"clients": "5", "covered": "5"}, ASKED) is None
    assert untrue({"clients": "5", "covered": "3", "missing": "PC-1, PC-2"}, ASKED) is None
    assert missing_in({"missing": " PC-1,\nPC-2, "}) == ("PC-1", "PC-2")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({}, "statement-incomplete"),
        ({"clients": "five", "covered": "5"}, "statement-incomplete"),
        ({"clients": "5", "covered": "-1", "missing": "A, B, C, D, E, F"}, "statement-incomplete"),
        ({"clients": "4", "covered": "4"}, "statement-other-count"),
        ({"clients": "5", "covered": "4"}, "statement-unnamed"),
        ({"clients": "5", "covered": "5", "missing": "PC-1"}, "statement-unnamed"),
        ({"clients": "5", "covered": "6"}, "statement-unnamed"),
    ],
)
def test_what_does_not_add_up_is_refused(statement, code):
    """A console that shows another number than the newest export shows other clients."""
    finding = untrue(statement, ASKED)
    assert finding is not None
    assert finding.code == code
    assert finding.remedy
