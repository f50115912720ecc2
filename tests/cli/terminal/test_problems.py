"""Refusals on the screen: each finding is printed once, and a remedy names a command where there is one."""

from http import HTTPStatus

import pytest

from api.http.problems import ProblemError
from cli.terminal.problems import as_command, lines

ONE = {"subject": "SEPM-9", "message": "SEPM-9: there is no such server", "remedy": "name one of SEPM-1"}
OTHER = {"subject": "SEPM-1", "message": "did not answer", "remedy": "bring it up"}


def test_a_single_finding_is_the_problem_itself():
    """Detail and finding say the same: it is printed once, with its remedy."""
    problem = {"title": "Unknown server", "detail": ONE["message"], "remedy": ONE["remedy"], "findings": [ONE]}
    assert list(lines(problem)) == [f"Unknown server: {ONE['message']}", "What to do: name one of SEPM-1"]


def test_several_findings_are_listed_with_their_remedies():
    """Neither the detail nor the remedy, which are made of theirs, is repeated."""
    detail = f"{ONE['message']}; {OTHER['message']}"
    problem = {"title": "Plan refused", "detail": detail, "remedy": "name one of SEPM-1; bring it up"}
    assert list(lines(problem | {"findings": [ONE, OTHER]})) == [
        "Plan refused:",
        f"- SEPM-9: {ONE['message']}",
        "  what to do: name one of SEPM-1",
        "- SEPM-1: did not answer",
        "  what to do: bring it up",
    ]


def test_what_only_the_problem_says_is_kept():
    """A detail and a remedy of its own stand before and after the findings."""
    problem = {"title": "Invalid", "detail": "two things", "remedy": "correct them", "findings": [ONE, OTHER]}
    printed = list(lines(problem))
    assert (printed[0], printed[-1]) == ("Invalid: two things", "What to do: correct them")


def test_a_missing_key_has_the_ways_of_the_command_line():
    """A person sends no header."""
    problem = {"status": 401, "title": "Key missing", "detail": "no key", "remedy": "send the header X"}
    assert list(lines(problem))[1].startswith("What to do: give the key of this service: --folder FOLDER")


@pytest.mark.parametrize(
    ("remedy", "written"),
    [
        ("list the sites: GET /v1/sites", "list the sites: rotator site list"),
        ("GET /v1/sites/vienna/trust", "rotator trust show vienna"),
        (
            "first: POST /v1/sites/vienna/restore",
            "first: rotator restore vienna --why REASON",
        ),
        ("give it back, POST /v1/tasks/t.1/refused", "give it back, rotator tasks refused t.1 --why REASON"),
        ("finish it, POST /v1/tasks/t.1/done; or", "finish it, rotator tasks done t.1; or"),
        ("anew: POST /v1/sites/vienna/recovery-plans", "anew: rotator recover vienna"),
        ("add it first: POST /v1/certificates", "add it first: rotator certificate add FILE"),
        ("POST /v1/certificates/ID/keystores", "rotator certificate keystore ID"),
        (
            "take it: POST /v1/certificates/ID/keystores, then follow its Location",
            "take it: rotator certificate keystore ID",
        ),
        ("POST /v1/certificates/ID/keystores, potom následujte jeho Location", "rotator certificate keystore ID"),
        ("say which (PUT /v1/sites/vienna/database)", "say which (PUT /v1/sites/vienna/database)"),
    ],
)
def test_a_remedy_names_the_command(remedy, written):
    """A request that has a command is written as that; one that has none, and one whose path goes on, stay."""
    assert as_command(remedy) == written


def test_a_title_writes_names_as_they_are_written():
    """The code is in small letters; the title is for people."""
    assert ProblemError(HTTPStatus.CONFLICT, "sepm-untrusted", "").problem.title == "SEPM untrusted"
    assert ProblemError(HTTPStatus.CONFLICT, "site-over-rest", "").problem.title == "Site over REST"
