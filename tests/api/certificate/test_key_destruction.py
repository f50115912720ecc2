"""Destroying a private key over the API and the command: who may, what it takes, and what it tells."""

import json
from datetime import timedelta

import pytest

from certificates.new_certificate import make_self_signed
from rotation.identity.permission import Role
from rotation.values import CertificateId, ServerName, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from service.world import wall_clock
from tests.api.conftest import calling
from tests.api.identified import key_of

NONE = CertificateId("")
WHY = {"why": "the laptop with the backup was lost"}


@pytest.fixture
def with_key():
    """A certificate with its key, as it is added."""
    made = make_self_signed(("sepm1.test",), identity=NONE, now=wall_clock(), valid_for=timedelta(days=90))
    assert made.key_pem is not None
    return {"pem": made.certificate_pem + made.key_pem.get_secret_value()}


async def added(api, with_key):
    """What is known of the certificate, which is kept now."""
    answer = await api.post("/v1/certificates", json=with_key)
    assert answer.status_code == 201, answer.text
    return answer.json()["certificate"]


async def test_a_key_is_destroyed_with_a_record(api, with_key, problem):
    """The certificate stays, and shows who did it and why; no file of it is made, and its key is not taken again."""
    facts = await added(api, with_key)
    path = f"/v1/certificates/{facts['id']}"
    waiting = (await api.post(f"{path}/keystores", json={"format": "p12"})).json()
    wrong = {"fingerprint_sha256": "aa" * 32, **WHY}
    problem(await api.post(f"{path}/destroy-key", json=wrong), 409, "fingerprint-differs")
    assert (await api.get(path)).json()["key_destroyed"] is None
    spaced = ":".join(facts["fingerprint"][at : at + 2].upper() for at in range(0, 64, 2))
    done = await api.post(f"{path}/destroy-key", json={"fingerprint_sha256": spaced, **WHY})
    assert done.status_code == 200, done.text
    assert (done.json()["certificates"], done.json()["who"], done.json()["why"]) == ([facts["id"]], "ann", WHY["why"])
    assert [each["code"] for each in done.json()["findings"]] == ["no-file", "key-in-backups"]
    shown = (await api.get(path)).json()
    assert (shown["certificate"]["has_key"], shown["key_destroyed"]["who"]) == (False, "ann")
    problem(await api.get(waiting["path"]), 410, "keystore-gone")
    problem(await api.post(f"{path}/keystores", json={"format": "p12"}), 409, "no-key")
    assert "ann" in problem(await api.post("/v1/certificates", json=with_key), 409, "key-destroyed")["detail"]
    events = (await api.get("/v1/audit/events")).json()["items"]
    last = next(each for each in events if each["kind"] == "key-destroyed")
    assert (last["who"], last["address"], last["data"]["certificates"]) == ("ann", "127.0.0.1", facts["id"])
    assert (await api.get("/v1/audit/verification")).json()["broken"] == []


async def test_an_admin_of_all_sites_destroys_keys(unconnected):
    """An operator, who takes keystores, does not; neither does an admin of some sites."""
    for name, role, sites in (("Olga", Role.OPERATOR, None), ("Vera", Role.ADMIN, (SiteId("vienna"),))):
        async with calling(unconnected, await key_of(unconnected.store, name, role, sites=sites)) as api:
            body = {"fingerprint_sha256": "aa" * 32, **WHY}
            assert (await api.post("/v1/certificates/cert-1/destroy-key", json=body)).status_code == 403


async def test_the_command_names_what_is_lost(rotator, whole, connected, site, with_key):
    """Also that a server presents the certificate: the way back to it is a recovery file then."""
    facts, now = await added(whole, with_key), wall_clock()
    seen = SeenCertificate(
        fingerprint=facts["fingerprint"], subject="CN=a", issuer="CN=a", not_before=now, not_after=now
    )
    endpoint = Endpoint(server=ServerName("SEPM-1"), port=Port.CLIENT, address="sepm1.test", number=443)
    await connected.store.inventory.record(site, [Look(endpoint=endpoint, certificate=seen, at=now, error="")])
    code, out, err = await rotator("certificate", "destroy-key", facts["id"], facts["fingerprint"], "--why", "lost")
    assert code == 0, err
    assert f"the private key of {facts['id']} was destroyed by ann" in out
    assert "server SEPM-1 of site" in out
    code, out, _ = await rotator("certificate", "list", "--json")
    assert [each["has_key"] for each in json.loads(out)["items"]] == [False]
