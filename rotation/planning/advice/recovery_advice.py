"""A plan that would replace a damaged certificate names the way that cuts off no client: recovery."""

from collections.abc import Iterable, Iterator

from rotation.finding import Finding, blocking, warning
from rotation.planning.basis import Observed
from rotation.proof.gate import HEARTBEATS
from rotation.recovery.damage import Damage, DamageForm, RecoveryCopy, promising
from rotation.site import Site
from rotation.survey import SiteSurvey


def advise(site: Site, observed: Observed) -> Iterator[Finding]:
    """A finding for each server that does not present what its clients hold, where that can be put back.

    It blocks where a server presents nothing, which stops the plan anyway; else it warns, and a person decides.
    """
    survey = observed.survey
    for seen in survey.served:
        damage = Damage(
            server=seen.server,
            presents=seen,
            held=observed.held.get(seen.server),
            copy_at_hand=observed.recovery_copies.get(seen.server),
        )
        if promising(damage, now=survey.taken_at) and not _clients_get_on(damage, survey):
            yield _recover_instead(site, damage)


def _clients_get_on(damage: Damage, survey: SiteSurvey) -> bool:
    """Whether clients are heard at a server though it presents another certificate: they may have followed it."""
    held = damage.held
    if damage.form is not DamageForm.ANOTHER or held is None or held.heard_at is None:
        return False
    settings = (location.settings for group in survey.groups for location in group.locations)
    slowest = max((HEARTBEATS * each.heartbeat + each.jitter for each in settings), default=None)
    return slowest is not None and held.heard_at >= survey.taken_at - slowest


def _recover_instead(site: Site, damage: Damage) -> Finding:
    held = damage.held
    if held is None:
        raise AssertionError("what clients hold is known of whatever is promising")
    what = {
        DamageForm.SILENT: "the server presents no certificate, and may only be down",
        DamageForm.MALFORMED: "the server presents a malformed certificate",
        DamageForm.ANOTHER: "the server presents another certificate, perhaps on purpose; no client checks in there",
    }[damage.form]
    until = f", valid until {held.not_after:%Y-%m-%d}" if held.not_after else ""
    text = (
        f"{what}; clients hold {held.fingerprint[:16]}...{until}; to install that one again cuts off no client, "
        "and a replacement may"
    )
    remedy = "; ".join(_commands(site, damage, damage.copy_at_hand))
    stops = damage.form is DamageForm.SILENT
    return (blocking if stops else warning)("recover-instead", damage.server, text, remedy)


def _commands(site: Site, damage: Damage, copy: RecoveryCopy | None) -> Iterable[str]:
    name = copy.name if copy else "recovery_<timestamp>.zip"
    yield f"rotator recover {site.id} --file {damage.server}={name}"
    if copy is not None:
        yield f"its SHA-256 is {copy.sha256}"
