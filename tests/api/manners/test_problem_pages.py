"""What each problem means: every code of the code has a page, which is served without a key, as HTML or JSON."""

import ast
from pathlib import Path

import pytest

from api.http.faults import _OF_A_SURVEY
from api.manners.problem_catalogue import problem_kinds
from rotation.running.message import STALE, Move
from rotation.running.question import OTHER_QUESTION
from rotation.standing.trouble import Standing

API = Path(__file__).parents[3] / "api"
PLACES = {"ProblemError": 1, "refused": 0, "later": 0, "too_many": 0, "_Answer": 1}
"""Where each of these has its code, among what it is called with."""
UNSENT = Move.SITE_MOVED
"""The one message that no caller of the API sends."""


def written_codes():
    """The codes that the API's sources name."""
    for source in API.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in PLACES:
                continue
            for code in node.args[PLACES[node.func.id] :][:1]:
                if isinstance(code, ast.Constant):
                    yield code.value


def computed_codes():
    """Those that are made of a move, of a survey's failure, or of what is wrong with a rotation."""
    yield from (f"{move.value.replace('_', '-')}-refused" for move in Move if move is not UNSENT)
    yield from (f"rotation-{standing.value}" for standing in Standing if standing is not Standing.SOUND)
    yield from map(str, _OF_A_SURVEY)
    yield from (STALE, OTHER_QUESTION, "statement-incomplete", "statement-other-count")
    yield from ("statement-unnamed", "survey-failed", "payload-unsigned", "temporal-down", "no-answer")
    yield from ("originals-unreadable", "originals-newer", "originals-damaged", "originals-malformed")
    yield from ("request-refused", "invalid-json", "not-found")


def test_every_problem_has_its_page():
    """One that a developer adds needs a row in the table, and a row without a problem is taken out."""
    written = set(written_codes())
    assert len(written) > 100
    assert problem_kinds().keys() == written | set(computed_codes())


async def test_the_type_of_a_problem_leads_to_its_page(stranger):
    """As the caller prefers it, and without a key: who has none gets the problem as well."""
    problem = (await stranger.get("/v1/sites")).json()
    page = await stranger.get(problem["type"], headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "What to do" in page.text
    assert "http" not in page.text.replace("HTTP", ""), "it needs a file of another address"
    kind = (await stranger.get(problem["type"])).json()
    assert (kind["code"], kind["title"], kind["status"]) == ("unauthorized", problem["title"], [401])


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html", True),
        ("text/*", True),
        ("", False),
        ("*/*", False),
        ("application/json, text/html;q=0.5", False),
        ("application/json;q=0.5, text/html;q=0.9", True),
        ("text/html;q=x", False),
        ("text/html;q=1.", True),
        ("," * 5000 + ";q=", False),
    ],
)
async def test_each_caller_gets_what_it_prefers(stranger, accept, html):
    """RFC 9110, 12.5.1; JSON where both are as good."""
    answer = await stranger.get("/problems/site-busy", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].startswith("text/html")) == (200, html)
    assert "Accept" in answer.headers["vary"]


async def test_all_problems_are_listed(stranger):
    """As a page with a link to each, and as JSON."""
    page = (await stranger.get("/problems", headers={"Accept": "text/html"})).text
    listed = (await stranger.get("/problems")).json()["kinds"]
    assert [each["code"] for each in listed] == [*problem_kinds()]
    assert [each["code"] for each in listed if f'"/problems/{each["code"]}"' not in page] == []


async def test_a_problem_that_there_is_not(stranger, problem):
    """404, also below a page; and no text of the caller comes into a page."""
    for path in ("/problems/none", "/problems/site-busy/more", "/problems/%3Cscript%3E"):
        problem(await stranger.get(path, headers={"Accept": "text/html"}), 404, "not-found")
