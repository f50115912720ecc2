"""Messages of an order at a certificate authority. What is ordered, and by which account, lies in the store."""

from datetime import datetime, timedelta

from rotation.order import OrderState
from rotation.span import Length
from rotation.values import OrderId, Value

TIDY_TRIES = 6
"""How often the workflow tries to take its records out of DNS, before a person is asked to."""


class IssueInput(Value):
    """What starts the workflow of an order."""

    order_id: OrderId
    names: tuple[str, ...]
    gives_up_at: datetime


class AdvanceOrderRequest(Value):
    """Do the next step of an order."""

    order_id: OrderId


class AdvanceOrderAnswer(Value):
    """How far it is."""

    state: OrderState
    progress: str
    """What it does now, for people."""
    wait: Length = timedelta(0)
    """Until it is worth looking again; nothing where there is something to do."""


class EndOrderRequest(Value):
    """Note how an order has ended, unless that is noted already, and tidy up."""

    order_id: OrderId
    state: OrderState
    reason: str = ""
    """Why it ends now, where that is not noted with the order."""


class EndOrderAnswer(Value):
    """How it has ended."""

    state: OrderState
