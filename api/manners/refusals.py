"""What the parts of the product refuse, caught where a page shows it beside its form."""

from api.http import faults
from api.http.problems import ProblemError
from certificates.errors import WithRemedy
from engine.fault import EngineFault
from rotation.plan.refusals import PlanRefusedError
from store.fault import StoreFault

REFUSALS = (ProblemError, StoreFault, WithRemedy, EngineFault, PlanRefusedError)
"""Raised by the functions of routes; `answers` makes the same problems of them."""


def problem_error(refusal: Exception) -> ProblemError:
    """The problem of one of `REFUSALS`.

    Raises:
        TypeError: when it is none of them.
    """
    match refusal:
        case ProblemError():
            return refusal
        case StoreFault():
            return faults.from_store(refusal)
        case WithRemedy():
            return faults.from_sepm(refusal)
        case EngineFault():
            return faults.from_engine(refusal)
        case PlanRefusedError():
            return faults.from_plan(refusal)
        case _:
            raise TypeError(f"{type(refusal).__name__} is no refusal")
