"""What the run loop needs of the world: a clock, waits, activities. Temporal is the host that matters.

`insisting` has an activity run again until it is done.
"""
