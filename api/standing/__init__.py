"""The service about itself: the store held against Temporal, and what a process that died had begun.

- `standing`: `/v1/standing`
- `reconciler`, `unstarted`: compares the store with Temporal; starts what was recorded and not started
"""
