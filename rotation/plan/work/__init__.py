"""Tasks as values: what an operator does at the console, the evidence, and what that has to agree with.

- `task`, `stated_work`, `attestation`: work as values, what only a statement shows, what a statement must agree with
- `copied`, `signed_files`, `signed_together`: evidence of a copied list and of .SIG files
- `client_look`, `hand_outs`, `left_stopped`: what a person reads on clients, and what hands out Sylink.xml
- `https_drill`, `stop_drill`: the drills of rule 18
"""
