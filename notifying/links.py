"""Where a message leads to: the page of the task, the rotation or the site that it is about."""

from rotation.notice.notice import Notice


def link_of(notice: Notice, service: str) -> str:
    """The address of what a notice is about; that of the service where it is about none."""
    base = service.rstrip("/")
    if notice.task_id:
        return f"{base}/tasks/{notice.task_id}"
    if notice.rotation_id:
        return f"{base}/rotations/{notice.rotation_id}"
    return f"{base}/sites/{notice.site_id}" if notice.site_id else f"{base}/"


def call_of(notice: Notice, service: str) -> str:
    """The address below which a program claims, begins and finishes the task of a notice; empty where it has none."""
    return f"{service.rstrip('/')}/v1/tasks/{notice.task_id}" if notice.task_id else ""
