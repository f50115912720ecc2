"""What each POST does when it comes again and may have had its effect: its process died, or it failed midway."""

from rotation.running.message import Move

_SITE, _PLAN, _ROTATION, _TASK = (
    "/v1/sites/{site_id}",
    "/v1/plans/{plan_id}",
    "/v1/rotations/{rotation_id}",
    "/v1/tasks",
)
_REQUEST = "/v1/certificates/requests/{request_id}"
_CERTIFICATE = "/v1/certificates/{certificate_id}"

CHANGE_NOTHING = frozenset({"/v1/certificates/check", "/v1/codec/decode", "/v1/codec/encode"})
"""They take no key."""

_OF_TASKS = {Move.CLAIM_TASK: "claim", Move.BEGIN_TASK: "begin", Move.TASK_DONE: "done", Move.TASK_REFUSED: "refused"}

CARRIED_OUT_AGAIN = frozenset(
    {
        # ids of what they make follow from the key
        "/v1/plans",
        f"{_SITE}/recovery-plans",
        f"{_PLAN}/simulations",
        f"{_REQUEST}/orders",
        "/v1/rotations",
        "/v1/channels/{channel_id}/test",
        f"{_SITE}/restore",
        *(f"{_ROTATION}/{move.value.replace('_', '-')}" for move in Move if move not in {*_OF_TASKS, Move.SITE_MOVED}),
        *(f"{_TASK}/{{task_id}}/{call}" for call in _OF_TASKS.values()),
        # the same again changes nothing more
        f"{_SITE}/survey",
        f"{_SITE}/http-reach",
        "/v1/certificates",
        f"{_PLAN}/simulations/{{simulation_id}}/cancel",
        f"{_REQUEST}/orders/{{order_id}}/cancel",
    }
)
"""They have no second effect: they are carried out again, and answered."""

LOOKED_AT = frozenset(
    {
        "/v1/sites",
        f"{_SITE}/rename",
        f"{_SITE}/archive",
        f"{_SITE}/take-back",
        f"{_SITE}/trust/pin",
        f"{_SITE}/trust/drop",
        "/v1/certificates/self-signed",
        "/v1/certificates/requests",
        f"{_CERTIFICATE}/keystores",
        f"{_CERTIFICATE}/destroy-key",
        "/v1/channels",
        "/v1/keys",
        "/v1/subjects",
        f"{_TASK}/{{task_id}}/file",
    }
)
"""They would have a second effect, or undo what another caller has done since: they are refused, with what shows it."""

SHOWN_ONCE = {
    "/v1/channels": "remove that channel (DELETE /v1/channels/ID), and add another one",
    "/v1/keys": "revoke that key (DELETE /v1/keys/ID), and add another one",
    f"{_CERTIFICATE}/keystores": "have another keystore made",
    f"{_TASK}/{{task_id}}/file": "claim the task once more for another file",
}
"""Their answers have secrets, and are kept nowhere; with what gives the caller another one."""
