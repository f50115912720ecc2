"""Disaster recovery as a plan: the same certificate back, and nothing else."""

from datetime import timedelta

import pytest

from rotation.drift.drift import Drift
from rotation.drift.presented import THIRD
from rotation.drift.restart import voided
from rotation.finding import blocking
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.step import GatePurpose, Write
from rotation.recovery.damage import Damage, DamageForm, RecoveryCopy
from rotation.recovery.held_certificate import HeldByClients
from rotation.recovery.procedure import Recoverable, make_recovery_plan
from rotation.survey import ServedCertificate
from rotation.values import PlanId

GOOD, BAD = "a" * 64, "b" * 64
DAY = timedelta(days=1)


@pytest.fixture
def damage(make):
    """A server that presents nothing, while clients hold a certificate that a recovery file has."""

    def known(server="s1", *, presents=None, readable=True, held=None, copy=None, **fields):
        seen = ServedCertificate(
            server=server,
            fingerprint=presents,
            not_after=make.at(days=500) if presents and readable else None,
            observed_at=make.t0,
            error="" if presents else "connection refused",
        )
        certificate = {"fingerprint": GOOD, "not_after": make.at(days=400), "last_served": make.at(hours=-1)}
        file = {
            "name": "recovery.zip",
            "sha256": "c" * 64,
            "certificate": GOOD,
            "not_after": make.at(days=400),
            "key_matches": True,
            "keystore": "keystore_1.jks",
        }
        return Damage(
            server=server,
            presents=seen,
            held=None if held is False else HeldByClients(**certificate | (held or {})),
            copy_at_hand=None if copy is False else RecoveryCopy(**file | (copy or {})),
            **fields,
        )

    return known


@pytest.fixture
def plan(make):
    """The plan for such servers of a site."""

    def planned(*damages, groups=("G",), survey_age=timedelta(0), **settings):
        site = make.site("s1", "s2", gate_patience=2 * DAY, publish_delay=timedelta(minutes=2))
        survey = make.survey(site, *(make.group(path, **settings) for path in groups), taken_at=make.t0 - survey_age)
        known = Recoverable(site=site, survey_id="survey", survey=survey, damages=damages, clients=7)
        return make_recovery_plan(known, plan_id=PlanId("recovery"), now=make.t0)

    return planned


@pytest.fixture
def refusal(plan):
    """The codes for which no recovery is planned; each says what to do instead."""

    def codes(*damages):
        with pytest.raises(PlanRefusedError) as refused:
            plan(*damages)
        assert all(finding.remedy for finding in refused.value.findings)
        return [finding.code for finding in refused.value.findings]

    return codes


def findings(made):
    """The codes of the plan's findings, with their severity."""
    return {finding.code: finding.severity.value for finding in made.findings}


def test_the_steps_of_a_recovery(make, damage, plan):
    """One task for each damaged server, a gate of three heartbeats, the closing check; no write, no group relaxed."""
    made = plan(damage("s1"), damage("s2", presents=BAD), jitter=1)
    assert [(step.id, step.kind) for step in made.body.steps] == [
        ("01-recover", "console"),
        ("02-recover", "console"),
        ("03-returned", "gate"),
        ("04-closing", "closing"),
    ]
    assert not any(isinstance(step, Write) for step in made.body.steps)
    assert {owner.treatment.value for owner in made.body.scopes} == {"failover"}
    assert (made.body.purpose, made.body.holdouts, made.body.left_out) == ("recover", (), ())
    gate = made.body.steps[2]
    assert gate.purpose is GatePurpose.RECOVERED
    assert (gate.minimum, gate.patience) == (3 * make.heartbeat + 3 * timedelta(minutes=1), 2 * DAY)
    assert [(each.server, each.fingerprint, each.replaces) for each in made.body.certificates] == [
        ("s1", GOOD, GOOD),
        ("s2", GOOD, GOOD),
    ]


def test_a_server_that_presents_what_clients_hold_is_left_alone(damage, plan, refusal):
    """Only the damaged ones get a task; where none is, there is nothing to recover."""
    whole = damage("s2", presents=GOOD)
    assert [step.work.server for step in plan(damage("s1"), whole).body.steps if step.kind == "console"] == ["s1"]
    assert refusal(whole) == ["nothing-to-recover"]
    assert refusal(damage("s1", presents=BAD, held=False)) == ["nothing-to-recover"]


