"""The file of a replacement: made for the holder of the task, with a password that is shown once."""

import base64
from http import HTTPStatus

from api.certificate.keystore_file import make_keystore
from api.http.problems import ProblemError
from api.parts import Parts
from api.task.task_document import TaskFile
from certificates.keystores import KeystoreFormat
from rotation.plan.plan import CertificateFor
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate
from rotation.values import ServerName, TaskId
from store.trail.site_trail import Author


async def issue_file(parts: Parts, task_id: TaskId, holder: Author) -> TaskFile:
    """The PKCS#12 file of a task that `holder` has claimed; once for each claim.

    Raises:
        ProblemError: 409, when the task has no file, or its key is not kept here.
        StoreFault: when `holder` does not hold the task, or has taken the file already.
    """
    task = await parts.store.tasks.get(task_id)
    server = _server(task)
    material = await parts.store.certificates.material((await _planned(parts, task, server)).certificate_id)
    if material.key_pem is None:
        raise _no_file(task, "the key of its certificate is not kept here")
    # noted before it is made: a file that may have left counts as taken
    await parts.store.tasks.issue_file(task_id, holder.who, parts.clock(), holder)
    made = await make_keystore(material, KeystoreFormat.PKCS12)
    return TaskFile(
        filename=f"{server}.pfx",
        content_base64=base64.b64encode(made.content).decode(),
        password=made.password.get_secret_value(),
    )


def _server(task: ConsoleTask) -> ServerName:
    if not isinstance(task.work, ReplaceCertificate):
        raise _no_file(task, "it replaces no certificate")
    if not task.work.has_file:
        raise _no_file(task, "the key of its certificate is not kept here")
    return task.work.server


async def _planned(parts: Parts, task: ConsoleTask, server: ServerName) -> CertificateFor:
    rotation = await parts.store.rotations.get(task.rotation_id)
    chosen = (await parts.store.plans.get(rotation.plan_id)).body.certificate_for(server)
    if chosen is None:
        raise _no_file(task, f"the plan gives {server} no certificate")
    return chosen


def _no_file(task: ConsoleTask, why: str) -> ProblemError:
    return ProblemError(
        HTTPStatus.CONFLICT,
        "no-file",
        f"task {task.id} has no file: {why}",
        remedy="follow its instructions",
    )
