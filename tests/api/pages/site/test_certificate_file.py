"""A certificate is brought as a file: its key and password are shown nowhere, and what is wrong stands beside it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from certificates.keystores import to_pkcs12
from certificates.new_certificate import make_self_signed
from rotation.identity.permission import Role
from rotation.values import CertificateId
from tests.api.pages.site.test_registration import wrong_fields

ADDRESS = "/sites/site-1/certificates/file"
PASSWORD = " open sesame "


@pytest.fixture(scope="module")
def keystore() -> bytes:
    """A PKCS#12 file with its key, under a password that begins with a space."""
    made = make_self_signed(
        ("sepm1.test",), identity=CertificateId(""), now=datetime.now(UTC), valid_for=timedelta(days=90)
    )
    return to_pkcs12(made, SecretStr(PASSWORD))


@pytest.mark.usefixtures("rotating")
async def test_a_file_is_kept_once(reader, store, keystore, caplog):
    """Its certificate is chosen for the plan; the same form and the same file again are the same certificate."""
    sent, file = {"password": PASSWORD, "request_id": "once"}, {"file_base64": ("sepm.p12", keystore)}
    first, again = await asyncio.gather(*(reader.post(ADDRESS, data=sent, files=file) for _ in range(2)))
    (kept,) = await store.certificates.list()
    assert kept.has_key
    places = [(answer.status_code, answer.headers.get("location")) for answer in (first, again)]
    assert places == [(303, f"/sites/site-1/plans?made={kept.id}")] * 2, (first.text, again.text)
    assert (await reader.post(ADDRESS, data={"password": PASSWORD}, files=file)).status_code == 303
    assert await store.certificates.list() == (kept,)
    assert PASSWORD.strip() not in caplog.text


@pytest.mark.usefixtures("rotating")
@pytest.mark.parametrize("password", ["wrong", PASSWORD.strip(), ""])
async def test_a_wrong_password_is_refused(reader, store, keystore, password):
    """Beside the file, in a form that is open; the password comes in no answer."""
    answer = await reader.post(ADDRESS, data={"password": password}, files={"file_base64": ("sepm.p12", keystore)})
    assert (answer.status_code, wrong_fields(answer.text)) == (422, {"file_base64"})
    assert "<details open>" in answer.text
    assert not password or f'value="{password}"' not in answer.text
    assert await store.certificates.list() == ()


@pytest.mark.usefixtures("rotating")
async def test_no_file_and_what_is_none_are_refused(reader, store):
    """Nothing is stored, and the page says what a file must be."""
    for files in ({}, {"file_base64": ("empty.pem", b"")}, {"file_base64": ("text.pem", b"\0no certificate")}):
        answer = await reader.post(ADDRESS, data={"request_id": "x"}, files=files)
        assert (answer.status_code, wrong_fields(answer.text)) == (422, {"file_base64"}), answer.text
    assert await store.certificates.list() == ()


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_keep_certificates_brings_none(reading_as, keystore):
    """A viewer is refused, and a reader of another site does not learn of this one."""
    file = {"file_base64": ("sepm.p12", keystore)}
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert (await viewer.post(ADDRESS, files=file)).status_code == 403
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        assert (await other.post(ADDRESS, files=file)).status_code in {403, 404}
