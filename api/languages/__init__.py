"""Texts of answers in the language that the caller asks for by `Accept-Language`; codes and names stay.

- `answer_language`: the language of the request that is answered
- `translated_answers`: makes the answer of it
- `shown_texts`: which fields of documents are texts, and what they are in a language
- `added_lines`: what a task has beside the card of its work
- `tags`: entity tags of documents in a language
"""
