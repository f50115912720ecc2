"""Answers to requests with an idempotency key: kept before they are given, bound to caller and content."""

import asyncio

import pytest
from sqlalchemy import text

from rotation.identity.identity import IdentityId
from store.kept_answers import KEPT, LEASE, Attempt, KeptAnswer, KeyedRequest, KeyReused, Unfinished

FIRST = KeyedRequest(IdentityId("ann"), "k", ("POST", "/v1/keys", "", "aa" * 32))
ANSWER = KeptAnswer(201, {"location": "/v1/keys/1"}, b'{"a": 1}')


async def begun(store, at, request=FIRST, *, again=False):
    """An attempt of a request."""
    attempt = await store.kept_answers.begin(request, at, again=again)
    assert isinstance(attempt, Attempt), attempt
    return attempt


async def test_an_answer_is_given_to_the_same_request_for_a_day(store, make):
    """Then the key names nothing, and its row makes room."""
    await store.kept_answers.answer(await begun(store, make.t0), ANSWER)
    for again in (False, True):
        assert await store.kept_answers.begin(FIRST, make.t0 + KEPT / 2, again=again) == ANSWER
    await begun(store, make.t0 + KEPT)
    other = FIRST._replace(key="another")
    await begun(store, make.t0 + 2 * KEPT, other)
    async with store.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM kept_answers")) == 1


async def test_a_key_is_bound_to_its_caller_and_its_request(store, make):
    """The key of another caller is another key; with another route, parameter or body it is refused."""
    attempt = await begun(store, make.t0)
    await begun(store, make.t0, FIRST._replace(identity=IdentityId("ben")))
    for change in ("PUT", "/v1/subjects", "a=1", "bb" * 32):
        place = FIRST.content.index("") if change == "a=1" else ("PUT", "/v1/subjects", "a=1", "bb" * 32).index(change)
        content = (*FIRST.content[:place], change, *FIRST.content[place + 1 :])
        with pytest.raises(KeyReused):
            await store.kept_answers.begin(FIRST._replace(content=content), make.t0, again=True)
    await store.kept_answers.answer(attempt, ANSWER)
    with pytest.raises(KeyReused):
        await store.kept_answers.begin(FIRST._replace(content=("POST",)), make.t0, again=True)


async def test_of_requests_at_the_same_time_one_is_carried_out(store, make):
    """The others are in flight; so they are from another process."""
    found = await asyncio.gather(*(store.kept_answers.begin(FIRST, make.t0, again=True) for _ in range(5)))
    assert sorted(isinstance(each, Attempt) for each in found) == [False] * 4 + [True]
    assert {each for each in found if not isinstance(each, Attempt)} == {Unfinished.IN_FLIGHT}


async def test_a_request_whose_process_died_is_carried_out_again_only_where_that_has_no_second_effect(store, make):
    """Once its lease is over; a sign of life puts that off. What the first one stores late changes nothing then."""
    first = await begun(store, make.t0)
    await store.kept_answers.renew(first, make.t0 + LEASE / 2)
    assert await store.kept_answers.begin(FIRST, make.t0 + LEASE, again=True) is Unfinished.IN_FLIGHT
    assert await store.kept_answers.begin(FIRST, make.t0 + 2 * LEASE, again=False) is Unfinished.UNKNOWN
    second = await begun(store, make.t0 + 2 * LEASE, again=True)
    await store.kept_answers.answer(first, ANSWER)
    await store.kept_answers.forget(first)
    assert await store.kept_answers.begin(FIRST, make.t0 + 2 * LEASE, again=True) is Unfinished.IN_FLIGHT
    await store.kept_answers.answer(second, ANSWER)
    assert await store.kept_answers.begin(FIRST, make.t0 + 2 * LEASE, again=True) == ANSWER


async def test_what_failed_goes_on_or_was_refused_differs(store, make):
    """Failed: not known; accepted: carried out again; refused: as if it had not come, whatever is sent next."""
    attempt = await begun(store, make.t0)
    await store.kept_answers.fail(attempt, make.t0)
    assert await store.kept_answers.begin(FIRST, make.t0, again=False) is Unfinished.UNKNOWN
    attempt = await begun(store, make.t0, again=True)
    await store.kept_answers.go_on(attempt, make.t0)
    attempt = await begun(store, make.t0)
    await store.kept_answers.forget(attempt)
    await begun(store, make.t0, FIRST._replace(content=("POST",)))


async def test_an_altered_answer_is_given_to_no_caller(store, make):
    """A writer of the database cannot answer for the service: the request then counts as broken off."""
    await store.kept_answers.answer(await begun(store, make.t0), ANSWER)
    for change in ("status = 200", "headers = '{}'", "body = NULL"):
        async with store.database.write() as session:
            await session.execute(text(f"UPDATE kept_answers SET {change}"))
        assert await store.kept_answers.begin(FIRST, make.t0, again=False) is Unfinished.UNKNOWN
        attempt = await begun(store, make.t0, again=True)
        await store.kept_answers.answer(attempt, ANSWER)
        assert await store.kept_answers.begin(FIRST, make.t0, again=False) == ANSWER


async def test_neither_key_nor_content_is_kept_in_clear(store, make):
    """Nor as a plain hash: a reader of the database could try passwords of the body."""
    await begun(store, make.t0, FIRST._replace(key="a key that is long enough to be found"))
    async with store.database.read() as session:
        rows = str((await session.execute(text("SELECT * FROM kept_answers"))).all())
    for known in ("a key that is long enough to be found", "aa" * 32, "/v1/keys", "'ann'"):
        assert known not in rows
