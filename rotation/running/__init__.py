"""A running rotation: its state, and what people may say to it.

- `state`: everything that a restart, a new worker or a new history must know; `wait`, `open_task`: what is waited for
- `message`, `moves`, `unread_signal`: what people say, which of it is refused and why, and what cannot be read
- `report`: how a rotation has ended, in numbers
"""
