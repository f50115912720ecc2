"""Texts for people, and texts of others, from SEPM and from people, shown so that they do nothing.

- `sentence`: a sentence for people before it has a language
- `written_values`: lengths of time and moments in it
- `english`, `fitting`: that sentence in English where no catalogue may be read, and how long it may be
- `some_names`: some names, and how many more there are
- `storable_text`: what no database keeps
- `plain_text`: the same text without effect on a terminal, in Markdown and HTML, and in a spreadsheet
"""
