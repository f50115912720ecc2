"""Going on in spite of something: what people accept, confirm, leave out, and approve as a second person.

- `second_person`: the wish of one, approved by another
- `accepting`, `drift_answer`, `excluding`, `lost_pairs`: what is accepted, confirmed, left out, and not put back
"""
