"""Keystores: made under a password that is shown once, taken once, and only for some minutes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from certificates.certificate_file import parse_certificate_file
from rotation.values import CertificateId

MADE = "/v1/certificates/self-signed"


@pytest.fixture
async def certificate(api):
    """The id of a certificate whose key is kept."""
    answer = await api.post(MADE, json={"names": ["sepm1.example.org"]})
    return answer.json()["certificate"]["id"]


async def ordered(api, certificate, form="jks"):
    """A keystore that waits to be taken."""
    answer = await api.post(f"/v1/certificates/{certificate}/keystores", json={"format": form})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == answer.json()["path"]
    return answer.json()


def contents(folder):
    """Every file of the store: the database, its journal, the vault's key."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("form", ["jks", "p12", "pem"])
async def test_a_keystore_is_given_once(api, certificate, problem, form):
    """The file opens with the password that was shown, holds certificate and key, and is not given again."""
    made = await ordered(api, certificate, form)
    assert made["path"].startswith(f"/v1/certificates/{certificate}/keystore?format={form}&")
    taken = await api.get(made["path"])
    assert taken.status_code == 200
    assert taken.headers["cache-control"] == "no-store"
    assert made["filename"] in taken.headers["content-disposition"]
    password = SecretStr(made["password"])
    parsed = parse_certificate_file(taken.content, identity=CertificateId(certificate), name="f", password=password)
    assert (parsed.facts.names, parsed.facts.has_key) == (("sepm1.example.org",), True)
    assert made["password"].encode() not in taken.content
    problem(await api.get(made["path"]), 410, "keystore-gone")


async def test_a_keystore_is_given_for_some_minutes(store, certificate, problem, calling_at):
    """After ten minutes it is gone, though never taken, and its file is dropped when the next one is made."""
    now = datetime.now(UTC)
    async with calling_at(now) as api:
        made = await ordered(api, certificate)
    async with calling_at(now + timedelta(minutes=10)) as later:
        problem(await later.get(made["path"]), 410, "keystore-gone")
        await ordered(later, certificate)
    async with store.database.read() as session:
        kept = await session.execute(text("SELECT id, file_sealed IS NULL FROM keystores ORDER BY made_at"))
        assert [bool(gone) for _, gone in kept] == [True, False]


async def test_every_password_is_another(api, certificate):
    """A password that leaked opens one file."""
    assert len({(await ordered(api, certificate))["password"] for _ in range(3)}) == 3


async def test_who_took_keystores_stays_on_record(api, certificate):
    """Who had which one made, and whether it was taken; neither password nor key."""
    first, second = await ordered(api, certificate), await ordered(api, certificate, "p12")
    await api.get(first["path"])
    listed = await api.get(f"/v1/certificates/{certificate}/keystores")
    records = {each["id"]: each for each in listed.json()["items"]}
    assert records[first["keystore"]["id"]]["taken_at"]
    assert records[second["keystore"]["id"]] == second["keystore"]
    assert {each["asked_by"] for each in records.values()} == {"ann"}
    assert first["password"] not in listed.text


async def test_a_password_is_stored_nowhere(store, api, certificate, tmp_path):
    """The database holds the file sealed, and not what opens it."""
    made = await ordered(api, certificate, "pem")
    async with store.database.read() as session:
        [(sealed,)] = (await session.execute(text("SELECT file_sealed FROM keystores"))).all()
    assert b"PRIVATE KEY" not in sealed
    kept = contents(tmp_path)
    assert kept
    assert [name for name, content in kept.items() if made["password"].encode() in content] == []


async def test_what_cannot_be_given_is_refused(api, certificate, problem):
    """Without a ticket, with one of another certificate or format, or for a certificate that is not known."""
    made = await ordered(api, certificate)
    own = f"/v1/certificates/{certificate}/keystore"
    ticket = made["keystore"]["id"]
    assert "Location" in problem(await api.get(f"{own}?format=jks"), 422, "ticket-missing")["remedy"]
    problem(await api.get(f"{own}?ticket={ticket}"), 422, "invalid-request")
    problem(await api.get(f"{own}?format=xyz&ticket={ticket}"), 422, "invalid-request")
    problem(await api.get(f"{own}?format=p12&ticket={ticket}"), 404, "unknown-keystore")
    problem(await api.get(f"{own}?format=jks&ticket=keystore-1"), 404, "unknown-keystore")
    other = (await api.post(MADE, json={"names": ["other"]})).json()["certificate"]["id"]
    problem(await api.get(f"/v1/certificates/{other}/keystore?format=jks&ticket={ticket}"), 404, "unknown-keystore")
    for path in ("/v1/certificates/none/keystores", f"{own}s"):
        answer = await api.post(path, json={"format": ""})
        problem(answer, 422, "invalid-request")
    order = {"format": "jks"}
    problem(await api.post("/v1/certificates/none/keystores", json=order), 404, "unknown-certificate")
    problem(await api.get("/v1/certificates/none/keystores"), 404, "unknown-certificate")
    assert (await api.get(made["path"])).status_code == 200, "a refusal takes nothing"


async def test_of_two_who_take_it_at_once_one_has_it(api, certificate):
    """It leaves once, however many ask."""
    made = await ordered(api, certificate)
    answers = await asyncio.gather(*(api.get(made["path"]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[410] * 7]
