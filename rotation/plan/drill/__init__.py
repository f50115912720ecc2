"""Drills: what is taken away for a while, so that clients show what list they hold."""
