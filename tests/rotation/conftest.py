"""Sites, surveys, plans and clients of gates, each with all that a test does not care about."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings

from rotation.certificate import CertificateFacts
from rotation.network import UNKNOWN
from rotation.plan.outline import outline
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest, Unproven
from rotation.plan.step import Console, GatePurpose
from rotation.plan.work.task import ReplaceCertificate
from rotation.planning.basis import Observed
from rotation.planning.planner import make_plan
from rotation.planning.preconditions import Preconditions, unmet
from rotation.proof.coverage import judge
from rotation.proof.verdict import GateRule, RosterEntry, Swap
from rotation.reach.answer import ReachAnswer
from rotation.running.message import Message
from rotation.running.state import RotationState
from rotation.site import DatabaseKind, Limits, ListEntry, Protocol, Server, ServerList, Site
from rotation.survey import (
    ObservedClient,
    ObservedGroup,
    ObservedLocation,
    PairSettings,
    ServedCertificate,
    SiteSurvey,
)
from rotation.values import CertificateId, Fingerprint, ListName, LocationId, PlanId, SiteId

# for `make mutmut`, which runs the tests again for each of thousands of mutants
settings.register_profile("few", max_examples=10, deadline=None, derandomize=True, database=None)

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HEARTBEAT = timedelta(minutes=5)
DEFAULT = ListName("Default List")


class Make:
    """Values of the domain."""

    t0 = T0
    heartbeat = HEARTBEAT

    def at(self, **since):
        """A time after the start of the story."""
        return T0 + timedelta(**since)

    def id_of(self, path):
        """The id of the group of that path."""
        return hashlib.sha256(path.encode()).hexdigest()[:32].upper()

    def serial(self, path, at):
        """What a client of that group reports when its policy is of `at`."""
        return f"{self.id_of(path)[:4]}-{at:%m/%d/%Y %H:%M:%S} {at.microsecond // 1000:03d}"

    # -- what is registered -----------------------------------------------------------------------

    def server_list(self, name, *servers, http=False, ca=False, port=8014):
        """A server list that offers those servers at one priority."""
        entries = tuple(ListEntry(server=name, address=f"{name}.test", http_port=port) for name in servers)
        protocol = Protocol.HTTP if http else Protocol.HTTPS
        return ServerList(name=name, protocol=protocol, priorities=(entries,), verifies_ca=ca)

    def site(self, *servers, lists=None, database=DatabaseKind.OWN, **limits):
        """A site of those servers; without lists, its default list offers them all."""
        known = tuple(Server(name=name, address=f"{name}.test") for name in servers)
        described = (self.server_list(DEFAULT, *servers),) if lists is None else tuple(lists)
        chosen = Limits(**{"purge_after": None, **limits})
        return Site(id=SiteId("site"), name="Vienna", servers=known, lists=described, limits=chosen, database=database)

    # -- what is observed -------------------------------------------------------------------------

    def location(self, name="Default", *, server_list=DEFAULT, secure=True, heartbeat=HEARTBEAT, jitter=0):
        """A location with its settings."""
        settings = PairSettings(
            server_list=server_list,
            secure_communications=secure,
            heartbeat=heartbeat,
            jitter=timedelta(minutes=jitter),
        )
        return ObservedLocation(id=LocationId(f"L-{name}"), name=name, settings=settings)

    def group(self, path, *locations, inherits=False, domain="D1", group_id=None, **settings):
        """A group; without locations it has one, of `settings`."""
        return ObservedGroup(
            id=group_id or self.id_of(path),
            path=path,
            domain_id=domain,
            inherits=inherits,
            policy_date=T0 - timedelta(days=9),
            locations=locations or (self.location(**settings),),
        )

    def client(
        self,
        name,
        group="G",
        *,
        build="14.3.9816.7000",
        seen=-2,
        server="s1",
        serial=None,
        images=False,
        network=UNKNOWN,
    ):
        """A client of the group of that path, last seen `seen` minutes after the start; never where that is None."""
        return ObservedClient(
            id=name,
            name=name.upper(),
            group_id=self.id_of(group),
            build=build,
            last_seen=None if seen is None else T0 + seen * MINUTE,
            last_server=server,
            serial=serial,
            non_persistent=images,
            network=network,
        )

    def survey(self, site, *groups, silent=(), ends=None, **fields):
        """What was read of `site`: every server presents its old certificate, but for the silent ones."""
        served = tuple(
            ServedCertificate(
                server=server.name,
                fingerprint=None if server.name in silent else Fingerprint(f"old-{server.name}"),
                not_after=ends or T0 + timedelta(days=900),
                observed_at=T0,
            )
            for server in site.servers
        )
        known = {"taken_at": T0, "sepm_clock": T0, "version": "14.3", "served": served, **fields}
        return SiteSurvey(groups=groups, **known)

    def facts(self, server="s1", **fields):
        """A fit certificate for that server."""
        known = {
            "id": f"cert-{server}",
            "fingerprint": f"new-{server}",
            "subject": f"CN={server}",
            "issuer": f"CN={server}",
            "names": (f"{server}.test",),
            "not_before": T0 - timedelta(days=9),
            "not_after": T0 + timedelta(days=900),
            "key_algorithm": "RSA",
            "key_bits": 2048,
            "signature_algorithm": "sha256WithRSAEncryption",
            "signature_is_rsa": True,
            "public_key": f"key-{server}",
        }
        return CertificateFacts(**{**known, **fields})

    # -- plans ------------------------------------------------------------------------------------

    def observed(
        self, site, *groups, clients=(), seen_at=None, survey=None, copies=(), answers=(), rest_at=(), **survey_fields
    ):
        """All that a plan of `site` rests on; clients were seen at every server, unless `seen_at` says otherwise."""
        everywhere = frozenset(server.name for server in site.servers)
        return Observed(
            survey_id="survey",
            survey=survey or self.survey(site, *groups, **survey_fields),
            clients=tuple(clients),
            certificates={CertificateId(f"cert-{server.name}"): self.facts(server.name) for server in site.servers},
            seen_at={client.id: everywhere for client in clients} if seen_at is None else seen_at,
            copies_in_use=frozenset(copies),
            http_answers=tuple(answers),
            rest_at=frozenset(rest_at),
        )

    def answer(self, client, result="ok", *, network="10.1.0.0/24", server="s1", port=8014, days=0):
        """What a client was answered over plain HTTP, some days before the start."""
        return ReachAnswer(
            client=client,
            network=network,
            server=server,
            host=f"{server}.test",
            port=port,
            result=result,
            at=T0 - timedelta(days=days),
        )

    def request(self, site, *, only=None, **fields):
        """A new certificate for every server of `site`, or for `only` those."""
        chosen = [server.name for server in site.servers] if only is None else only
        known = {"trusted_networks": (UNKNOWN,), **fields}
        return PlanRequest(certificates={name: CertificateId(f"cert-{name}") for name in chosen}, **known)

    def plan(self, site, *groups, request=None, now=T0, after=0, **observed):
        """The plan of `site` with those groups and clients."""
        seen = self.observed(site, *groups, **observed)
        return make_plan(site, seen, request or self.request(site), plan_id=PlanId("plan"), now=now, after=after)

    def refusal(self, *site_and_groups, **observed):
        """The codes of the findings for which no plan is made."""
        with pytest.raises(PlanRefusedError) as refused:
            self.plan(*site_and_groups, **observed)
        return [finding.code for finding in refused.value.findings]

    def unmet(self, plan, site, survey, *, clients=(), certificates=None):
        """The codes of the findings on a plan as a whole, under other circumstances than it was made in."""
        facts = Preconditions(site=site, survey=survey, clients=tuple(clients), body=plan.body, now=T0)
        return [finding.code for finding in unmet(facts, certificates or {})]

    def swap_of(self, body, server="s1"):
        """The id of the step that replaces the certificate of that server."""
        tasks = [(step.id, step.work) for step in body.steps if isinstance(step, Console)]
        return next(one for one, work in tasks if isinstance(work, ReplaceCertificate) and work.server == server)

    def step_of(self, body, number, wave=0):
        """The id of the first step of that number of the vendor's in a wave."""
        return next(step.id for step in body.steps if (step.number, step.wave) == (number, wave))

    approve_unproven = Unproven.APPROVE

    # -- gates ------------------------------------------------------------------------------------

    def gate_rule(self, purpose=GatePurpose.RELAXED, *, quiet=15, **fields):
        """What a gate asks; by default A8 with its reference at the start."""
        lengths = {"quiet_after": timedelta(minutes=quiet), "due_after": timedelta(minutes=quiet / 3)}
        known = {"purpose": purpose, "relaxed": True, "reference": T0, **lengths}
        return GateRule(**{**known, **fields})

    def swap_rule(self, *, server="s1", trusted=("s2",), shows=False, protected=False, former_seen=None, **fields):
        """What a gate after the swap of `server` at the start asks; clients settle for two minutes."""
        swap = Swap(
            server=server,
            first_seen=T0,
            former_seen=former_seen,
            trusted=frozenset(trusted),
            swapped_shows_trust=shows,
            settle=timedelta(minutes=2),
            protected=protected,
        )
        return self.gate_rule(GatePurpose.SWAPPED, swap=swap, **{"relaxed": False, "reference": None, **fields})

    def entry(self, client=None, *, group="G", **fields):
        """A client of the roster; with none it has vanished."""
        observed = self.client("c1", group) if client is None else client
        known = {
            "id": "c1",
            "name": "C1",
            "group_id": observed.group_id,
            "owner": self.id_of(group),
            "observed": observed,
            "non_persistent": observed.non_persistent,
        }
        return RosterEntry(**{**known, **fields})

    def judge(self, rule, client, evidence=None, **fields):
        """The judgement on a client as it is read now."""
        return judge(self.entry(client, **fields), rule, evidence)

    def read(self, rule, *readings, **fields):
        """The last judgement on a client that was read as each of `readings`, one after the other."""
        judged = self.judge(rule, readings[0], **fields)
        for client in readings[1:]:
            judged = self.judge(rule, client, judged.evidence, **fields)
        return judged

    def vanish(self, rule, *, evidence=None, **fields):
        """The judgement on a client that SEPM does not list any more."""
        return judge(self.entry(**{**fields, "observed": None}), rule, evidence)

    # -- moves ------------------------------------------------------------------------------------

    def state(self, plan=None, **fields):
        """A rotation that runs."""
        body = (plan or self.plan(self.site("s1"), self.group("G"))).body
        known = {
            "rotation_id": "r1",
            "site_id": "site",
            "site_name": "Vienna",
            "plan_id": "plan",
            "plan_hash": body.content_hash(),
            "outline": outline(body),
            "started_at": T0,
        }
        return RotationState(**{**known, **fields})

    def message(self, move, **fields):
        """What a person says to that rotation."""
        known = {
            "move": move,
            "rotation_id": "r1",
            "who": "ada",
            "identity": "identity-ada",
            "why": "because",
            "request_id": "1",
        }
        return Message(**{**known, **fields})


@pytest.fixture(scope="session")
def make():
    """Values of the domain."""
    return Make()
