"""A real store for each test, in a SQLite file and on PostgreSQL, and values to put into it."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from rotation.certificate import CertificateFacts
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.request import PlanRequest
from rotation.plan.step import Preflight
from rotation.plan.work.task import ConsoleTask, Evidence, ReplaceCertificate, TaskState
from rotation.site import Server, Site
from rotation.survey import ObservedClient, ObservedGroup, ObservedLocation, PairSettings, SiteSurvey
from rotation.values import CertificateId, Fingerprint, GroupId, LocationId, ServerName, SiteId
from store.database.migration import upgrade
from store.progress import NewRotation
from store.settings import StoreSettings
from store.site.access import SiteConnection
from store.site.site_changes import ReasonedAct
from store.store import Store
from store.trail.site_trail import Author
from tests.store.postgresql import PostgreSQL, postgresql

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SEPM1 = ServerName("sepm1")


class Make:
    """Values of the domain, each with all that a test does not care about."""

    t0 = T0

    def at(self, **since):
        """A time after the start of the story."""
        return T0 + timedelta(**since)

    def site(self, site_id="site-1", name="Vienna"):
        """A site of two servers."""
        servers = (Server(name=SEPM1, address="sepm1.test"), Server(name=ServerName("sepm2"), address="sepm2.test"))
        return Site(id=site_id, name=name, servers=servers)

    def connection(self, password="s3cret-pass"):
        """How that site is reached."""
        return SiteConnection(
            rest_url="https://sepm1.test:8446",
            username="admin",
            password=SecretStr(password),
            fingerprints=frozenset({Fingerprint("aa" * 32)}),
        )

    async def rotate(self, store):
        """Store a site with a survey, a plan, a rotation and a task."""
        await store.sites.add(self.site(), self.connection(), self.t0)
        survey = await store.surveys.begin(SiteId("site-1"), self.t0)
        await store.surveys.save(survey, self.survey())
        await store.surveys.finish(survey, 0)
        await store.plans.add(self.plan().model_copy(update={"survey_id": survey}))
        await store.rotations.create(self.new(), self.t0)
        await store.tasks.add(self.task())

    def act(self, who="ann", why="as the console shows it"):
        """A change by a person."""
        return ReasonedAct(at=T0, author=Author(who=who, address="10.0.0.7"), why=why)

    def facts(self, certificate_id="cert-1", fingerprint="bb" * 32):
        """A fit certificate."""
        return CertificateFacts(
            id=certificate_id,
            fingerprint=fingerprint,
            subject="CN=sepm1",
            issuer="CN=sepm1",
            not_before=T0,
            not_after=T0 + timedelta(days=3650),
            key_algorithm="RSA",
            key_bits=2048,
            signature_algorithm="sha256WithRSAEncryption",
            signature_is_rsa=True,
            public_key=Fingerprint("cc" * 32),
        )

    def settings(self, server_list="Default"):
        """The settings of a pair."""
        return PairSettings(server_list=server_list, secure_communications=True, heartbeat=timedelta(minutes=5))

    def survey(self):
        """A survey of one group."""
        location = ObservedLocation(id=LocationId("loc-1"), name="Default", settings=self.settings())
        group = ObservedGroup(
            id=GroupId("G1"), path="My Company", inherits=False, policy_date=T0, locations=(location,)
        )
        return SiteSurvey(taken_at=T0, sepm_clock=T0, version="14.3.1", groups=(group,))

    def client(self, client_id, group="G1", **changes):
        """A client that spoke to sepm1."""
        usual = {"build": "14.3.1.1", "last_seen": T0, "last_server": "sepm1", "serial": None}
        return ObservedClient(id=client_id, name=f"pc-{client_id}", group_id=group, **{**usual, **changes})

    def plan(self, plan_id="plan-1", site_id="site-1", title="Look"):
        """A plan of one step."""
        body = PlanBody(
            site_id=site_id,
            certificates=(),
            waves=((SEPM1,),),
            scopes=(),
            publish_delay=timedelta(minutes=2),
            steps=(Preflight(id="01-preflight", number="P", title=title),),
        )
        return Plan(
            id=plan_id,
            hash=body.content_hash(),
            made_at=T0,
            survey_id="survey-1",
            request=PlanRequest(certificates={SEPM1: CertificateId("cert-1")}),
            body=body,
            findings=(),
            times=(),
            least=timedelta(0),
            lost_if_now=7,
            clients=9,
        )

    def new(self, rotation_id="rot-1", site_id="site-1", plan_id="plan-1"):
        """A rotation that is asked for."""
        plan_hash = self.plan(plan_id, site_id).hash
        return NewRotation(id=rotation_id, site_id=site_id, plan_id=plan_id, plan_hash=plan_hash, started_by="ann")

    def task(self, task_id="task-1", rotation_id="rot-1"):
        """A console task to replace a certificate."""
        return ConsoleTask(
            id=task_id,
            rotation_id=rotation_id,
            site_id=SiteId("site-1"),
            site_name="Vienna",
            step="09-A9-sepm1",
            number="A9",
            state=TaskState.OPEN,
            evidence=Evidence.OBSERVED,
            work=ReplaceCertificate(server=SEPM1, fingerprint_sha256=Fingerprint("bb" * 32), has_file=True),
            title="Replace",
            instructions=("Admin > Servers",),
            opened_at=T0,
        )


@pytest.fixture
def make():
    """Values to store."""
    return Make()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL, started for the first test that asks."""
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite file with all tables and no rows: making them costs more than most tests."""
    file = tmp_path_factory.mktemp("tables") / "rotator.db"
    upgrade(make_url(f"sqlite:///{file}"))
    return file.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path) -> Iterator[StoreSettings]:
    """A store that was never opened: without tables, in a SQLite file and on PostgreSQL."""
    if request.param == "sqlite":
        yield StoreSettings(folder=tmp_path / "new")
        return
    with request.getfixturevalue("postgres").empty_database() as url:
        yield StoreSettings(folder=tmp_path / "new", database_url=url)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, tmp_path) -> Iterator[StoreSettings]:
    """A store of its own for each test, in a SQLite file and on PostgreSQL."""
    if request.param == "sqlite":
        (tmp_path / "rotator.db").write_bytes(request.getfixturevalue("tables"))
        yield StoreSettings(folder=tmp_path)
        return
    with request.getfixturevalue("postgres").database() as url:
        yield StoreSettings(folder=tmp_path, database_url=url)


@pytest.fixture(scope="session")
def process_environment() -> Callable[[StoreSettings], dict[str, str]]:
    """The environment of a process that opens the store of these settings."""

    def made(settings: StoreSettings) -> dict[str, str]:
        # what the machine of the tests may have set for some other service
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
        chosen = {"ROTATOR_FOLDER": str(settings.folder), "ROTATOR_DATABASE_URL": settings.url}
        return {**clean, **chosen, "ROTATOR_KEY_FILE": str(settings.key_path)}

    return made


@pytest.fixture
async def store(settings):
    """An open store."""
    opened = await Store.open(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def site(store, make):
    """A store that knows site-1 and a plan of it."""
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    return store


@pytest.fixture
async def running(site, make):
    """A store in which rotation rot-1 runs on site-1."""
    await site.rotations.create(make.new(), make.t0)
    return site
