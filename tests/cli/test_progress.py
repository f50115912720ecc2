"""A rotation on the screen."""

from io import StringIO

from rich.console import Console

from cli.progress import overview

REPORT = {"elapsed_seconds": 93.4, "least_seconds": 15.0, "steps": 3, "clients": 40, "clients_not_back": 1}


def test_one_that_has_ended_shows_its_report():
    """Steps, times, clients and who is not back; no empty brackets where nobody is waited for."""
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
    told = out.getvalue()
    assert "40 of 40 proven, 0 waited for\n" in told
    assert ("\nReport: 3 steps in 1 min 33 s, 15 s at least by the plan; 40 clients, 1 not back (PC-7), 2 left") in told
