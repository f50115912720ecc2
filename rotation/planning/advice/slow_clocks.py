"""Clients whose clocks are slow: to them a certificate that has only just become valid is not valid yet."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.certificate import CertificateFacts
from rotation.finding import Finding, info, warning
from rotation.plan.forecast import forecast
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console, ScopeName, Step
from rotation.plan.work.stop_drill import StopServer
from rotation.plan.work.task import ReplaceCertificate
from rotation.text.written_values import instant_text
from rotation.values import ServerName

YOUNG = "certificate-young"
CLOCKS_UNSHOWN = "certificate-clocks-unshown"
_NEW = timedelta(days=365)
"""A clock that is behind by more is not looked for."""
_SETTLED = timedelta(hours=48)
"""By so much clocks may be slow unnoticed: a wrong date, a wrong time zone."""


def young(body: PlanBody, server: ServerName, certificate: CertificateFacts, *, now: datetime) -> Iterable[Finding]:
    """Whether `certificate` will have been valid for less than two days when it can go into `server` at the earliest.

    One that is not valid yet is refused by another rule (`certificate-not-yet-valid`).
    """
    put_in = {step.id for step in body.steps if _puts_in(step, server)}
    for time in forecast(body, start=now):
        if time.step not in put_in or not certificate.not_before <= now:
            continue
        valid_for = time.earliest - certificate.not_before
        if valid_for < _SETTLED:
            yield warning(
                YOUNG,
                server,
                f"the new certificate is valid from {instant_text(certificate.not_before)}, and would be installed "
                f"{_hours(valid_for)} later at the earliest; a client whose clock is slower than that would refuse it",
                f"claim the task of this replacement after {instant_text(certificate.not_before + _SETTLED)}: the "
                "rotation opens the task without waiting for that time; or correct slow clocks before; or have the "
                "service make a certificate for the site, which is valid from when the first of the present ones is",
            )


def undrilled(body: PlanBody, server: ServerName, certificate: CertificateFacts, *, now: datetime) -> Iterable[Finding]:
    """Whether clients with slow clocks may leave `server` only when its certificate, the last one, is replaced.

    They fail over to it from those that were replaced before. An authority has decided when the certificates begin,
    and SEPM shows no clock of a client: the drill with stopped services shows these clients before that (rule 18).
    """
    drilled = any(isinstance(step, Console) and isinstance(step.work, StopServer) for step in body.steps)
    is_new = certificate.not_before <= now < certificate.not_before + _NEW
    if drilled or certificate.self_signed or not is_new:
        return
    if server in body.holdouts and body.owners(ScopeName.FAILOVER):
        yield info(
            CLOCKS_UNSHOWN,
            server,
            f"an authority has issued the new certificate, valid from {instant_text(certificate.not_before)}: a client "
            "whose clock is behind that may refuse it, and stay with the server that is replaced last; SEPM does not "
            "show that",
            "ask for drill_stop, which shows such clients before they are cut off, or correct slow clocks before",
        )


def _puts_in(step: Step, server: ServerName) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and step.work.server == server


def _hours(span: timedelta) -> str:
    count = int(span / timedelta(hours=1))
    return f"{count} hours" if count != 1 else "1 hour"
