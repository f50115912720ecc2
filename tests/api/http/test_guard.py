"""The key that requests need, and the framework's own refusals as problems."""

import pytest

from tests.api.identified import KEY


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}, {"Authorization": "Bearer "}],
    ids=["nothing", "another key", "another scheme", "an empty key"],
)
async def test_a_request_needs_the_key(stranger, problem, headers):
    """A request without the right key gets 401 and says how to send it, whatever it asks for."""
    for path in ("/v1/sites", "/v1/nothing", "/nothing"):
        refusal = problem(await stranger.get(path, headers=headers), 401, "unauthorized")
        assert "Authorization: Bearer" in refusal["remedy"]


async def test_the_key_is_asked_for_before_the_body_is_read(stranger, problem):
    """Even a broken body is answered with 401 and nothing else where there is no key."""
    answer = await stranger.post("/v1/sites", content=b"{")
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_health_and_description_need_no_key(stranger):
    """A client that watches the process, or reads its description, needs no key."""
    assert (await stranger.get("/healthz/live")).json() == {"status": "live"}
    described = (await stranger.get("/openapi.json")).json()
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    approve = described["paths"]["/v1/rotations/{rotation_id}/approve"]["post"]
    assert list(approve["responses"]["409"]["content"]) == ["application/problem+json"]


async def test_ready_tells_what_does_not_answer(stranger, problem):
    """Without Temporal the API is not ready, names it, and says when to come back."""
    answer = await stranger.get("/healthz/ready")
    assert "Temporal" in problem(answer, 503, "not-ready")["detail"]
    assert answer.headers["retry-after"] == "2"


async def test_ready_when_store_and_temporal_answer(whole):
    """With both it is ready; without a channel no person is called."""
    assert (await whole.get("/healthz/ready")).json() == {"status": "ready", "notifications": "unused"}


async def test_framework_refusals_are_problems(api, problem):
    """An unknown path, a wrong method and a body that is no JSON are problems too."""
    problem(await api.get("/v1/nothing"), 404, "not-found")
    answer = await api.delete("/v1/sites")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]
    answer = await api.post("/v1/sites", content=b'{"name": ', headers={"Content-Type": "application/json"})
    problem(answer, 400, "invalid-json")


async def test_an_unexpected_error_tells_nothing_of_itself(unconnected, api, problem, monkeypatch):
    """An unexpected error is answered with 500 and without its text, which may hold anything."""

    async def fail(*_args, **_named):
        raise RuntimeError("hunter2")

    monkeypatch.setattr(unconnected.store.sites, "page", fail)
    answer = await api.get("/v1/sites")
    problem(answer, 500, "internal-error")
    assert "hunter2" not in answer.text
