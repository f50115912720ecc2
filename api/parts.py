"""What the routes work with: store, Temporal, clock, and a look at client ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from temporalio.client import Client

from api.service_checks import Standings
from engine.client.survey_room import SurveyRoom
from engine.client.updates import TIMEOUT
from notifying.errors import NotifySettingsWrong
from notifying.sink import Sinks
from oidc.company_log_in import CompanyLogIn
from sepm.tls.probe import CertificateProbe, NetworkProbe
from service.notices.calling import sinks_for_checks
from service.world import wall_clock
from store.access.api_key import ApiKey
from store.store import Store


@dataclass(frozen=True)
class Authority:
    """The certificate authority that is set. The worker speaks to it; here only its address is known."""

    where: str
    patience: timedelta
    """How long an order may take."""


@dataclass(frozen=True)
class Parts:
    """The parts of a running API."""

    store: Store
    temporal: Client
    clock: Callable[[], datetime] = wall_clock
    task_queue: str = "rotator"
    probe: CertificateProbe = field(default_factory=NetworkProbe)
    survey_wait: timedelta = timedelta(seconds=20)
    """How long a request waits for a survey."""
    surveys: SurveyRoom = field(default_factory=SurveyRoom)
    """The surveys that requests to this process have begun."""
    answer_wait: timedelta = TIMEOUT
    """How long a request waits for the answer of a rotation."""
    listen_wait: timedelta = timedelta(minutes=1)
    """How long one connection of a stream lasts: the guard checks its key again when the next one begins."""
    authority: Authority | None = None
    two_persons_start: bool = False
    """Whether two persons approve each plan."""
    rehearsal: bool = False
    """Whether one person may register a site whose minimum waits are shorter than the vendor's."""
    ui: str | None = None
    """Where people open the Temporal UI, as far as it is known."""
    log_in: CompanyLogIn | None = None
    """The company's log-in, where one is set."""
    sinks: Sinks | NotifySettingsWrong = field(default_factory=sinks_for_checks)
    """Checks where a channel leads to; the worker sends. With a wrong setting, what is wrong: no channel is kept."""
    looked_up: dict[bytes, tuple[ApiKey, datetime]] = field(default_factory=dict)
    """Keys that were presented, by digests of their texts, and when each was last found valid."""
    standings: Standings = field(default_factory=Standings)
    """What the reconciler last found."""


def parts_of(request: Request) -> Parts:
    """The parts, as the lifespan or a test has put them there."""
    parts: Parts = request.app.state.parts
    return parts


WithParts = Annotated[Parts, Depends(parts_of)]
