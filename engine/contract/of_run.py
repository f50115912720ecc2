"""What a rotation asks of an activity: a request that is good for one run of its workflow."""

from rotation.values import Value


class OfRun(Value):
    """A request of a rotation.

    Workflow ids are used again, and the SDK gives converters no run. So the request itself names the run, under its
    signature, and the activity is not done in another one (`activities/admission.py`).
    """

    run_id: str = ""
    """The run of the workflow that asks; its host sets it."""
