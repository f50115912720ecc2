"""The audit trail of a rotation: `events` page by page, `event_stream` as it grows; `event_watch` asks for new ones."""
