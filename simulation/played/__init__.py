"""Playing a scenario: the run loop on simulated time or on the real Temporal, with SEPM's edge in one process."""
