"""What a survey can be asked."""


def test_group_is_found_by_its_id(make):
    """Two groups of one path, in two domains, are two groups."""
    one, other = make.group("G", group_id="1"), make.group("G", group_id="2", domain="D2")
    survey = make.survey(make.site("s1"), one, other)
    assert survey.group("2") == other
    assert survey.group("3") is None
