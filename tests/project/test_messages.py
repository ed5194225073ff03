"""What a page says once is kept as Django keeps it, and costs nothing where nothing is said."""

from typing import Any

import pytest
from django.contrib.messages import INFO
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import Client, RequestFactory

from project import messages

LONG = f"{7**20_000:x}"  # too long for a cookie, however it is packed


def kept(storage: type[Any]) -> list[Any]:
    """What is read on three pages, the first of which says something, and what is left of it."""
    session: dict[str, Any] = {}
    cookies: dict[str, str] = {}
    seen: list[Any] = []
    for said in (["short", LONG], [], []):
        request: Any = RequestFactory().get("/")
        request.COOKIES, request.session = cookies, session
        ours, response = storage(request), HttpResponse()
        for message in said:
            ours.add(INFO, message)
        read = [] if said else [str(message) for message in ours]
        lost = ours.update(response)
        cookies = {name: morsel.value for name, morsel in response.cookies.items()}
        seen.append((read, lost, [name for name, value in cookies.items() if value], [*session]))
    return seen


def test_messages_are_kept_and_forgotten_as_by_django() -> None:
    ours = kept(messages.MessageStorage)
    assert ours == kept(FallbackStorage)
    assert [read for read, *_ in ours] == [[], ["short", LONG], []]
    assert [(cookies, session) for *_, cookies, session in ours] == [
        (["messages"], ["_messages"]),
        ([], []),
        ([], []),
    ]


def test_they_are_looked_for_by_pages_and_not_by_the_api(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def made(request: Any) -> FallbackStorage:
        asked.append(request.path)
        return FallbackStorage(request)

    monkeypatch.setattr(messages, "FallbackStorage", made)
    client = Client()
    client.force_login(alice)
    client.post("/graphql/", {"query": "{ viewer { id } }"}, "application/json")
    client.get("/preferences/")
    assert asked == ["/preferences/"]
