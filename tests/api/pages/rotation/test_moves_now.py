"""What the page says above the moves of a rotation."""

from api.pages.rotation_page import moves_now
from rotation.running.attention import Attention
from tests.api.pages.rotation.test_held_canaries import ANN, T0, waiting


def test_a_certificate_that_no_step_put_there_holds_a_cancel_up():
    """Only then the page does not promise that a cancel puts everything back."""
    for codes, third in ((), False), (("task-wrong",), True), (("third-certificate",), True):
        shown = [Attention(code=each, subject="SEPM-1", message="look", options=(), raised_at=T0) for each in codes]
        found = moves_now(waiting(None).model_copy(update={"attention": tuple(shown)}), ANN)
        assert found is not None
        assert (found.replaced, found.third) == (False, third)
