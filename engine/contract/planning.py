"""Plans: one that is checked against a survey, one that puts certificates back, one that is taken up."""

from datetime import datetime

from pydantic import Field

from engine.contract.of_run import OfRun
from rotation.drift.learned.other_certificate import OtherIn
from rotation.drift.learned.wrong_list import WrongIn
from rotation.finding import Finding
from rotation.plan.outline import Outline
from rotation.span import Length
from rotation.values import ListName, PlanId, RotationId, ServerName, SiteId, Value


class PlanCheckRequest(OfRun):
    """Compare the rest of a plan with the newest survey."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    survey_id: str
    swapped: tuple[ServerName, ...] = ()
    mid_wave: bool = False
    """Whether relaxed groups are relaxed now: then the site is compared with that state."""
    at: str = ""
    """The id of the step that runs: a recheck, after which an amendment may go on, or the one that is claimed."""
    lists_shown: dict[ListName, datetime] = Field(default_factory=dict)
    """Until when a person has confirmed an edited server list as right, on SEPM's clock."""
    versions_shown: tuple[str, ...] = ()
    """The versions of SEPM for which a person has confirmed ports and certificates as right."""
    other_in: OtherIn | None = None
    """When another certificate was in a server, where clients that may know it must report before a replacement."""
    wrong_lists: dict[str, WrongIn] = Field(default_factory=dict)
    """By list, or by group and location, when a list was wrong: clients that may hold it must report first."""
    on_trust: bool = False
    """Whether clients that a drill has not shown to fail over shall be approved by name, instead of relaxed."""


class PlanCheckAnswer(Value):
    """What differs; where a new plan could be made, its id: an amendment to approve."""

    findings: tuple[Finding, ...] = ()
    amendment: PlanId | None = None
    hash: str = ""
    """Of the amendment: it is adopted if that is still its hash."""
    leaves_out: int = 0
    """How many clients the amendment leaves out that the approved plan counts."""
    relaxes_more: bool = True
    """Whether the amendment relaxes a group that fails over in the approved plan; in answers of before, unknown."""
    some_left_out: tuple[str, ...] = ()
    """Some of them by name."""
    lists_edited: dict[ListName, datetime] = Field(default_factory=dict)
    """The lists among the findings that a person has edited, with when, on SEPM's clock."""
    versions: tuple[str, ...] = ()
    """The version of SEPM among the findings that a person may confirm."""
    silent: tuple[ServerName, ...] = ()
    """Servers that do not answer, where nothing else stands against going on: the rotation can go on without them."""
    newest_policy: datetime | None = None
    """Within a wave, when the newest policy of the plan's groups was made, on SEPM's clock."""


class RollBackRequest(OfRun):
    """Plan how the old certificates are put back; or how a way back goes on without a server that is down for good."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    survey_id: str
    swapped: tuple[ServerName, ...]
    begun: int
    """How many steps were begun."""
    proven: tuple[str, ...]
    """Steps that have ended, and whose proof still stands."""
    leaves_out: ServerName | None = None
    """The server whose turn it is, and which keeps its new certificate."""
    goes_on_without: tuple[ServerName, ...] = ()
    """The servers that are down before their turn, and that the others wait for no more."""


class RollBackAnswer(Value):
    """The amendment to approve."""

    plan_id: PlanId
    hash: str
    servers: tuple[ServerName, ...]
    """In the order in which they get their old certificate back."""
    steps: int
    """How many are still to come."""
    least: Length
    findings: tuple[Finding, ...]


class LoadPlanRequest(OfRun):
    """Hold a stored plan against what was approved, and read its outline."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    approved: str
    """The hash that was approved."""


class LoadPlanAnswer(Value):
    """The outline of a stored plan, and its hash."""

    hash: str
    outline: Outline
