"""What a plan chooses: canaries, the holdout, drills, and who may be sent to plain HTTP.

- `canary`, `holdout`, `holdout_choice`: which groups go first, which servers last
- `https_drill`, `stop_drill`, `plain_http`: drills, and which clients may be sent to plain HTTP
"""