def test_a_server_without_a_file_does_not_hold_up_the_others(damage, plan, refusal):
    """It may only restart: the plan says that it leaves it; where no server has a file, each is named."""
    made = plan(damage("s1"), damage("s2", copy=False))
    assert [each.server for each in made.body.certificates] == ["s1"]
    assert findings(made)["recovery-left-as-is"] == "warning"
    assert refusal(damage("s1", copy=False), damage("s2", copy=False)) == ["recovery-file-missing"] * 2


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"held": False}, ["recovery-held-unknown"]),
        ({"held": {"last_served": None}}, ["recovery-history-old"]),
        ({"held": {"is_contested": True}}, ["recovery-history-contested"]),
        ({"copy": False}, ["recovery-file-missing"]),
        ({"copy": {"certificate": BAD}}, ["recovery-another-certificate"]),
        ({"copy": {"key_matches": False}}, ["recovery-key-of-another"]),
    ],
)
def test_what_is_not_known_to_be_held_is_not_put_back(damage, refusal, fields, codes):
    """Unknown, old or contested history, no file, a file of another certificate, a key of another: refused."""
    assert refusal(damage(**fields)) == codes


def test_old_history_needs_a_word(make, damage, plan, refusal):
    """A history of a week at most; what a person has read off a client makes up for an older one, and is reported."""
    assert refusal(damage(held={"last_served": make.at(days=-8)})) == ["recovery-history-old"]
    assert "recovery-history-old" not in findings(plan(damage(held={"last_served": make.at(days=-6)})))
    by_statement = plan(damage(held={"last_served": None, "by_statement": True}))
    assert findings(by_statement)["recovery-on-word"] == "warning"


def test_a_certificate_that_has_ended_is_not_put_back(make, damage, plan, refusal):
    """The file decides, or what was seen if it was not inspected; a certificate that ends soon is reported."""
    assert refusal(damage(copy={"not_after": make.t0})) == ["recovery-certificate-expired"]
    assert refusal(damage(copy={"not_after": None}, held={"not_after": make.t0})) == ["recovery-certificate-expired"]
    assert refusal(damage(copy={"not_before": make.at(days=1)})) == ["recovery-certificate-not-yet-valid"]
    assert findings(plan(damage(copy={"not_after": make.at(days=80)})))["recovery-ends-soon"] == "warning"


@pytest.mark.parametrize(
    ("fields", "form", "code"),
    [
        ({}, DamageForm.SILENT, "recovery-silent"),
        ({"presents": BAD}, DamageForm.ANOTHER, "recovery-damage"),
        ({"presents": BAD, "readable": False}, DamageForm.MALFORMED, "recovery-damage"),
    ],
)
def test_each_form_of_damage_is_named(damage, plan, fields, form, code):
    """A silent server may merely be down, which the service cannot see."""
    assert damage(**fields).form is form
    assert code in findings(plan(damage(**fields)))


def test_clients_that_may_keep_what_is_presented_are_named(damage, plan):
    """Clients that do not fail over, heard at another server: only where they can have got another certificate."""
    assert "recovery-stay-behind" in findings(plan(damage(presents=BAD, stay_behind=("d1",))))
    assert "recovery-stay-behind" not in findings(plan(damage(stay_behind=("d1",))))


def test_an_old_survey_warns(damage, plan):
    """SEPM cannot be asked: the groups are those of the last survey, and a plan says how old it is."""
    assert findings(plan(damage()))["recovery-survey"] == "info"
    old = plan(damage(), survey_age=5 * DAY)
    assert findings(old)["recovery-survey-old"] == "warning"
    assert "(days ago: 5)" in next(each.message for each in old.findings if each.code == "recovery-survey-old")


def test_a_file_that_was_not_inspected_warns(damage, plan):
    """One that was saved in a rotation may hold a key of another: the plan says to inspect it."""
    assert findings(plan(damage(copy={"key_matches": None})))["recovery-not-inspected"] == "warning"


def test_the_task_names_what_it_puts_back_and_what_is_in_its_place(make, damage, plan):
    """By fingerprint and SHA-256, with the keystore, the end of the certificate, and how many clients were there."""
    work = plan(damage(presents=BAD, heard=3)).body.steps[0].work
    assert (work.fingerprint_sha256, work.damaged, work.heard) == (GOOD, BAD, 3)
    assert (work.recovery_file, work.recovery_sha256, work.keystore) == ("recovery.zip", "c" * 64, "keystore_1.jks")
    assert (work.not_after, work.last_served) == (make.at(days=400), make.at(hours=-1))


def test_rule_12_a_certificate_that_goes_again_restarts_the_gate(damage, plan):
    """Clients that were heard before may be cut off meanwhile."""
    body = plan(damage(presents=BAD)).body
    gone = Drift(finding=blocking(THIRD, "s1", "presents another", "put it back"))
    assert voided(gone, body, "02-returned") == ("02-returned",)
    assert voided(gone, body, "01-recover") == ()
