"""Calling people: the worker looks for what they are called for, keeps it in the outbox, and sends what is due.

- `looking`, `attention`: sites and rotations as the rules see them; `wished_limits`: wishes to lower limits;
  `collecting`: from a look to the outbox
- `delivering`: from the outbox over the channels; `notifier`: both, again and again, in one worker at a time
- `channels`: a channel is checked before it is kept, for the API
- `calling`: whether people are called at all, or a setting is wrong
"""
