"""Private keys that are destroyed: gone wherever they were kept, once nothing needs them, and never kept again."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.identity.two_persons import TwoPersonAct, approvals
from rotation.plan.plan import CertificateFor
from rotation.plan.step import Console
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import CertificateId, Fingerprint, OrderId, ServerName
from store.access.key_text import KeyText
from store.certificate.certificate_orders import NewOrder
from store.certificate.certificate_requests import CertificateRequest
from store.certificate.certificates import UnknownCertificate
from store.certificate.key_destruction import KeyNeeded, NoKeyKept, OtherFingerprint
from store.certificate.keystores import KeystoreGone, KeystoreRecord, lives_until
from store.keys.destroyed import KeyDestroyed
from store.keys.sealed import CERTIFICATE_KEY, KEYSTORE, REQUEST_KEY, SEALED, sealed_values
from store.progress import Progress, RotationStatus

ONE, TWO = Fingerprint("bb" * 32), Fingerprint("dd" * 32)


async def sealed_in(store):
    """Every private key, and file with one, that is sealed in the database."""
    own = [of for of in SEALED if of.purpose in {CERTIFICATE_KEY, KEYSTORE, REQUEST_KEY}]
    return [each.value for of in own async for part in sealed_values(store.database, of, 100) for each in part]


@pytest.fixture
def keystore(make):
    """The record of a keystore of cert-1 that is asked for."""
    return KeystoreRecord(
        id="k1", certificate_id=CertificateId("cert-1"), format="jks", asked_by="ann", made_at=make.t0,
        expires_at=lives_until(make.t0), taken_at=None,
    )  # fmt: skip


@pytest.fixture
def order(make):
    """An order for the request that is asked for."""
    until = make.t0 + timedelta(days=1)
    return NewOrder(
        id=OrderId("order-1"), request_id="request-1", issuer="https://ca", asked_by="ann", asked_at=make.t0,
        gives_up_at=until,
    )  # fmt: skip


@pytest.fixture
async def kept(site, make):
    """A request, and the two certificates that answered it: cert-1 and cert-2 have its key."""
    request = CertificateRequest(
        id="request-1", public_key=make.facts().public_key, subject="CN=sepm1", names=("sepm1",),
        request_pem="REQUEST", asked_by="ann", asked_at=make.t0,
    )  # fmt: skip
    await site.certificate_requests.add(request, b"KEY")
    await site.certificates.add(make.facts(), "CERT", "", b"KEY", make.t0)
    await site.certificates.add(make.facts("cert-2", TWO), "CERT 2", "", b"KEY", make.t0)
    return site


@pytest.fixture
async def plan(kept, make):
    """A stored plan that hands out the file of cert-2, which replaces cert-1."""
    work = ReplaceCertificate(server=ServerName("sepm1"), fingerprint_sha256=TWO, has_file=True)
    chosen = CertificateFor(
        server=ServerName("sepm1"), certificate_id=CertificateId("cert-2"), fingerprint=TWO, replaces=ONE
    )
    known = make.plan("plan-2")
    step = Console(id="02-replace", number="A9", title="Replace", work=work)
    body = known.body.model_copy(update={"certificates": (chosen,), "steps": (*known.body.steps, step)})
    made = known.model_copy(update={"body": body, "hash": body.content_hash()})
    await kept.plans.add(made)
    return made


async def test_a_key_is_destroyed_wherever_it_is(kept, make, keystore):
    """With both certificates, the request and a keystore that waits; certificates and a record stay, on the trail."""
    await kept.keystores.add(keystore, b"FILE")
    assert len(await sealed_in(kept)) == 4
    act = make.act(why="it was on a lost laptop")
    record = await kept.key_destruction.destroy("cert-1", ONE, act)
    assert await kept.key_destruction.destroy("cert-2", TWO, make.act("ben")) == record
    assert (record.who, record.why, record.at) == ("ann", "it was on a lost laptop", make.t0)
    assert await sealed_in(kept) == []
    assert {each.id: each.has_key for each in await kept.certificates.list()} == {"cert-1": False, "cert-2": False}
    assert (await kept.certificates.material("cert-1")).certificate_pem == "CERT"
    assert await kept.certificate_requests.key_of(make.facts().public_key) is None
    with pytest.raises(KeystoreGone, match="destroyed"):
        await kept.keystores.take("k1", "cert-1", "jks", make.t0)
    assert await kept.key_destruction.of(make.facts().public_key) == record
    events = [each for each in await kept.trail.list("") if each.kind == "key-destroyed"]
    (event,) = events
    assert (event.who, event.address) == ("ann", "10.0.0.7")
    assert event.message == "private key of certificate cert-1: it was on a lost laptop"
    assert (event.data["certificates"], event.data["request"]) == ("cert-1, cert-2", "request-1")


async def test_no_byte_of_it_stays_in_the_file(kept, make, settings):
    """What was sealed is not in a SQLite file any more once it is closed, neither in its pages nor in their space."""
    large = make.facts("cert-3", Fingerprint("ee" * 32)).model_copy(update={"public_key": Fingerprint("ff" * 32)})
    await kept.certificates.add(large, "CERT 3", "", b"KEY" * 3000, make.t0)  # pages of its own, which are freed
    # the last bytes of each, and of the large one some between: all of them begin with the id of the key that seals
    values = await sealed_in(kept)
    before = [value[-end - 16 : -end] for value in values for end in range(1, len(value) - 200, 500)]
    before += [value[-16:] for value in values]
    assert len(before) > 10
    await kept.key_destruction.destroy("cert-1", ONE, make.act())
    await kept.key_destruction.destroy("cert-3", large.fingerprint, make.act())
    await kept.close()
    files = [path.read_bytes() for path in settings.folder.glob("rotator.db*")]
    assert not any(value in content for content in files for value in before)


async def test_what_cannot_be_meant_destroys_nothing(kept, make):
    """Another fingerprint, an unknown certificate, and one whose key is not kept."""
    with pytest.raises(OtherFingerprint, match=ONE):
        await kept.key_destruction.destroy("cert-1", TWO, make.act())
    with pytest.raises(UnknownCertificate):
        await kept.key_destruction.destroy("cert-9", ONE, make.act())
    other = make.facts("cert-3", Fingerprint("ee" * 32)).model_copy(update={"public_key": Fingerprint("ff" * 32)})
    await kept.certificates.add(other, "CERT 3", "", None, make.t0)
    with pytest.raises(NoKeyKept):
        await kept.key_destruction.destroy("cert-3", Fingerprint("ee" * 32), make.act())
    assert len(await sealed_in(kept)) == 3


async def test_a_key_that_is_needed_stays(kept, make, order, plan):
    """An order, a plan that waits for a second person, and a running rotation, also for the certificate it replaces."""
    admin = Grant(roles=(Role.ADMIN,))
    held = await kept.identities.add("ann", admin, KeyText.new(), by=make.act().author, at=make.t0, expires_at=None)

    async def refused(match):
        for certificate, fingerprint in (("cert-1", ONE), ("cert-2", TWO)):
            with pytest.raises(KeyNeeded, match=match):
                await kept.key_destruction.destroy(certificate, fingerprint, make.act())
        assert len(await sealed_in(kept)) == 3

    await kept.certificate_orders.create(order)
    await refused("order-1")
    await kept.certificate_orders.end(order.id, "cancelled", make.t0)
    await kept.rotations.create(make.new(plan_id=plan.id), make.t0)
    await refused("rot-1")
    await kept.rotations.project("rot-1", Progress(status=RotationStatus.COMPLETED, finished_at=make.t0), make.t0)
    await kept.wishes.second(
        TwoPersonAct.START, approvals(plan.id, plan.hash)[1], by=held.principal, why="", at=make.t0
    )
    await refused("plan-2")
    await kept.key_destruction.destroy("cert-2", TWO, make.act().model_copy(update={"at": make.at(days=8)}))


async def test_a_destroyed_key_is_not_kept_again(kept, make, order, keystore, plan):
    """Not with its certificate nor with another one, in no keystore, for no order; and no plan starts that needs it."""
    await kept.key_destruction.destroy("cert-1", ONE, make.act())
    for certificate, fingerprint in (("cert-1", ONE), ("cert-4", Fingerprint("99" * 32))):
        with pytest.raises(KeyDestroyed, match="destroyed by ann"):
            await kept.certificates.add(make.facts(certificate, fingerprint), "CERT", "", b"KEY", make.t0)
    with pytest.raises(KeyDestroyed):
        await kept.keystores.add(keystore, b"FILE")
    with pytest.raises(KeyDestroyed):
        await kept.certificate_orders.create(order)
    with pytest.raises(KeyDestroyed):
        await kept.rotations.create(make.new(plan_id=plan.id), make.t0)
    assert await sealed_in(kept) == []
    await kept.certificates.add(make.facts("cert-4", Fingerprint("99" * 32)), "CERT", "", None, make.t0)
    await kept.rotations.create(make.new(), make.t0)


async def test_a_record_that_was_deleted_is_found(kept, make):
    """Without it the key would be taken in again: the trail still has that it was destroyed."""
    await kept.key_destruction.destroy(CertificateId("cert-1"), ONE, make.act())
    assert (await kept.audit.verify()).broken == ()
    async with kept.database.write() as session:
        await session.execute(text("DELETE FROM destroyed_keys"))
    (broken,) = (await kept.audit.verify()).broken
    assert make.facts().public_key in broken.what
