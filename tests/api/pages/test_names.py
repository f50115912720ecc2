"""What people and SEPM have named steers no page: markup is text there, and what is not seen is spelled out."""

import pytest

from rotation.finding import warning
from rotation.values import SiteId
from store.progress import Progress

NAME = "<script>alert(1)</script>\"'\x1b[31m\u202e%(x)s{{7*7}}"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
async def named(store, make):
    """A site, a plan, a rotation and a task, all of whose texts would do something."""
    await store.sites.add(make.site(name=NAME), make.connection(), make.t0)
    survey = await store.surveys.begin(SiteId("site-1"), make.t0)
    await store.surveys.save(survey, make.survey())
    await store.surveys.finish(survey, 0)
    plan = make.plan(title=NAME).model_copy(update={"survey_id": survey, "findings": (warning("x", NAME, NAME, NAME),)})
    await store.plans.add(plan)
    new = make.new().model_copy(update={"plan_hash": plan.hash, "started_by": NAME, "why": NAME})
    await store.rotations.create(new, make.t0)
    attention = (warning("gate-limit", NAME, NAME, NAME),)
    await store.rotations.project("rot-1", Progress(step_title=NAME, step_count=1, attention=attention), make.t0)
    task = make.task().model_copy(update={"title": NAME, "site_name": NAME, "instructions": (NAME, f"- {NAME}")})
    await store.tasks.add(task)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("path", ["/", "/sites/site-1", "/plans/plan-1", "/rotations/rot-1", "/tasks/task-1"])
@pytest.mark.parametrize("language", ["en", "cs"])
async def test_names_are_text(reader, path, language):
    """In both languages, in texts, titles and sentences."""
    page = await reader.get(path, headers={"Accept-Language": language})
    assert page.status_code == 200, page.text
    assert "<script>alert" not in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
    assert SHOWN in page.text
    assert "{{7*7}}" in page.text
