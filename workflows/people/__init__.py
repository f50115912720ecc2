"""Going on in spite of something: what people accept, confirm, leave out, and approve as a second person."""
