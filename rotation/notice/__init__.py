"""Calling people: what happens at a site, and which of their channels gets a message of it, and when.

- `notice`, `channel`: a message as values, and a way by which it goes
- `watched`, `deadlines`: a site and its rotation as these rules see them, and by when a person should act
- `matter`, `matters`, `changes`: what waits for a person, what stands now, and what has begun or is over since
- `dated`, `of_event`, `latest_start`: what time brings, what a rotation reports, certificates that end
- `routing`: which channel gets a notice, and when: quiet hours, digest, escalation
"""
