"""Texts of others, from SEPM and from people: which can be kept, and how they are shown so that they do nothing.

- `storable_text`: what no database keeps
- `plain_text`: the same text without effect on a terminal, in Markdown and HTML, and in a spreadsheet
"""
