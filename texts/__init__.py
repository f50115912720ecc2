"""Texts for people by language: the catalogues, and how sentences, dates and numbers are written in each language.

English texts stand in the code and are the keys. `cs/` has a gettext catalogue for each part of the product; all of
them count everywhere.
"""
