"""The card of a console task: labels of SEPM's console, what to do in which order, values to copy, what is checked.

- `card`: a card as values, and its lines; `label`, `console_labels`: labels of the console, each with its source
- `cards`: which card a work has, with the command of `report`
- `certificate_cards`, `list_cards`, `setting_cards`, `server_cards`, `client_cards`, `signed_files_card`: the cards
- `additions`: lines for one site or moment only; `installation`: folders and files of SEPM on a server
"""
