"""How the command line asks the API, and how it writes the answers.

- `client`, `trusted_api`, `profile`: the API as it is asked, its certificate, addresses and keys by name
- `retrying`, `lost_answers`: requests that are sent again
- `fault`, `problems`: what keeps a command from asking, and what the API refuses
- `formatting`, `progress`, `question`: how answers, a rotation and its questions are written;
  `confirmation`: how a person is asked yes or no
- `given_file`, `new_file`, `actor`: files that are read and written; the reason of a move
"""
