"""A certificate at a client port that is neither the old one nor the planned one: an attacker may be in the middle."""

from rotation.drift.presented import THIRD
from rotation.finding import Finding
from workflows.running import Running
from workflows.waits.unreported import another_was_in


def alarm(run: Running, *seen: Finding) -> None:
    """Show a third certificate under a code of its own, for as long as it is there: an attacker may be in the middle.

    The attention asks nothing: a person is asked about it as about any drift, or by the caller that has `seen` it.
    """
    drift = () if run.state.puts_back else run.state.drift
    known = [(named.subject, named.message, named.remedy) for named in drift if named.code == THIRD]
    known += [(each.subject, each.message, each.remedy) for each in seen if each.code == THIRD]
    if not known:
        run.drop_attention(THIRD)
        return
    another_was_in(run)
    text = "; ".join(dict.fromkeys(f"{message}. {remedy}" for _, message, remedy in known))
    if not any((each.code, each.message) == (THIRD, text) for each in run.state.attention):
        run.raise_attention(THIRD, ", ".join(dict.fromkeys(subject for subject, _, _ in known)), text, ())
