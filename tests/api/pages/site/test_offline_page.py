"""A site without REST is registered from a file; no server is asked."""

import json
from html import unescape

import pytest

from api.pages.site.offline_page import EXAMPLE
from rotation.identity.permission import Role
from tests.api.good_requests import AT_CONSOLE
from tests.api.pages.conftest import CZECH
from tests.api.pages.site.test_registration import wrong_fields

ADDRESS = "/registration/offline"


def file_of(document: object) -> dict[str, tuple[str, bytes, str]]:
    """A form with the file."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {"document": ("site.json", content, "application/json")}


async def test_a_site_is_registered_from_its_file(reader, store):
    """Once; the page shows it."""
    assert f'href="{ADDRESS}"' in (await reader.get("/registration")).text
    answer = await reader.post(ADDRESS, files=file_of(AT_CONSOLE))
    (site,) = await store.sites.list()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sites/{site.id}")
    assert (await reader.get(f"/sites/{site.id}")).status_code == 200
    again = await reader.post(ADDRESS, files=file_of(AT_CONSOLE))
    assert again.status_code == 409
    assert "is registered already" in again.text


async def test_the_file_to_copy_is_one_that_is_taken(reader, store):
    """The page shows it whole, and it registers a site as it is."""
    page = unescape((await reader.get(ADDRESS)).text)
    shown = page.split("<pre><code>")[1].split("</code>")[0]
    assert shown == EXAMPLE
    assert (await reader.post(ADDRESS, files=file_of(shown.encode()))).status_code == 303
    assert [each.name for each in await store.sites.list()] == ["Brno"]


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"{", "JSON"), (AT_CONSOLE | {"groups": []}, "groups"), (AT_CONSOLE | {"access": "rest"}, "access")],
    ids=["broken", "no-group", "with-rest"],
)
async def test_a_file_that_does_not_describe_one_is_refused(reader, store, content, text):
    """With what is wrong in it; nothing is stored."""
    refused = await reader.post(ADDRESS, files=file_of(content), headers=CZECH)
    assert refused.status_code in (400, 422)
    assert "Bylo to odmítnuto" in refused.text
    assert text in refused.text
    assert await store.sites.list() == ()


async def test_without_a_file_nothing_is_registered(reader):
    """The field says so."""
    refused = await reader.post(ADDRESS, data={})
    assert wrong_fields(refused.text) == {"document"}


async def test_who_may_not_register_gets_no_form(reading_as):
    """An operator is refused."""
    async with reading_as("olga", Role.OPERATOR) as other:
        assert (await other.get(ADDRESS)).status_code == 403
        assert (await other.post(ADDRESS, files=file_of(AT_CONSOLE))).status_code == 403
