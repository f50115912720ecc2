"""What the Temporal UI shows of a rotation."""

from emulator.scenarios import one_server
from workflows.hosts.ui_details import details


def opened(kind):
    """Whether a task of that kind is open."""
    return lambda state: state.task is not None and getattr(state.step, "work", None) and state.step.work.kind == kind


async def test_the_details_say_what_closes_a_task(played):
    """A replacement is seen at its port; a recovery file is not, so its holder has to say that it is saved."""
    shown: dict[str, str] = {}

    def keep(kind):
        return lambda here: shown.setdefault(kind, details(here.state, here.stage.clock.now()))

    kinds = ("save_recovery_file", "replace_certificate")
    deeds = [played.Deed(opened(kind), keep(kind)) for kind in kinds]
    async with played.play(*deeds, spec=one_server(clients=4)) as here:
        await here.run()

    assert "closes when its holder says that it is done" in shown["save_recovery_file"]
    assert "closes when it is seen" in shown["replace_certificate"]


async def test_the_details_show_until_when_the_proof_of_a_claim_counts(played):
    """Also until when its holder may begin; and that nothing may begin where the proof has lapsed."""
    shown: list[str] = []

    def keep(here):
        shown.append(details(here.state, here.stage.clock.now()))
        lapsed = here.state.task.model_copy(update={"lapsed_at": here.state.task.claimed_at})
        shown.append(details(here.state.model_copy(update={"task": lapsed}), here.stage.clock.now()))

    def held(state):
        return opened("replace_certificate")(state) and state.task.claimed_by

    async with played.play(played.Deed(held, keep), spec=one_server(clients=4)) as here:
        await here.run()

    assert "its proof counts until" in shown[0]
    assert "begin before" in shown[0]
    assert "its proof has lapsed: begin nothing" in shown[1]
