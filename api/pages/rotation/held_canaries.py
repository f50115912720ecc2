"""What holds the clients that go first, where none of them is waited for: a server that none of them has shown."""

from rotation.running.attention import CANARY_HELD, SECOND, Attention
from rotation.running.state import RotationState
from rotation.text.sentence import Sentence, counted


def which_canaries(attention: Attention, state: RotationState) -> Sentence | None:
    """The clients by number and the servers by name; None where the message names the clients, or of another matter."""
    reading = state.wait.reading if state.wait is not None else None
    wanted = attention.code == SECOND and state.proceed is not None and state.proceed.about == CANARY_HELD
    if (attention.code != CANARY_HELD and not wanted) or reading is None or reading.waiting or not reading.unshown:
        return None
    return counted(
        "The only client that goes first is proven: no client is missing, but a server is. It has taken no policy from "
        "%(servers)s since the certificate there was replaced, so it is not known with which key that server signs.",
        "All %(count)s clients that go first are proven: no client is missing, but a server is. None of them has taken "
        "a policy from %(servers)s since the certificate there was replaced, so it is not known with which key that "
        "server signs.",
        reading.covered,
        servers=", ".join(reading.unshown),
    )
