"""Temporal workflows: run a plan step by step, wait, ask. They import the domain only."""
