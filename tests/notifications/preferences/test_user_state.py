"""The text format of preferences."""

import pytest

from notifications.preferences.user_state import EncodedPrefs


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("1,2,1", {(1, 2): True}),
        ("1,2,1 1,3,0 20,30,1", {(1, 2): True, (1, 3): False, (20, 30): True}),
        ("1,2,1 1,2,0", {(1, 2): False}),
    ],
)
def test_text_is_decoded(text: str, values: dict[tuple[int, int], bool]) -> None:
    assert EncodedPrefs(text).decode() == values


def test_an_update_replaces_and_adds_values() -> None:
    prefs = EncodedPrefs("1,2,1 1,3,0").with_values({(1, 2): False, (4, 5): True})
    assert prefs.decode() == {(1, 2): False, (1, 3): False, (4, 5): True}


def test_an_update_of_no_preferences() -> None:
    assert EncodedPrefs("").with_values({(1, 2): True}).decode() == {(1, 2): True}
