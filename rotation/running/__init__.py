"""A running rotation: its state, and what people may say to it.

- `state`: everything that a restart, a new worker or a new history must know; `wait`, `open_task`: what is waited for
- `message`, `moves`, `refused_input`: what people say, which of it is refused and why, and what was sent by others
- `report`: how a rotation has ended, in numbers
"""
