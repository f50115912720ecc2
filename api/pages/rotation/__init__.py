"""What the page of a rotation shows beside its document.

- `asked_matters`: what it asks, with the answers that it takes
- `coverage_curve`: the readings of a gate as a curve
- `held_canaries`: what holds the clients that go first, where none of them is waited for
- `trail_page`: all entries of the trail; `originals_file`: the file of original settings
- `step_dates`: when each step began, or is expected to
"""
