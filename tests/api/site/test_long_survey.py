"""A survey that takes longer than a request waits: the answer says where it goes on, and what to do then."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest

from api.parts import Parts
from engine.client.survey_room import SurveyRoom
from rotation.values import SiteId
from tests.api.conftest import calling


@pytest.fixture
async def impatient(connected):
    """An API whose requests wait for no survey."""
    async with calling(replace(connected, survey_wait=timedelta(0))) as client:
        yield client


async def followed(api: httpx.AsyncClient, answer: httpx.Response) -> None:
    """Wait until the survey is there to which an answer points."""
    async with asyncio.timeout(60):
        while True:
            if (await api.get(answer.headers["Location"])).status_code == HTTPStatus.OK:
                return
            await asyncio.sleep(0.1)


async def newer_survey(connected: Parts, plan: dict[str, str]) -> None:
    """Wait until the site has a newer survey than that of the plan: no survey runs when the store is closed."""
    async with asyncio.timeout(60):
        while True:
            if await connected.store.surveys.latest_complete(SiteId(plan["site_id"])) != plan["survey_id"]:
                return
            await asyncio.sleep(0.1)


async def test_a_plan_over_a_long_survey_is_answered_with_the_survey_to_follow(impatient, site):
    """202 and where it goes on: no plan is made by itself, and the same request makes it when the survey is there."""
    order = {"site_id": site, "certificates": {"*": await made(impatient)}, "trusted_networks": ["10.0.0.0/16"]}
    accepted = await impatient.post("/v1/plans", json=order)
    assert (accepted.status_code, accepted.json()["state"]) == (202, "running"), accepted.text
    assert "survey_max_age" in accepted.json()["remedy"]
    assert int(accepted.headers["Retry-After"]) > 0
    await followed(impatient, accepted)
    assert (await impatient.get("/v1/plans", params={"site_id": site})).json() == {"items": [], "next": None}
    planned = await impatient.post("/v1/plans", json=order | {"survey_max_age": "PT2H"})
    assert planned.status_code == 201, planned.text


async def test_a_start_over_a_long_survey_is_not_made(connected, impatient, plan, problem):
    """503: nothing was started, and the survey goes on."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "it ends"}
    body = problem(
        await impatient.post("/v1/rotations", json=order, headers={"Idempotency-Key": "k"}), 503, "survey-running"
    )
    assert "survey_max_age" in body["remedy"]
    assert (await impatient.get("/v1/rotations")).json()["items"] == []
    await newer_survey(connected, plan)


async def test_surveys_of_a_caller_are_bounded(connected, impatient, site, problem):
    """429 and when to come again, by each request that would begin one: nothing is begun; with room it is answered."""
    room = SurveyRoom(of_a_caller=0)
    plan = {"site_id": site, "certificates": {"*": (await made(impatient))}, "trusted_networks": ["10.0.0.0/16"]}
    async with calling(replace(connected, surveys=room)) as bounded:
        for path, order in ((f"/v1/sites/{site}/survey", None), ("/v1/plans", plan)):
            answer = await bounded.post(path, json=order)
            refused = problem(answer, 429, "too-many-surveys")
            assert refused["detail"] == "surveys that ann has asked for run, and more do not run at once: 0"
            assert answer.headers["Retry-After"] == "10"
    assert await connected.store.surveys.latest_complete(site) is None
    accepted = await impatient.post(f"/v1/sites/{site}/survey")
    assert accepted.status_code == 202
    await followed(impatient, accepted)


async def made(api: httpx.AsyncClient) -> str:
    """The id of a new certificate."""
    answer = await api.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    return str(answer.json()["certificate"]["id"])
