"""The calendar: what must be done by when, and what is waited for, at every site that the caller sees.

- `agenda`: gathered from the store; no site and no workflow is asked
- `agenda_item`: one entry, as a sentence without a language
- `calendar_feed`, `ics_calendar`: `GET /v1/calendar.ics`, as programs for calendars read it
"""
