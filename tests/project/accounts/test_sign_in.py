import re
from pathlib import Path

from django.test import Client
from django.utils.translation import gettext, override

import project

TEMPLATE = Path(project.__file__).parent / "templates" / "registration" / "login.html"


def test_the_page_speaks_the_readers_language(client: Client, db: None) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "<button>Anmelden</button>" in page


def test_german_lacks_nothing() -> None:
    texts = re.findall(r'{% translate "(.+?)" %}', TEMPLATE.read_text())
    with override("de"):
        assert [text for text in texts if gettext(text) == text] == []


def test_a_person_goes_on_to_where_they_wanted(client: Client, alice: object) -> None:
    answer = {"username": "alice", "password": "password", "next": "/graphql/"}
    assert client.post("/accounts/login/", answer).headers["Location"] == "/graphql/"
