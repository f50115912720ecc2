"""All proof that a replacement rests on, read once more (rule 12a): the plan still fits, and every gate still holds."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from engine.contract import (
    ActivityName,
    GateAnswer,
    GateRequest,
    PlanCheckAnswer,
    PlanCheckRequest,
    SurveyAnswer,
    SurveyRequest,
)
from rotation.drift.learned.wrong_list import WRONG_LISTS
from rotation.finding import Finding, blocking
from rotation.plan.step import Console, Step
from rotation.plan.work.task import ReplaceCertificate
from rotation.proof.gate import next_look
from rotation.proof.verdict import Reason
from rotation.running.state import Restarted
from rotation.running.wait import GateReading
from rotation.values import Value
from workflows.hosts.procedure_change import ProcedureChange
from workflows.requests import about
from workflows.running import Running
from workflows.waits.late_lists import policies_seen, were_wrong, why_lists_are_late
from workflows.waits.looked_before import stands_against
from workflows.waits.unreported import (
    list_was_wrong,
    to_prove_again,
    when_another_was_in,
    when_lists_were_wrong,
    why_not_replaced_yet,
    why_not_yet,
)

_LACKS: Mapping[Reason, Callable[[int], str]] = {
    Reason.UNSEEN_POLICY: lambda count: f"{count} hold a policy whose settings the service has not seen to be right",
    Reason.OLD_POLICY: lambda count: f"{count} hold a policy from before the change",
    Reason.OTHER_GROUPS_POLICY: lambda count: f"{count} hold the policy of another group",
    Reason.NO_POLICY: lambda count: f"{count} report no policy",
    Reason.SEEN_ONCE: lambda count: f"{count} must report once more",
    Reason.NOT_SEEN: lambda count: f"{count} have not reported since",
    Reason.VANISHED: lambda count: f"{count} are not listed by SEPM any more",
    Reason.AT_UNTRUSTED_SERVER: lambda count: f"{count} were seen only where nothing is proven",
    Reason.SHARED_RECORD: lambda count: (
        f"{count} share their record with a machine that was last shown without the policy"
    ),
    Reason.REFUSING: lambda count: f"{count} check in and keep an older policy",
    Reason.REFERENCE_MISSING: lambda count: f"{count} wait for the policy date to move",
}


ALL_SILENT = "all-silent"
"""The finding of a claim that no client of the site reports (rule 19)."""
RAREST = timedelta(hours=12)
"""The longest pause: a policy that is made again each night is seen while it is the newest."""


class SwapProof(Value):
    """Why a certificate must not be replaced now; nothing stands against it when there is no finding."""

    findings: tuple[Finding, ...] = ()
    gates: tuple[str, ...] = ()
    """The gates that wait for clients."""
    waiting: int = 0
    """How many."""
    names: tuple[str, ...] = ()
    """Some of them by name, each with its gate."""
    keys: tuple[str, ...] = ()
    """By gate, what tells all of them from others."""
    survey_id: str = ""
    """The survey that it rests on."""
    quiet: tuple[str, ...] = ()
    """By gate, which covered clients have fallen silent: it stands against nothing."""
    all_silent: int = 0
    """How many clients are on at all times, where no client of the site reports."""

    @property
    def is_silence(self) -> bool:
        """Whether nothing stands against it but that no client of the site reports."""
        return [each.code for each in self.findings] == [ALL_SILENT]

    @property
    def lacks_clients_only(self) -> bool:
        """Whether nothing but clients that are named stands against it."""
        return bool(self.gates) and len(self.gates) == len(self.findings)


async def read_proof(run: Running, step: Console) -> SwapProof:
    """Why the swap must not happen now: the plan no longer fits, or a gate that must hold does not.

    The settings are read before the gates: what clients report is then held against policies known to be right.
    """
    state, asked_at = run.state, run.host.now()
    survey = await run.call(
        ActivityName.SURVEY_SITE, SurveyRequest(site_id=state.site_id), SurveyAnswer, summary="survey before the swap"
    )
    check = PlanCheckRequest(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        survey_id=survey.survey_id,
        swapped=state.swapped,
        mid_wave=True,
        lists_shown=state.lists_shown,
        versions_shown=state.versions_shown,
        at=step.id,
        other_in=when_another_was_in(run) if not state.replaced else None,
        wrong_lists=when_lists_were_wrong(run),
    )
    checked = await run.call(ActivityName.CHECK_PLAN, check, PlanCheckAnswer, summary="does the plan still fit?")
    wrong = sorted({each.subject for each in checked.findings if each.code in WRONG_LISTS})
    if wrong:
        list_was_wrong(run, *wrong)
        were_wrong(run, run.state.lists_right_at)
    if checked.findings:
        return SwapProof(findings=tuple(checked.findings), survey_id=survey.survey_id)
    policies_seen(run, checked.newest_policy, asked_at=asked_at)
    proof = await _read_gates(run, step, survey.survey_id)
    if not proof.all_silent and (proof.gates or not proof.findings):  # clients were read
        run.state.task = run.open_task.model_copy(update={"silence_accepted": False})
    against = why_not_replaced_yet(run) or _lists(run) or _why_not_in_silence(run, step, proof)
    return proof.model_copy(update={"findings": against}) if against and not proof.findings else proof


def _why_not_in_silence(run: Running, step: Console, proof: SwapProof) -> tuple[Finding, ...]:
    """No client reports though some are on at all times: what has been proven may be over (rule 19).

    Two persons may decide to go on, until a client reports again or the task is given back.
    An old certificate goes back all the same.
    """
    puts_back = isinstance(step.work, ReplaceCertificate) and step.work.puts_back
    if not proof.all_silent or run.open_task.silence_accepted or puts_back:
        return ()
    if not run.host.goes_by(ProcedureChange.SILENCE_STOPS_CLAIMS):
        return ()
    count = proof.all_silent
    text = (
        f"no client of the site has reported for a heartbeat, though {count} clients are on at all times: "
        "SEPM's answers may be old, the network to SEPM may be down, or these computers are switched off"
    )
    return (blocking(ALL_SILENT, step.title, text),)


async def read_restarted(run: Running, step: Step) -> SwapProof:
    """Why settings must not be put back by hand now, by the last look at the site.

    Something stands against it, a gate after a replacement that is proven again does not hold yet, or clients have not
    reported since another certificate was in a server.
    """
    found = stands_against(run)
    run.state.restarted = to_prove_again(run)
    if found or not run.state.restarted:
        return SwapProof(findings=found or why_not_yet(run) or why_lists_are_late(run))
    proof = await read_again(run, step)
    if proof.findings:
        return proof
    return SwapProof(findings=why_not_yet(run) or why_lists_are_late(run), survey_id=proof.survey_id)


def _lists(run: Running) -> tuple[Finding, ...]:
    """Why no new certificate may come yet; an old one goes back all the same."""
    return why_lists_are_late(run) if run.state.outline.purpose == "rotate" else ()


def keeps_restarted(run: Running) -> bool:
    """Whether gates that have begun again are still to be read though a claim of other work was granted."""
    return bool(run.state.restarted) and run.host.goes_by(ProcedureChange.CLAIMS_KEEP_RESTARTED)


async def read_again(run: Running, step: Step, *, early: bool = False) -> SwapProof:
    """Read the gates that have begun again, and those that the step holds. Once all of them hold, none is read again.

    `early`: also before their time, for what their clients have shown by now. They hold no sooner for that.
    """
    survey = await run.call(
        ActivityName.SURVEY_SITE, SurveyRequest(site_id=run.state.site_id), SurveyAnswer, summary="survey the site"
    )
    proof = await _read_gates(run, step, survey.survey_id, early=early)
    if not proof.findings:
        run.state.restarted = ()
    return proof


async def _read_gates(run: Running, step: Step, survey_id: str, *, early: bool = False) -> SwapProof:
    findings: list[Finding] = []
    gates: list[str] = []
    quiet: list[str] = []
    missing: list[str] = []
    keys: list[str] = []
    waiting = all_silent = 0
    restarted = {each.gate: each for each in run.state.restarted}
    holds = step.holds if isinstance(step, Console) else ()
    for gate in dict.fromkeys((*holds, *restarted)):
        if gate in restarted and not _is_due(restarted[gate], run.host.now()):
            findings.append(blocking("gate-restarted", gate, "its proof has begun again"))
            if not early or restarted[gate].due is None:
                continue
        request = GateRequest(ref=about(run.state, step, other=gate), swapped=run.state.swapped, verified_by=survey_id)
        read = await run.call(ActivityName.READ_GATE, request, GateAnswer, summary=f"does gate {gate} still hold?")
        reading = read.without_look
        all_silent = max(all_silent, reading.all_silent)
        if reading.quiet:
            count, names = reading.quiet, reading.quiet_shown
            quiet.append(f"{count} clients that {gate} has covered are silent for three heartbeats: {names}")
        if not reading.reached:
            findings.append(blocking("gate-does-not-hold", gate, _who(reading)))
            gates += [gate] if reading.waiting else []
            waiting += reading.waiting
            keys.append(f"{gate}: {reading.waiting_key}")
            missing += (f"{gate}: {name}" for name in reading.waiting_names)
    return SwapProof(
        findings=tuple(findings),
        gates=tuple(gates),
        waiting=waiting,
        names=tuple(missing),
        keys=tuple(keys),
        survey_id=survey_id,
        quiet=tuple(quiet),
        all_silent=all_silent,
    )


def next_proof(run: Running, now: datetime, *, since: datetime) -> datetime:
    """When to read a proof again that was missing `now` too: by the heartbeat at first, later more rarely."""
    heartbeat = min((owner.slowest_heartbeat for owner in run.state.outline.scopes), default=RAREST)
    return next_look(now, since=since, heartbeat=min(heartbeat, RAREST), rarest=RAREST)


def _is_due(restarted: Restarted, now: datetime) -> bool:
    return restarted.due is not None and restarted.due <= now


def _who(reading: GateReading) -> str:
    """Who is missing, of which groups, and what of theirs."""
    if not reading.waiting and reading.asks is not None:
        return reading.asks.text
    if not (count := reading.waiting):
        count = reading.safe
        return f"no client has shown that the way works: the {count} clients that it leaves safe are away"
    groups, names = ", ".join(reading.waiting_groups), reading.waiting_shown
    lacks = "; ".join(
        _LACKS[reason](number) for reason, number in sorted(reading.by_reason.items()) if reason in _LACKS
    )
    return f"{count} clients of {groups} are not covered: {names} ({lacks})"
