"""SEPM's REST API: sessions, pages, payloads, and what an answer means.

- `client`: what the service asks; `session`, `credentials`, `line`: how it is sent, with which token
- `paths`, `paging`, `payloads`, `answers`: addresses, pages, answers as they come, and what they mean
- `domains`, `groups`, `locations`, `settings`, `clients`, `site_facts`: from answers to the domain
"""
