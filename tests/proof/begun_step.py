"""A step that a rotation has begun, as its trail has it: without that no write of it is admitted."""

from store.rotation.events import NewEvent


async def begin_step(store, ref, at):
    """Put the beginning of the step on the trail of its rotation."""
    data = {"number": "", "phase": "", "step": ref.step}
    event = NewEvent(at=at, kind="step-began", message=ref.step, data=data, key=f"begins/{ref.step}")
    await store.events.append(ref.rotation_id, ref.site_id, event)
