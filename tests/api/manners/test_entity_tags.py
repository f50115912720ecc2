"""ETags of sites, tasks and rotations: 304 for what a caller has, 412 for a change of what has changed."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from api.http.problems import ProblemError
from api.manners.entity_tags import is_known, require_match
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.site.site_changes import ReasonedAct
from store.site.site_version import SiteChanged
from store.trail.site_trail import Author
from tests.api.conftest import calling
from tests.api.good_requests import AT_CONSOLE, BODIES
from tests.api.hand_outs import start_again
from tests.api.identified import key_of

LIMITS = BODIES["PUT /v1/sites/{site_id}/limits"]
OTHER = LIMITS | {"gate_patience": "P15D"}


@pytest.fixture
async def console_site(api):
    """The path of a site that no SEPM is asked about."""
    answer = await api.post("/v1/sites", json=AT_CONSOLE)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def tag(api, path):
    """The tag of the document as it is, neither translated nor compressed."""
    return (await api.get(path, headers={"Accept-Encoding": "identity"})).headers["etag"]


async def test_compressed_bytes_have_a_tag_of_their_own(api, console_site):
    """304 for what the caller has and still takes; a change takes a tag of either. Answers name what they vary by."""
    plain = await tag(api, console_site)
    gzip, identity = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
    for language, ends in (("en", ""), ("cs", "-cs")):
        wanted = gzip | {"Accept-Language": language}
        full = await api.get(console_site, headers=wanted)
        own, either = f'{plain[:-1]}{ends}-gzip"', f'{plain[:-1]}{ends}"'
        assert (full.headers["content-encoding"], full.headers["etag"]) == ("gzip", own)
        for given, headers, status in (
            (own, wanted, 304), (either, wanted, 304), (f'"x", {own}', wanted, 304), (own, wanted | identity, 200),
            (either, wanted | identity, 304), ('"x-gzip"', wanted, 200),
        ):  # fmt: skip
            answer = await api.get(console_site, headers=headers | {"If-None-Match": given})
            assert answer.status_code == status, (given, headers)
            assert answer.headers["vary"] == full.headers["vary"] == "Accept-Language, Accept-Encoding"
            assert status == 200 or answer.headers["etag"] in given
    for days, ends in (15, "-gzip"), (16, "-cs-gzip"):
        seen = {"If-Match": f'{(await tag(api, console_site))[:-1]}{ends}"'}
        changes = [LIMITS | {"gate_patience": f"P{days}D"}] * 2
        sent = [await api.put(f"{console_site}/limits", json=each, headers=seen) for each in changes]
        assert [each.status_code for each in sent] == [200, 412]


async def test_what_a_caller_has_is_not_sent_again(api, console_site):
    """304 without a body, for GET and HEAD, by any of several tags; in full as soon as anything has changed."""
    seen = await tag(api, console_site)
    assert (seen.startswith('"'), await tag(api, console_site)) == (True, seen), "it is strong, and the same"
    for given in (seen, f'"other", {seen}', f"W/{seen}", "*"):
        for method in ("GET", "HEAD"):
            answer = await api.request(method, console_site, headers={"If-None-Match": given})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", seen)
    assert (await api.put(f"{console_site}/limits", json=OTHER)).status_code == 200
    answer = await api.get(console_site, headers={"If-None-Match": seen})
    assert (answer.status_code, answer.headers["etag"] != seen) == (200, True)


async def test_nothing_is_changed_that_has_changed_since(api, console_site, problem):
    """412 with the tag of now; each way to change a site asks for it."""
    seen = await tag(api, console_site)
    renamed = await api.post(
        f"{console_site}/rename", json={"name": "Other", "why": "a test"}, headers={"If-Match": seen}
    )
    assert renamed.status_code == 200, renamed.text
    now = (await api.get(console_site)).content
    changes = {
        "put": {
            name: BODIES[f"PUT /v1/sites/{{site_id}}/{name}"] for name in ("limits", "database", "lists", "console")
        },
        "post": {name: BODIES[f"POST /v1/sites/{{site_id}}/{name}"] for name in ("rename", "archive", "take-back")},
    }
    for method, paths in changes.items():
        for name, body in paths.items():
            answer = await api.request(method, f"{console_site}/{name}", json=body, headers={"If-Match": seen})
            problem(answer, 412, "precondition-failed")
            assert answer.headers["etag"] == await tag(api, console_site)
    assert (await api.get(console_site)).content == now
    lines = [("If-Match", '"other"'), ("If-Match", await tag(api, console_site))]
    listed = await api.put(f"{console_site}/limits", json=LIMITS, headers=lines)
    assert listed.status_code == 200, "a list in two lines is one list"
    for given in (await tag(api, console_site), "*"):
        answer = await api.put(f"{console_site}/limits", json=LIMITS, headers={"If-Match": given})
        assert answer.status_code == 200, answer.text


async def test_empty_elements_of_a_list_are_passed_over(api, console_site, problem):
    """A comma too many does no harm; a list of nothing is none."""
    for form in (", {}", "{},", ",,{} , ,"):
        given = form.format(await tag(api, console_site))
        assert (await api.get(console_site, headers={"If-None-Match": given})).status_code == 304, given
        changed = await api.put(f"{console_site}/limits", json=OTHER, headers={"If-Match": given})
        assert changed.status_code == 200, changed.text
    problem(await api.get(console_site, headers={"If-None-Match": " , "}), 422, "invalid-request")


async def test_a_change_passes_over_no_condition(api, console_site, problem):
    """400 where the operation does not take it, and nothing is changed; a GET takes no harm by one."""
    order = {"settings": {"name": "tickets", "target": {"kind": "webhook", "url": "https://8.8.8.8/hook"}}}
    channel = (await api.post("/v1/channels", json=order)).headers["location"]
    before = [(await api.get(each)).content for each in (console_site, channel)]
    patch = {"gate_patience": "P21D", "why": "a test"}
    for method, path, body, header in (
        ("PATCH", f"{console_site}/limits", patch, "If-None-Match"),
        ("POST", f"{console_site}/rename", {"name": "Other", "why": "a test"}, "If-None-Match"),
        ("PUT", channel, order, "If-Match"),
        ("PATCH", channel, {"name": "Other"}, "If-Match"),
        ("DELETE", channel, None, "If-Match"),
    ):
        for given in ("*", '"stale"'):
            answer = await api.request(method, path, json=body, headers={header: given, "Idempotency-Key": "k"})
            assert header in problem(answer, 400, "condition-not-taken")["detail"]
    assert [(await api.get(each)).content for each in (console_site, channel)] == before
    assert (await api.get(channel, headers={"If-Match": '"stale"'})).status_code == 200


async def test_of_two_changes_of_one_state_one_is_made(api, console_site):
    """Both have read the same: the other gets 412, however close they come."""
    for round_ in range(5):
        seen = await tag(api, console_site)
        sent = (
            api.put(f"{console_site}/limits", json=LIMITS | {"gate_patience": f"P{days}D"}, headers={"If-Match": seen})
            for days in (20 + round_, 40 + round_)
        )
        assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [200, 412]


async def test_some_limits_are_changed_and_the_others_stay(api, console_site, problem):
    """Null is a value of one of them only; what does not fit together with the others is refused."""
    before = (await api.get(console_site)).json()["limits"]
    path = f"{console_site}/limits"
    changed = await api.patch(path, json={"gate_patience": "P21D", "purge_after": None, "why": "a test"})
    assert changed.json()["limits"] == before | {"gate_patience": "P21D", "purge_after": None}, changed.text
    problem(await api.patch(path, json={"holdout_minimum": "P100D", "why": "a test"}), 422, "invalid-request")
    problem(await api.patch(path, json={"stays": None, "why": "a test"}), 422, "invalid-request")
    problem(await api.patch(path, json={"gate_patience": "P22D"}), 422, "invalid-request")
    assert (await api.get(console_site)).json() == changed.json()
    stale = await api.patch(path, json={"stays": "PT2H", "why": "a test"}, headers={"If-Match": '"x"'})
    problem(stale, 412, "precondition-failed")


async def test_a_floor_is_lowered_by_two_persons_however_it_is_sent(unconnected, people, problem):
    """By PATCH as by PUT: the first request is kept as a wish."""
    async with calling(replace(unconnected, rehearsal=False)) as api:
        path = f"{(await api.post('/v1/sites', json=AT_CONSOLE)).headers['location']}/limits"
        lower = {"relax_floor": "PT1H", "why": "a test"}
        problem(await api.patch(path, json=lower), 409, "second-person")
        second = await api.patch(path, json=lower, headers=people["ben"])
        assert second.json()["limits"]["relax_floor"] == "PT1H", second.text


async def test_a_change_in_between_is_seen_by_the_store(store, api, console_site, make_act):
    """The version that a change expects is compared in its own transaction, not before it."""
    site = console_site.rpartition("/")[2]
    version = await store.site_changes.version(site)
    await store.site_changes.rename(site, "Another", make_act(""))
    with pytest.raises(SiteChanged):
        await store.site_changes.rename(site, "Mine", make_act(version))
    assert (await api.get(console_site)).json()["name"] == "Another"


@pytest.fixture
def make_act():
    """Makes an act that expects a version."""

    def make(expected):
        return ReasonedAct(at=datetime.now(UTC), author=Author(who="ann"), why="a test", expected=expected)

    return make


async def test_a_tag_of_a_site_that_is_not_seen_says_nothing(api, store, console_site, problem):
    """A caller without the site gets 404 whatever tag it names, as for a site that is not there."""
    key = await key_of(store, "olaf", Role.OPERATOR, sites=(SiteId("elsewhere"),))
    for path in (console_site, "/v1/sites/none"):
        headers = {"Authorization": f"Bearer {key}", "If-Match": '"x"'}
        answer = await api.put(f"{path}/lists", json=BODIES["PUT /v1/sites/{site_id}/lists"], headers=headers)
        problem(answer, 404, "unknown-site")


def test_weak_tags_match_nothing_that_is_to_be_changed():
    """RFC 9110: If-Match compares strongly, If-None-Match weakly; what is no tag names none."""
    assert is_known('W/"a"', '"a"')
    assert not is_known("a", '"a"')
    for given in ('W/"a"', "a", "", '"b"'):
        with pytest.raises(ProblemError):
            require_match(given, '"a"', "it")
    for matching in (None, "*", '"b" , "a"'):
        require_match(matching, '"a"', "it")


async def test_of_two_moves_of_one_state_one_is_made(whole, plan, until, problem):
    """Both would be obeyed one after the other; the rotation itself refuses the one that the other has overtaken.

    Where the rotation has gone on by itself since its tag was read, both are refused, and sent once more.
    """
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "a test"}
    path = (await whole.post("/v1/rotations", json=order)).headers["location"]

    async def stands():
        events = (await whole.get(f"{path}/events")).json()["items"]
        return any(each["kind"] == "task-opened" for each in events)

    await until(stands, bool)

    async def both():
        seen, why = {"If-Match": await tag(whole, path)}, {"why": "a test"}
        moves = [whole.post(f"{path}/{move}", json=why, headers=seen) for move in ("hold", "cancel")]
        return sorted(await asyncio.gather(*moves), key=lambda answer: answer.status_code)

    answers = await until(both, lambda answers: answers[0].status_code != HTTPStatus.PRECONDITION_FAILED)
    assert answers[0].status_code == 200, answers[0].text
    problem(answers[1], 412, "precondition-failed")
    events = [each for each in (await whole.get(f"{path}/events")).json()["items"] if each["kind"] == "message"]
    assert len(events) == 1


async def test_of_two_claims_of_one_state_one_is_granted(whole, people, plan, until):
    """Both persons have read an unclaimed task: the rotation gives it to one of them, however close they come."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "a test"}
    rotation = (await whole.post("/v1/rotations", json=order)).headers["location"].rpartition("/")[2]

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    path = f"/v1/tasks/{(await until(look, lambda items: items))[0]['id']}"
    seen = {"If-Match": await tag(whole, path)}
    ann, ben = seen, seen | people["ben"]
    claims = [whole.post(f"{path}/claim", json={}, headers=headers) for headers in (ann, ben)]
    answers = dict(zip(("ann", "ben"), await asyncio.gather(*claims), strict=True))
    granted = [who for who, answer in answers.items() if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers.values()) in ([200, 409], [200, 412])
    assert [(await whole.get(path)).json()["claimed_by"]] == granted


