"""Plans of a running rotation: taken up, made again, rolled back, and the closing check.

- `admitting`, `loading`: whether the store has the rotation running; the approved plan and its outline
- `planning`, `rolling_back`: plans made and compared, the plan of a restore; the plan that puts old certificates back
- `closing`: the closing check
"""
