"""Plans and their rotations: projection, originals, proofs, writes, tasks, the audit trail; simulations of plans."""
