"""A site with a plan, certificates on its ports, and, where a test wants it, a rotation that is late."""

from datetime import timedelta

import pytest

from engine.contract import EventKind
from rotation.plan.plan import StepTime
from rotation.plan.start_by import LatestStart
from rotation.plan.step import Closing, Console, Gate, GatePurpose, Holdout, Preflight, ScopeName
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from store.progress import Progress
from store.rotation.events import NewEvent
from tests.store.conftest import SEPM1, Make

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = SiteId("site-1")
NAMED = "Wien; Büro, \\1 " + "ř" * 60
"""What RFC 5545 escapes and folds, some of it within a character of two bytes."""


@pytest.fixture
def make() -> Make:
    """Values of the domain."""
    return Make()


def steps(*, puts_back=False):
    """A step of each kind that the calendar shows, and one that it does not."""
    new = Fingerprint("bb" * 32)
    swap = ReplaceCertificate(server=SEPM1, fingerprint_sha256=new, has_file=True, puts_back=puts_back)
    return (
        Preflight(id="01-preflight", number="P", title="Look"),
        Gate(
            id="02-A8", number="A8", title="Wait", purpose=GatePurpose.RELAXED, scope=ScopeName.RELAXED,
            minimum=DAY, patience=14 * DAY,
        ),
        Console(id="03-A9", number="A9", title="Replace", work=swap),
        Holdout(
            id="04-B5", number="B5", title="Hold", servers=(ServerName("sepm2"),), minimum=30 * DAY, maximum=90 * DAY
        ),
        Closing(id="05-closing", number="closing", title="Close", minimum=DAY, patience=DAY),
    )  # fmt: skip


@pytest.fixture
def puts_back():
    """Whether the plan of the site puts the old certificate back."""
    return False


@pytest.fixture
async def planned(store, make, puts_back):
    """A site whose certificate is on two ports, with a plan that must begin in ten days."""
    await store.sites.add(make.site(name=NAMED), make.connection(), make.t0)
    seen = SeenCertificate(
        fingerprint=Fingerprint("aa" * 32), subject="CN=sepm1", issuer="CN=ca", not_before=make.t0,
        not_after=make.at(days=60),
    )  # fmt: skip
    ports = ((Port.CLIENT, 443), (Port.REST, 8446))
    endpoints = [Endpoint(server=SEPM1, port=port, address="sepm1.test", number=number) for port, number in ports]
    await store.inventory.record(
        SITE, [Look(endpoint=each, certificate=seen, at=make.t0, error="") for each in endpoints]
    )
    plan = make.plan()
    body = plan.body.model_copy(update={"steps": steps(puts_back=puts_back)})
    times = tuple(
        StepTime(step=step.id, earliest=make.at(days=day), expected=make.at(days=day), least=HOUR)
        for day, step in enumerate(body.steps)
    )
    start = LatestStart(at=make.at(days=10), server=SEPM1, ends=make.at(days=60), takes=DAY, margin=DAY)
    plan = plan.model_copy(update={"body": body, "hash": body.content_hash(), "times": times, "latest_start": start})
    await store.plans.add(plan)
    return plan


@pytest.fixture
async def late(store, make, planned):
    """A rotation whose gate began two days later than planned, and passes in three at the earliest."""
    new = make.new().model_copy(update={"plan_hash": planned.hash})
    await store.rotations.create(new, make.t0)
    began = NewEvent(at=make.at(days=3), kind=EventKind.STEP_BEGAN, message="", data={"step": "02-A8"}, key="1")
    await store.events.append("rot-1", SITE, began)
    progress = Progress(step_id="02-A8", step_number="A8", step_count=5, next_action_at=make.at(days=6))
    await store.rotations.project("rot-1", progress, make.at(days=3))