async def test_a_task_is_claimed_as_it_was_read(whole, plan, until, problem):
    """A task that another person has claimed since has another tag; so has a rotation that has gone on."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "a test"}
    rotation = (await whole.post("/v1/rotations", json=order)).headers["location"]
    rotations_tag = await tag(whole, rotation)

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation.rpartition("/")[2]})).json()["items"]

    path = f"/v1/tasks/{(await until(look, lambda items: items))[0]['id']}"
    seen = await tag(whole, path)
    assert (await whole.get(path, headers={"If-None-Match": seen})).status_code == 304
    claimed = await whole.post(f"{path}/claim", json={}, headers={"If-Match": seen})
    assert claimed.status_code == 200, claimed.text
    for call, body in {"claim": {}, "begin": {}, "done": {}, "refused": {"why": "no"}}.items():
        problem(await whole.post(f"{path}/{call}", json=body, headers={"If-Match": seen}), 412, "precondition-failed")
    assert (await whole.get(path)).json()["claimed_by"] == "ann"
    assert (await whole.post(f"{path}/refused", json={"why": "a test"})).status_code == 200
    why = {"why": "a test"}
    problem(
        await whole.post(f"{rotation}/cancel", json=why, headers={"If-Match": rotations_tag}),
        412,
        "precondition-failed",
    )
    assert (await whole.post(f"{rotation}/cancel", json=why, headers={"If-Match": "*"})).status_code == 200
    await start_again(whole, until, rotation.rpartition("/")[2])
    ended = await until(lambda: whole.get(rotation), lambda answer: answer.json()["status"] == "cancelled")
    again = await whole.get(rotation, headers={"If-None-Match": ended.headers["etag"]})
    assert again.status_code == 304
