"""A running rotation: its state, and what people may say to it.

- `state`: everything that a restart, a new worker or a new history must know; `wait`, `open_task`: what is waited for
- `message`, `moves`, `refused_input`: what people say, which of it is refused and why, and what was sent by others
- `attention`, `question`, `earlier_words`: what it shows and asks, which question an answer is to, earlier words of it
- `trail_conflict`: the attention of a trail that has one event twice, with different content
- `waits`: why it waits, as a sentence
- `report`, `ends`: how a rotation has ended, in numbers; and in words
"""
