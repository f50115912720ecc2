"""Answers by `Accept-Language`: English without it, and codes in no language."""

import json

import pytest

from api.languages.translated_answers import TranslatedAnswers
from tests.api.good_requests import AT_CONSOLE

CZECH = {"Accept-Language": "cs-CZ,cs;q=0.9,en;q=0.5"}
UNKNOWN = "/v1/sites/none"


async def test_a_problem_speaks_the_language(api):
    """Title, detail and remedy are Czech, code and status are as ever, and caches are named what it depends on."""
    english, czech = await api.get(UNKNOWN), await api.get(UNKNOWN, headers=CZECH)
    assert (english.headers["content-language"], czech.headers["content-language"]) == ("en", "cs")
    assert "Accept-Language" in english.headers["vary"]
    assert "Accept-Language" in czech.headers["vary"]
    same = ("type", "status")
    assert [czech.json()[each] for each in same] == [english.json()[each] for each in same]
    assert (english.json()["title"], czech.json()["title"]) == ("Unknown site", "Neznámé pracoviště")
    assert [each for each in ("detail", "remedy") if czech.json()[each] == english.json()[each]] == []


@pytest.mark.parametrize("language", ["", "en", "de", "*", "cs;q=0", "cs;q=0.1, *"])
async def test_all_others_get_english(api, language):
    """Callers that name no language, or none that there is, get what they have always got."""
    plain = (await api.get(UNKNOWN)).json() | {"request_id": ""}
    assert (await api.get(UNKNOWN, headers={"Accept-Language": language})).json() | {"request_id": ""} == plain


async def test_who_has_no_key_is_refused_in_the_language(stranger):
    """What the guard refuses, and what no route has, too."""
    for path in ("/v1/sites", "/nowhere"):
        assert (await stranger.get(path, headers=CZECH)).headers["content-language"] == "cs"
    assert (await stranger.get("/v1/sites", headers=CZECH)).json()["title"] == "Nepřihlášeno"


async def test_kinds_of_problems_in_both_languages(stranger):
    """As a page and as JSON; the page says its language."""
    page = await stranger.get("/problems/site-busy", headers={"Accept": "text/html", **CZECH})
    assert '<html lang="cs">' in page.text
    assert "Co dělat" in page.text
    assert (page.headers["content-language"], "Accept-Language" in page.headers["vary"]) == ("cs", True)
    assert "What" not in (await stranger.get("/problems", headers={"Accept": "text/html", **CZECH})).text
    kind = (await stranger.get("/problems/site-busy", headers=CZECH)).json()
    assert (kind["code"], kind["title"]) == ("site-busy", "Na pracovišti něco běží")


async def test_a_document_has_a_tag_for_each_language(api):
    """304 for what the caller has in this language; a change takes a tag of either."""
    path = (await api.post("/v1/sites", json=AT_CONSOLE)).headers["location"]
    english, czech = (await api.get(path)).headers["etag"], (await api.get(path, headers=CZECH)).headers["etag"]
    assert english != czech
    for given, headers, status in ((czech, CZECH, 304), (english, CZECH, 200), (czech, {}, 200), (english, {}, 304)):
        assert (await api.get(path, headers=headers | {"If-None-Match": given})).status_code == status
    body = {"why": "a test", "name": "Other"}
    assert (await api.post(f"{path}/rename", json=body, headers={"If-Match": czech})).status_code == 200
    stale = await api.post(f"{path}/rename", json=body, headers={"If-Match": czech} | CZECH)
    assert (stale.status_code, stale.headers["etag"].endswith('-cs"')) == (412, True)
    plain = CZECH | {"Accept-Encoding": "identity"}
    assert (await api.get(path, headers=plain)).headers["etag"] == stale.headers["etag"]


async def test_the_description_stays(stranger):
    """The API's description is of no language of texts; neither is a file."""
    plain = await stranger.get("/openapi.json")
    assert (await stranger.get("/openapi.json", headers=CZECH)).content == plain.content


async def sent(messages, language="cs"):
    """What comes of an application's messages."""
    taken = []

    async def application(_scope, _receive, send):
        for each in messages:
            await send(each)

    async def send(message):
        taken.append(message)

    async def receive():
        return {}

    scope = {"type": "http", "path": "/v1/events", "headers": [(b"accept-language", language.encode())]}
    await TranslatedAnswers(application)(scope, receive, send)
    return taken


def begun(kind, **headers):
    """The start of an answer."""
    named = {"content-type": kind, **headers}
    return {
        "type": "http.response.start", "status": 200,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip


def body(content, *, more=False):
    """A part of an answer."""
    return {"type": "http.response.body", "body": content, "more_body": more}


TEXT, TRANSLATED = (
    "A person has archived the site; nothing begins there.",
    "Někdo pracoviště archivoval; nic tam nezačne.",
)


async def test_events_are_translated_frame_by_frame():
    """A frame that comes in pieces is one, and what is no document stays; nothing waits for the end of a stream."""
    frame = f"event: site\ndata: {json.dumps({'message': TEXT})}\nid: 1\n\n".encode()
    shown = f'event: site\ndata: {{"message":"{TRANSLATED}"}}\nid: 1\n\n'.encode()
    stream = [begun("text/event-stream; charset=utf-8"), body(b": ping\n\n" + frame[:30], more=True)]
    taken = await sent([*stream, body(frame[30:] + b"data: 7", more=True), body(b"")])
    assert dict(taken[0]["headers"])[b"content-language"] == b"cs"
    assert [each["body"] for each in taken[1:]] == [b": ping\n\n", shown, b"data: 7"]


async def test_a_file_is_kept_as_it_is():
    """Its digest is printed somewhere."""
    file = json.dumps({"message": TEXT}).encode()
    messages = [begun("application/json", **{"content-disposition": "attachment"}), body(file)]
    assert await sent(messages) == messages


async def test_a_document_in_pieces_is_one():
    """Its length is that of what is sent; what is no JSON, though it says so, is passed on."""
    document = json.dumps({"message": TEXT, "at": 1.5}).encode()
    taken = await sent(
        [begun("application/json", **{"content-length": "1"}), body(document[:20], more=True), body(document[20:])]
    )
    assert json.loads(taken[1]["body"]) == {"message": TRANSLATED, "at": 1.5}
    assert dict(taken[0]["headers"])[b"content-length"] == str(len(taken[1]["body"])).encode()
    assert (await sent([begun("application/json"), body(b'"message": no')]))[1]["body"] == b'"message": no'
