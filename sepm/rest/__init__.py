"""SEPM's REST API: sessions, pages, payloads, and what an answer means."""
