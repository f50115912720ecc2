"""A site is registered on the page: its certificate is compared first, and what is wrong stands beside its field."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from rotation.identity.permission import Role
from tests.api.identified import key_of
from tests.api.pages.conftest import CZECH, reading

ADDRESS = "/registration"


def form_of(document: dict[str, Any]) -> dict[str, str]:
    """What an administrator types to register the emulated site."""
    servers = {
        f"servers.{place}.{name}": str(server[name])
        for place, server in enumerate(document["servers"])
        for name in ("name", "address", "https_port", "http_port")
    }
    plain = {name: document[name] for name in ("name", "rest_url", "username", "domain")}
    return plain | servers | {"limits.relax_floor": "0", "limits.publish_delay": "0,5", "limits.no_purge": "1"}


def wrong_fields(page: str) -> set[str]:
    """The fields beside which something is wrong."""
    return {unescape(each) for each in re.findall(r'id="e-([^"]+)-1"', page)}


async def test_a_site_is_registered(reader, document, store, caplog):
    """The form shows the certificate, wants it confirmed, asks for the password each time, and shows it never."""
    sent = form_of(document)
    assert "Read SEPM" in unescape((await reader.get(ADDRESS)).text)
    looked = await reader.post(ADDRESS, data=sent | {"act": "look"})
    fingerprint = document["trust"]["fingerprint_sha256"]
    assert looked.status_code == 200, looked.text
    assert f'name="presented" value="{fingerprint}"' in looked.text
    assert "open https://localhost with the port of this address" in looked.text
    assert f'value="{sent["rest_url"]}"' in looked.text
    secret = {"act": "register", "presented": fingerprint, "password": document["password"]}
    unconfirmed = await reader.post(ADDRESS, data=sent | secret)
    assert (unconfirmed.status_code, await store.sites.list()) == (200, ())
    secret["trust.fingerprint_sha256"] = fingerprint
    padded = await reader.post(ADDRESS, data=sent | secret | {"password": f" {document['password']}"})
    assert (padded.status_code, wrong_fields(padded.text)) == (422, {"password"})
    assert document["password"] not in padded.text
    assert f'name="presented" value="{fingerprint}"' in padded.text
    answer = await reader.post(ADDRESS, data=sent | secret)
    (site,) = await store.sites.list()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sites/{site.id}")
    assert site.limits.publish_delay.total_seconds() == 30
    assert site.limits.purge_after is None
    again = await reader.post(ADDRESS, data=sent | secret)
    assert (again.status_code, wrong_fields(again.text)) == (409, {"name"})
    assert document["password"] not in again.text + caplog.text
    page = (await reader.get(f"/sites/{site.id}")).text
    assert document["password"] not in page
    assert "The site was not surveyed yet." in page


async def test_floors_below_the_vendors_take_two_persons(unconnected, document, store):
    """The first form is kept as a wish; the same form of another admin registers the site."""
    parts = replace(unconnected, rehearsal=False)
    fingerprint = document["trust"]["fingerprint_sha256"]
    secret = {"password": document["password"], "trust.fingerprint_sha256": fingerprint, "act": "register"}
    sent = form_of(document) | secret
    second = await key_of(store, "ben", Role.ADMIN)
    async with reading(parts) as one, reading(parts, second) as other:
        for _ in range(2):
            wished = await one.post(ADDRESS, data=sent)
            assert (wished.status_code, "a second person confirms it" in wished.text) == (409, True)
            assert f'href="{ADDRESS}"' in wished.text
        assert await store.sites.list() == ()
        lower = await other.post(ADDRESS, data=sent | {"limits.holdout_minimum": "1"})
        assert (lower.status_code, await store.sites.list()) == (409, ())
        assert (await other.post(ADDRESS, data=sent)).status_code == 303
    assert len(await store.sites.list()) == 1


async def test_what_is_wrong_stands_beside_its_field(reader, document):
    """Of every field at once, before SEPM is asked; what was typed stays, and the files and the password do not."""
    sent = form_of(document) | {
        "rest_url": "http://sepm.example:8446",
        "servers.0.https_port": "70000",
        "limits.away_limit": "soon",
        "limits.holdout_minimum": "-1",
        "password": "typed",
    }
    del sent["servers.0.address"]
    refused = await reader.post(ADDRESS, data=sent | {"act": "look"}, headers=CZECH)
    assert refused.status_code == 422
    wrong = {"servers.0.address", "servers.0.https_port", "limits.away_limit", "limits.holdout_minimum"}
    assert wrong_fields(refused.text) == wrong
    assert "Bylo to odmítnuto" in refused.text
    assert 'value="soon"' in refused.text
    assert "typed" not in refused.text
    plain = await reader.post(ADDRESS, data=form_of(document) | {"act": "look", "rest_url": "http://sepm.example"})
    assert wrong_fields(plain.text) == {"rest_url"}
    nothing = await reader.post(ADDRESS, data={"act": "look"})
    assert wrong_fields(nothing.text) == {"name", "rest_url", "username", "servers.0.name"}


async def test_a_file_that_is_no_list_is_refused_beside_its_field(reader, document, store):
    """An exported Sylink.xml that cannot be read."""
    fingerprint = document["trust"]["fingerprint_sha256"]
    secret = {"password": document["password"], "trust.fingerprint_sha256": fingerprint, "act": "register"}
    files = {"sylinks.1": ("Sylink.xml", b"<no/>", "text/xml")}
    refused = await reader.post(ADDRESS, data=form_of(document) | secret, files=files)
    assert (refused.status_code, wrong_fields(refused.text)) == (422, {"sylinks.0"})
    assert await store.sites.list() == ()


async def test_defaults_that_no_plan_fits_are_shown_before_the_site_is_registered(reader, document):
    """Deletion after 30 days and a wait of 90: the form names both fields; nothing is shown where they fit."""
    warning = "With these limits each plan is refused"
    assert warning in (await reader.get(ADDRESS)).text
    sent = form_of(document) | {"act": "row"}
    assert warning not in (await reader.post(ADDRESS, data=sent)).text, "SEPM deletes none"
    del sent["limits.no_purge"]
    for change, is_shown in (({}, True), ({"limits.purge_after": "90"}, False), ({"limits.purge_after": "x"}, False)):
        page = unescape((await reader.post(ADDRESS, data=sent | change)).text)
        assert (warning in page) is is_shown, change
        if is_shown:
            assert "not seen for 30 days" in page
            assert "“SEPM deletes clients that it has not seen for, in days”" in page


async def test_a_server_is_added_to_the_form(reader, document):
    """One more row, with what was typed; rows that are empty are left out."""
    sent = form_of(document) | {"servers.5.name": "two"}
    more = (await reader.post(ADDRESS, data=sent | {"act": "row"})).text
    assert 'name="servers.1.name" value="two"' in more
    assert 'name="servers.2.name"' in more
    assert 'name="servers.3.name"' not in more
    for shown, last in (("1", 2), ("3", 3), ("7", 7), ("999", 19), ("x", 2), ("-4", 2)):
        more = (await reader.post(ADDRESS, data=sent | {"rows": shown, "act": "row"})).text
        assert f'name="servers.{last}.name"' in more, "an empty row counts too"
        assert f'name="servers.{last + 1}.name"' not in more


async def test_an_address_that_does_not_answer(reader, document):
    """The refusal stands beside the address."""
    silent = await reader.post(ADDRESS, data=form_of(document) | {"rest_url": "https://127.0.0.1:1", "act": "look"})
    assert (silent.status_code, wrong_fields(silent.text)) == (502, {"rest_url"})


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER, Role.ROBOT])
async def test_who_may_not_register_sees_who_can(reading_as, role):
    """Neither form nor link; the form is refused."""
    async with reading_as(f"one {role}", role) as other:
        assert "/registration" not in (await other.get("/")).text
        for answer in (await other.get(ADDRESS), await other.post(ADDRESS, data={"act": "look"})):
            assert answer.status_code == 403
            assert "admin" in answer.text


async def test_names_steer_no_form(reader, document):
    """What was typed is text in the form that shows it again."""
    sent = form_of(document) | {"name": '"><script>alert(1)</script>', "presented": '"><b>', "act": "row"}
    page = (await reader.post(ADDRESS, data=sent)).text
    assert "<script>alert" not in page
    assert '"><b>' not in page
