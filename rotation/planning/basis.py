"""What a plan rests on."""

from pydantic import Field

from rotation.certificate import CertificateFacts
from rotation.reach.answer import ReachAnswer
from rotation.recovery.damage import RecoveryCopy
from rotation.recovery.held_certificate import HeldByClients
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import CertificateId, ClientId, GroupId, ListName, ServerName, Value


class Observed(Value):
    """Everything observed that a plan rests on."""

    survey_id: str
    survey: SiteSurvey
    clients: tuple[ObservedClient, ...]
    certificates: dict[CertificateId, CertificateFacts]
    seen_at: dict[ClientId, frozenset[ServerName]] = Field(default_factory=dict)
    """From stored history: the servers at which each client was ever seen."""
    relaxed: frozenset[GroupId] = frozenset()
    """Owners that the plan to amend has relaxed at some time: their clients have used plain HTTP."""
    http_answers: tuple[ReachAnswer, ...] = ()
    """What clients were answered over plain HTTP."""
    stay_relaxed: frozenset[GroupId] = frozenset()
    """Owners that the plan to amend has relaxed, and that are so now."""
    replaced: frozenset[ServerName] = frozenset()
    """Servers that have their new certificate already: none of them can be a holdout."""
    copies_in_use: frozenset[ListName] = frozenset()
    """HTTP copies of a rotation that runs and is known: a group that uses one was relaxed by it."""
    rest_at: frozenset[ServerName] = frozenset()
    """The servers that may answer at the site's REST address."""
    held: dict[ServerName, HeldByClients] = Field(default_factory=dict)
    """By server, the certificate that clients hold, where that is known."""
    recovery_copies: dict[ServerName, RecoveryCopy] = Field(default_factory=dict)
    """Saved recovery files that hold it."""
