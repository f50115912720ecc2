"""The language of the command line: which one is wanted, its texts and numbers, help and refusals in it.

- `wording`, `encoding`: texts in the language in use, and letters that a terminal cannot show
- `command_help`, `framework_words`, `system_errors`: help, Typer's and pydantic's texts, refusals of the system
"""
