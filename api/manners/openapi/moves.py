"""What the API's description has of each move."""

from rotation.running.message import Move

MEANING = {
    Move.APPROVE: "Approve an amendment, or another person's wish: what the question asks that `question` names.",
    Move.HOLD: "Stand still before the next act. Needs a reason.",
    Move.RESUME: "Go on after a hold.",
    Move.EXTEND: "Wait longer in the current gate, by `by`. Needs a reason.",
    Move.PROCEED: "Go on without the clients that are not covered, or though no client reports. Needs a reason, and a "
    "second person's approval.",
    Move.STATE_GATE: "State what the console shows of the open gate, where no export shows it: `evidence` says "
    "`clients`, `covered` and the names of those `missing`. Needs a reason (what was looked at), and a second person's "
    "approval.",
    Move.LOOK_AGAIN: "Read the open gate now.",
    Move.RETRY: "Try again what attention says has failed.",
    Move.CANCEL: "Turn back and restore, before the first certificate is replaced. Needs a reason.",
    Move.ROLL_BACK: "Put the old certificates back, after the first was replaced: by the same gates, one server at a "
    "time. Needs a reason, and a second person's approval of the plan that is made.",
    Move.FINISH: "Let the rotation finish instead of rolling it back.",
}
