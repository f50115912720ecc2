"""What the page of a rotation shows beside its document.

- `coverage_curve`: the readings of a gate as a curve
- `step_dates`: when each step began, or is expected to
"""
