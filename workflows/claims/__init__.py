"""Claims: an operator takes the task before the work, and all proof is read before a replacement and while it is open.

- `claim`, `swap_proof`, `begin`: a claim, the proof that it reads, and the look right before the work
- `refused_claim`: a claim was refused and the task is unclaimed, or its proof has lapsed and the claim stays
"""
