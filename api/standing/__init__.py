"""The service about itself: the store held against Temporal, and what a process that died had begun."""
