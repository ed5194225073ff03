"""A text names a person if it contains one of the names as a word."""

import pytest

from notifications.privacy.person import Person


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("bob", True),
        ("Sent to bob.", True),
        ('{"user": "bob"}', True),
        ("bob, alice", True),
        ("bob.jones", False),
        ("bob@example.org", False),
        ("jim.bob", False),
        ("bob-2", False),
        ("bobby", False),
        ("", False),
    ],
)
def test_a_name_matches_as_a_word(text: str, named: bool) -> None:
    assert Person(None, ("bob",)).is_named_in(text) is named


def test_an_address_is_found_in_a_sentence() -> None:
    person = Person(None, ("bob@example.org",))
    assert person.is_named_in("No route to bob@example.org.")
    assert not person.is_named_in("No route to bob@example.org.uk")


@pytest.mark.parametrize("names", [(), ("12",)])
def test_numbers_do_not_match(names: tuple[str, ...]) -> None:
    assert not Person(None, names).is_named_in('["DELIVER", 12]', "line 12", " - ", "")
