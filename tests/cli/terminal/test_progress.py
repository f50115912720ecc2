"""A rotation on the screen."""

from io import StringIO
from typing import Any

from rich.console import Console

from cli.terminal.progress import overview

REPORT = {"elapsed_seconds": 93.4, "least_seconds": 15.0, "steps": 3, "clients": 40, "clients_not_back": 1}


def test_trouble_comes_first_with_what_helps():
    """Stalled or adrift, since when, why, and the command; the same attention is not printed again."""
    out = StringIO()
    trouble = {
        "standing": "adrift",
        "code": "history-gone",
        "subject": "rot-1",
        "message": "gone",
        "remedy": "restore it",
    }
    attention = [
        {"code": "history-gone", "subject": "rot-1", "message": "adrift: gone", "remedy": "restore it"},
        {"code": "drift", "subject": "the site", "message": "differs", "remedy": ""},
    ]
    shown = {
        "id": "rot-1",
        "site_id": "vienna",
        "status": "running",
        "phase": "relaxing",
        "step_id": "",
        "step_number": "A8",
        "step_title": "wait",
        "step_index": 3,
        "step_count": 30,
        "next_action_at": None,
        "held": False,
        "attention": attention,
        "trouble": trouble,
        "trouble_since": "2026-03-01T12:00:00Z",
        "live": None,
        "coverage": None,
        "report": None,
    }
    Console(file=out, width=200).print(overview(shown))
    printed = [line.rstrip() for line in out.getvalue().splitlines()]
    assert printed[1].startswith("ADRIFT since ")
    assert printed[1].endswith("(history-gone): gone")
    assert printed[2] == "What helps: restore it"
    assert [line for line in printed if line.startswith("ATTENTION")] == ["ATTENTION the site: differs"]


def test_one_that_has_ended_shows_its_report():
    """Steps, times, clients and those not back; no empty brackets where no client is waited for."""
    out = StringIO()
    shown = {
        "id": "rot-1",
        "site_id": "vienna",
        "status": "completed",
        "phase": "ended",
        "step_index": 3,
        "step_count": 3,
        "next_action_at": None,
        "held": False,
        "attention": [],
        "live": None,
        "coverage": {"total": 40, "covered": 40, "waiting": 0, "by_reason": {}},
        "report": REPORT | {"not_back": ["PC-7"], "left_out": 2},
    }
    Console(file=out, width=200).print(overview(shown))
    printed = out.getvalue()
    assert "40 of 40 proven, 0 waited for\n" in printed
    assert "\nReport: steps: 3, in 1 min 33 s, 15 s at least by the plan; clients: 40, not back: 1 (PC-7)" in printed


def test_question_is_shown_with_what_may_be_chosen_and_its_token():
    """The token is what an answer names."""
    out = StringIO()
    asked = {"code": "gate-limit", "subject": "A8", "message": "PC-1 waits", "options": ["extend", "proceed"]}
    shown: dict[str, Any] = {
        **dict.fromkeys(("id", "site_id", "status", "phase", "next_action_at", "coverage", "report")),
        "held": False,
        "attention": [],
        "step_index": 1,
        "step_count": 1,
        "live": {"attention": [asked | {"question": "0a1b2c"}, asked | {"options": [], "question": ""}]},
    }
    Console(file=out, width=200).print(overview(shown))
    printed = [line.strip() for line in out.getvalue().splitlines()]
    assert "ATTENTION A8: PC-1 waits [extend, proceed; question 0a1b2c]" in printed
    assert "ATTENTION A8: PC-1 waits" in printed


def test_why_it_waits_stands_first():
    """The sentence of the API is the first line below the name; an older API has none."""
    out = StringIO()
    shown = {
        "id": "rot-1",
        "site_id": "vienna",
        "status": "running",
        "phase": "",
        "step_index": 0,
        "step_count": 0,
        "next_action_at": None,
        "held": True,
        "attention": [],
        "waiting_for": "The rotation is held.",
    }
    Console(file=out, width=200).print(overview(shown))
    assert out.getvalue().splitlines()[1].rstrip() == "Why it waits: The rotation is held."
