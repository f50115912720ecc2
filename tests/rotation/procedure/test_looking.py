"""Which looks at relaxed clients still stand for what they hold: those behind which no settings were written."""

from datetime import timedelta

from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, SettingField, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.procedure.looking import unwritten_since


def look(name):
    """A look at relaxed clients."""
    return Console(id=name, number="look", title="Look", work=LookAtClients(relaxed=True))


def test_a_write_ends_what_an_earlier_look_has_shown():
    """A look before it counts no more, one behind it does, whatever its wave is; nor do steps that are to come."""
    written = Write(id="w", number="A5", title="Assign", field=SettingField.SERVER_LIST)
    gate = Gate(
        id="g",
        number="A8",
        title="Wait",
        purpose=GatePurpose.RELAXED,
        scope=ScopeName.RELAXED,
        minimum=timedelta(0),
        patience=timedelta(0),
    )
    here = look("here")
    steps = (look("before"), written, gate, look("first").model_copy(update={"wave": 1}), here, look("later"))
    assert unwritten_since(steps, here) == {"g", "first"}
