"""Texts for people by language: the catalogues, and how sentences, dates and numbers are written in each language.

English texts are not here: they stand in the code where they are made, and are the keys. `cs/` has a gettext catalogue
for each part of the product; all of them count everywhere.

- `language`, `catalogue`: which language a reader wants, and its texts; `weights`: of the header that says so
- `writing`, `formats`: how a language writes sentences, dates, numbers
- `recognised`, `template`, `templates`: texts that are stored in English, found by their template
- `prepositions`: Czech ones before a number
- `written_values`: times and lengths of time that stand in them
- `step_numbers`, `role_names`: the numbers of steps that are words; roles by name and code
- `event_kinds`, `trail_kinds`, `trail_texts`: what events on trails tell, and their texts

A task's title is that of its step, as `rotation/procedure/` makes it; `activities/task/tasks.py` adds to it. Its card
is made in `rotation/plan/card/`; labels of SEPM's console are in `console_labels` there.
"""
