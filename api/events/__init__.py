"""The audit trail of a rotation: `events` page by page, `event_stream` as it grows; `all_events` of all rotations;
`event_watch` asks for new ones, `listeners` counts who listens.
"""
