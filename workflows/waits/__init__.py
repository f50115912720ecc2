"""What waits have in common, and what a person is shown meanwhile.

When a gate (A8 and others) or the holdout ends is decided in `workflows.steps.gate_step`; the reading that it decides
by is counted in `activities.gate`.

- `proof_wait`: a wait that is opened and kept with its readings; `statement`: the same for a site without REST
- `canary_watch`, `clients_cut_off`: canaries that do not get through, clients that a change has cut off or may cut off
- `looked_before`: writes right before which the site is looked at
- `unreported`: clients that have not reported since something was put right
- `late_lists`: clients of a build that takes lists late, behind a list that was wrong
- `restoring_again`: another certificate that came while clients were made to verify
- `due_server`, `outage`: a server that stays silent, a drill that has something away
- `leaving_out`, `silent_ahead`: a server that is down for good on the way back, at its turn and before
- `old_certificates`, `third_certificate`: before a cancel restores; a certificate that no plan has
- `restored_lists`: before a cancel or a restore assigns lists again
"""
