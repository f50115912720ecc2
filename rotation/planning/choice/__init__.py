"""What a plan chooses: canaries, the holdout, drills, and who may be sent to plain HTTP."""
