"""Claims: an operator takes the task before the work, and all proof is read before a replacement and while it is open.

- `claim`: a claim; while it stays, all proof is read again: the proof may lapse, and the claim stays
- `held_claim`, `unseen_site`: a person holds the rotation meanwhile, or SEPM does not answer
- `swap_proof`, `begin`: the proof that it reads, and the look right before the work
- `refused_claim`: how the proof is read on, where a claim was refused or its proof has lapsed
"""
