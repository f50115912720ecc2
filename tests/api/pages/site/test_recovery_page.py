"""A lost certificate goes back in by a form of the site: it takes facts of its file, which stays where it is."""

import pytest

from cli.certificate.recovery_inspection import copy_of
from rotation.identity.permission import Role
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields
from tests.api.pages.test_rotation_page import fields
from tests.api.plan.test_recoveries import SEPM_1, console, lost

__all__ = ["console", "lost"]


def typed(file) -> dict[str, str]:
    """The form, as a person fills it from what `rotator recovery inspect` shows."""
    facts = copy_of(file)
    texts = {name: facts[name] for name in ("name", "sha256", "certificate_sha256", "keystore")}
    dates = {name: facts[name][:10] for name in ("not_before", "not_after")}
    return {f"files.{SEPM_1}.{name}": text for name, text in (texts | dates | {"key_matches": "1"}).items()}


async def test_a_lost_certificate_goes_back_in(connected, lost, store):
    """Refusals stand beside their server, and what was typed stays; the same form is one plan; it is started there."""
    site, file = lost
    address, form = f"/sites/{site}/recovery", typed(file) | {"request_id": "once"}
    async with reading(connected) as reader:
        assert f'href="{address}"' in (await reader.get(f"/sites/{site}")).text
        assert (await reader.get(address)).status_code == 200
        nothing = await reader.post(address, data={})
        assert (nothing.status_code, wrong_fields(nothing.text)) == (422, {SEPM_1}), "it stands at its server"
        assert "recovery_" in nothing.text
        broken = await reader.post(address, data=form | {f"files.{SEPM_1}.sha256": "none", f"held.{SEPM_1}": "x"})
        assert wrong_fields(broken.text) == {f"files.{SEPM_1}.sha256", f"held.{SEPM_1}"}
        assert form[f"files.{SEPM_1}.certificate_sha256"] in broken.text
        other = await reader.post(address, data=form | {f"files.{SEPM_1}.certificate_sha256": "ab" * 32}, headers=CZECH)
        assert "soubor obsahuje certifikát abababababababab" in other.text
        assert f'id="e-{SEPM_1}-1"' in other.text
        answers = [await reader.post(address, data=form) for _ in range(2)]
        (there,) = {answer.headers["location"] for answer in answers}
        plan = (await reader.get(there)).text
        assert "disaster recovery" in plan
        assert "recovery-not-inspected" not in plan
        started = await reader.post(f"{there}/start", data=fields(plan, f"{there}/start") | {"why": "the disk is gone"})
        assert started.headers["location"].startswith("/rotations/"), started.text
        rotation = await store.rotations.get(started.headers["location"].rsplit("/", maxsplit=1)[1])
        assert rotation.purpose == "recover"
        assert f'href="{address}"' not in (await reader.get(f"/sites/{site}")).text, "while it runs"


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_plan_recovers_nothing(reading_as):
    """A viewer sees no link, and gets neither form nor plan."""
    address = "/sites/site-1/recovery"
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert address not in (await viewer.get("/sites/site-1")).text
        assert (await viewer.get(address)).status_code == 403
        assert (await viewer.post(address, data={})).status_code == 403
