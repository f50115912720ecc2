"""What people are called for.

- `channels`: by which ways, with their secrets sealed
- `outbox`, `deliveries`, `delivery`: notices as they are kept, and on their way over each channel, in order
- `matters`: what waits for a person, and how far trails were read; `lease`: which worker sends
- `old_notices`: what is older than it is kept
"""
