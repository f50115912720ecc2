"""Why a rotation waits: one sentence for people, for every state, step and attention.

- `situation`: what the sentence is made of; `of_state`: from what a workflow knows
- `waiting_for`: which of them is the one that counts
- `of_attention`, `of_trouble`, `of_steps`, `of_end`: the sentences
"""
