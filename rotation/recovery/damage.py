"""A server whose certificate is damaged or lost while clients hold it still: may the same one be put back?

Broadcom KB 187099, TECH160736: preferred over a replacement, since nothing that clients hold changes.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from rotation.finding import Finding, blocking, info, warning
from rotation.recovery.held_certificate import HeldByClients
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ServerName, Value

_LATELY = timedelta(days=7)
"""A look that is older does not show what the server has presented since."""
_SOON = timedelta(days=90)
_ROTATE = (
    "replace the certificate by a rotation instead (rotator plan); clients that are cut off then need a new Sylink.xml"
)


class DamageForm(StrEnum):
    """In which form a certificate is damaged, as far as its port shows."""

    SILENT = "silent"
    """Nothing is presented: the keystore is lost or broken, the key is not the certificate's; or it is merely down."""
    MALFORMED = "malformed"
    """What is presented cannot be read."""
    ANOTHER = "another"
    """Another certificate, such as the one that an installation makes."""


class RecoveryCopy(Value):
    """A recovery file that an administrator has, in facts: the file itself stays where it is (decision 17)."""

    name: str
    sha256: Fingerprint
    """Of the archive."""
    certificate: Fingerprint
    """SHA-256 of the certificate in it."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    key_matches: bool | None = None
    """Whether the key in it is the certificate's; None: it was not inspected."""
    keystore: str = ""
    """The keystore in it that SEPM's wizard takes, where one was found."""


class Damage(Value):
    """What is known of one server."""

    server: ServerName
    presents: ServedCertificate
    """A look at its client port just now."""
    held: HeldByClients | None
    copy_at_hand: RecoveryCopy | None = None
    heard: int = 0
    """How many clients were last heard at it."""
    stay_behind: tuple[str, ...] = ()
    """Clients that do not fail over, and were last heard at another server: they may hold what it presents now."""

    @property
    def is_damaged(self) -> bool:
        """Whether it presents anything else than what clients hold, as far as that is known."""
        if self.held is None:
            return self.presents.not_after is None
        return self.presents.fingerprint != self.held.fingerprint

    @property
    def form(self) -> DamageForm:
        """How the damage shows."""
        if self.presents.fingerprint is None:
            return DamageForm.SILENT
        return DamageForm.MALFORMED if self.presents.not_after is None else DamageForm.ANOTHER


def against(damage: Damage, *, now: datetime) -> tuple[Finding, ...]:
    """What stands against putting the certificate back, and what the person who decides should know.

    1. what clients hold is known, and was served lately, or a person has read it off a client
    2. a recovery file is at hand, it holds that very certificate, with its key, and is valid now
    3. what cannot be seen from here: whether a silent server is merely down, who may cling to what it presents now
    """
    return tuple(finding for rule in _RULES for finding in rule(damage, now))


def promising(damage: Damage, *, now: datetime) -> bool:
    """Whether a recovery would be the way: what clients hold is known, of late, and valid, and is not presented."""
    held = damage.held
    if held is None or not damage.is_damaged or held.is_contested or held.last_served is None:
        return False
    return now - held.last_served <= _LATELY and (held.not_after is None or now < held.not_after)


def _is_known(damage: Damage, now: datetime) -> Iterable[Finding]:
    held, server = damage.held, damage.server
    remedy = (
        "look in a client's Sylink.xml which certificate of the server it holds, and state its SHA-256 "
        f"(--held {server}=SHA256)"
    )
    if held is None:
        text = "the service does not know which certificate of the server clients hold: it never saw the port before"
        yield blocking("recovery-held-unknown", server, text, remedy)
    elif not held.by_statement and (held.last_served is None or now - held.last_served > _LATELY):
        when = f"{held.last_served:%Y-%m-%d}" if held.last_served else "at no time"
        text = (
            f"the server was last seen with {held.fingerprint[:16]}... ({when}); its certificate may have been "
            "replaced since"
        )
        yield blocking("recovery-history-old", server, text, remedy)
    elif held.is_contested:
        text = (
            f"the server presented other certificates than {held.fingerprint[:16]}... for a day or more; clients "
            "may hold those now"
        )
        yield blocking("recovery-history-contested", server, text, remedy)
    elif held.by_statement:
        yield warning("recovery-on-word", server, f"a person read {held.fingerprint[:16]}... in a client's Sylink.xml")


def _has_its_copy(damage: Damage, _now: datetime) -> Iterable[Finding]:
    copy, held, server = damage.copy_at_hand, damage.held, damage.server
    if copy is None:
        remedy = f"give a copy of its recovery file (--file {server}=ZIP); if there is none, {_ROTATE}"
        yield blocking(
            "recovery-file-missing", server, "the service knows no recovery file with the server's certificate", remedy
        )
        return
    if held is not None and copy.certificate != held.fingerprint:
        text = f"the file has the certificate {copy.certificate[:16]}...; clients hold {held.fingerprint[:16]}..."
        remedy = f"take the recovery file that {server} wrote with that certificate; if there is none, {_ROTATE}"
        yield blocking("recovery-another-certificate", copy.name, text, remedy)
    if copy.key_matches is False:
        text = "the key in the file does not belong to the certificate"
        yield blocking("recovery-key-of-another", copy.name, text, f"take another copy; if there is none, {_ROTATE}")
    elif copy.key_matches is None:
        text = "the service has not checked whether the key in the file belongs to the certificate"
        yield warning("recovery-not-inspected", copy.name, text, f"rotator recovery inspect {copy.name}")


def _is_valid(damage: Damage, now: datetime) -> Iterable[Finding]:
    copy, held = damage.copy_at_hand, damage.held
    ends = (copy.not_after if copy else None) or (held.not_after if held else None)
    not_before = copy.not_before if copy else None
    if ends is not None and now >= ends:
        text = f"the certificate expired on {ends:%Y-%m-%d}; clients have no use for it"
        yield blocking("recovery-certificate-expired", damage.server, text, _ROTATE)
    elif not_before is not None and now < not_before:
        text = f"the certificate is valid only from {not_before:%Y-%m-%d}"
        yield blocking("recovery-certificate-not-yet-valid", damage.server, text, "check that the clocks are right")
    elif ends is not None and now >= ends - _SOON:
        text = f"the certificate ends on {ends:%Y-%m-%d}"
        yield warning("recovery-ends-soon", damage.server, text, "plan its rotation as soon as clients have returned")


def _as_it_shows(damage: Damage, _now: datetime) -> Iterable[Finding]:
    server, shown = damage.server, damage.presents
    if damage.form is DamageForm.SILENT:
        text = f"the server presents no certificate: {shown.error or 'no answer'}"
        remedy = "if the server is only down, start it; then nothing is replaced, and the task closes by itself"
        yield warning("recovery-silent", server, text, remedy)
    else:
        what = "a malformed certificate" if damage.form is DamageForm.MALFORMED else "another certificate"
        yield info("recovery-damage", server, f"the server presents {what}: {(shown.fingerprint or '')[:16]}...")
    if damage.stay_behind and damage.form is DamageForm.ANOTHER:
        names = ", ".join(damage.stay_behind[:5])
        text = (
            f"{len(damage.stay_behind)} clients that do not fail over last checked in at other servers, among "
            f"them {names}: "
            "they may hold the certificate that the server presents now, and accept no other"
        )
        yield warning("recovery-stay-behind", server, text, "check these clients when the certificate is back")


_RULES: tuple[Callable[[Damage, datetime], Iterable[Finding]], ...] = (
    _is_known,
    _has_its_copy,
    _is_valid,
    _as_it_shows,
)
