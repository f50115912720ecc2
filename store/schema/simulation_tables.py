"""Tables of simulations: what was asked for, each run's record, and the report."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rotation.plan.plan_with_site import SurveyedPlan
from rotation.simulation import SimulationWish
from store.schema.base import Base
from store.schema.columns import Document


class SimulationRow(Base):
    """A simulation of a plan, with the site as it was known when it was asked for."""

    __tablename__ = "simulations"
    __table_args__ = (Index(None, "plan_id", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    asked_by: Mapped[str]
    wish: Mapped[SimulationWish] = mapped_column(Document(SimulationWish))
    created_at: Mapped[datetime]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    request_fingerprint: Mapped[str]
    state: Mapped[str]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]
    """Why it failed."""
    report: Mapped[str | None]
    """JSON text, as the simulation wrote it."""


class SimulatedSiteRow(Base):
    """The plan and its site as they were known: apart, since it is large and no reader of a simulation needs it."""

    __tablename__ = "simulated_sites"

    simulation_id: Mapped[str] = mapped_column(ForeignKey("simulations.id"), primary_key=True)
    surveyed: Mapped[SurveyedPlan] = mapped_column(Document(SurveyedPlan))


class SimulatedRunRow(Base):
    """The record of one run."""

    __tablename__ = "simulated_runs"

    simulation_id: Mapped[str] = mapped_column(ForeignKey("simulations.id"), primary_key=True)
    seed: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str]
    """JSON text, as the simulation wrote it."""
