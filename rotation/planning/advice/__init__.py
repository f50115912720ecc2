"""What a plan tells a person: what is missing, by when it must begin, what could be shortened.

- `gaps`, `database_link`, `left_relaxed`, `slow_clocks`: what is missing, and what stands in the way
- `short_stay`: a site whose limit `stays` is below the pace of its clients
- `latest_start`, `shortening`, `recovery_advice`: by when it must begin, how it gets shorter, when recovery is better
"""
