"""Messages by each template engine: plain text is not escaped, HTML is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.utils.module_loading import import_string

from notifications.backends import BaseBackend, EmailBackend, InboxBackend
from notifications.backends.rendering import render
from tests.notifications.conftest import addressed

DJANGO = "django.template.backends.django.DjangoTemplates"
JINJA = "django.template.backends.jinja2.Jinja2"
STRINGS = "django.template.backends.dummy.TemplateStrings"
NAME = "Tom & Jerry's <b>"
ESCAPED = "Tom &amp; Jerry&#39;s &lt;b&gt;"

ENGINES: dict[str, dict[str, Any]] = {
    "django": {"BACKEND": DJANGO},
    "django, autoescape off": {"BACKEND": DJANGO, "OPTIONS": {"autoescape": False}},
    "jinja": {"BACKEND": JINJA},
    "jinja, autoescape off": {"BACKEND": JINJA, "OPTIONS": {"autoescape": False}},
    "jinja, by name": {"BACKEND": JINJA, "OPTIONS": {"autoescape": lambda _name: True}},
}
Use = Callable[..., None]


class Post(BaseBackend):
    name = "post"

    def send(self, user: Any, context: Any = None) -> str:
        super().send(user, context)
        return self.text()


@pytest.fixture
def use(settings: Any, tmp_path: Path) -> Use:
    """Function that sets engines and templates: `use(engine, **{"failed_email.txt": "…"})`."""
    directory = tmp_path / "notifications"
    directory.mkdir()

    def use(*engines: dict[str, Any], **files: str) -> None:
        for name, text in files.items():
            directory.joinpath(name).write_text(text, encoding="utf-8")
        settings.TEMPLATES = [
            {"NAME": f"engine-{n}", **engine, "DIRS": [tmp_path]}
            for n, engine in enumerate(engines)
        ]

    return use


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_html_of_a_mail_is_escaped(
    pipeline_failed: Any, alice: Any, mailoutbox: Any, use: Use, engine: str
) -> None:
    use(
        ENGINES[engine],
        **{
            "failed_email_subject.txt": "{{ who }} of {{ user }}",
            "failed_email_message.txt": "{{ who }} {% include 'notifications/part.txt' %}",
            "failed_email_message.html": "<p>{{ who }}</p>{% include 'notifications/part.txt' %}",
            "part.txt": "({{ who }})",
            "failed_inbox.txt": "{{ who }}",
            "failed_inbox_title.txt": "{{ who }}!",
            "failed_post.txt": "{% if who %}{{ who }}{% endif %} {{ site.name }}",
        },
    )
    addressed(alice)
    EmailBackend(pipeline_failed).send(alice, {"who": NAME})
    [message] = mailoutbox
    assert message.subject == f"{NAME} of {alice}"
    assert message.body.startswith(f"{NAME} ({NAME})\n")
    html = message.alternatives[0][0].replace("&#x27;", "&#39;")
    assert html.startswith(f"<p>{ESCAPED}</p>({ESCAPED})<hr>")
    inbox = InboxBackend(pipeline_failed)
    assert inbox.render_text(alice, {"who": NAME}) == NAME
    assert inbox.render_title(alice, {"who": NAME}) == f"{NAME}!"
    assert Post(pipeline_failed).send(alice, {"who": NAME}) == f"{NAME} Forge"


@pytest.mark.parametrize("engines", [[], [JINJA], [STRINGS], [DJANGO], [JINJA, DJANGO]])
def test_messages_without_templates_need_no_engine_of_the_project(
    pipeline_failed: Any, alice: Any, mailoutbox: Any, use: Use, engines: list[str]
) -> None:
    use(*({"BACKEND": engine} for engine in engines))
    addressed(alice)
    EmailBackend(pipeline_failed).send(alice, {"message": NAME})
    assert mailoutbox[0].subject == "[Forge] Pipeline failed"
    assert mailoutbox[0].body.startswith(f"Pipeline failed\n{NAME}\n")
    with pytest.raises(TemplateDoesNotExist):
        render(["notifications/nothing.txt"], {"user": alice})


def test_strings_of_python_are_not_escaped(pipeline_failed: Any, alice: Any, use: Use) -> None:
    use({"BACKEND": STRINGS}, **{"failed_post.txt": "$who of $user"})
    assert Post(pipeline_failed).send(alice, {"who": NAME}) == f"{NAME} of {alice}"


def test_the_first_engine_that_has_the_template_renders_it(
    pipeline_failed: Any, alice: Any, use: Use
) -> None:
    text = "{{ who }}{% set x = 1 %}"
    use({"BACKEND": DJANGO}, {"BACKEND": JINJA}, **{"failed_post.txt": "{{ who|upper }}"})
    assert Post(pipeline_failed).send(alice, {"who": NAME}) == NAME.upper()
    use({"BACKEND": JINJA}, {"BACKEND": DJANGO}, **{"failed_post.txt": text})
    assert Post(pipeline_failed).send(alice, {"who": NAME}) == NAME


def test_jinja_keeps_its_filters_and_its_cache_of_bytecode(
    pipeline_failed: Any, alice: Any, use: Use, tmp_path: Path
) -> None:
    options = {"environment": f"{__name__}.environment"}
    use({"BACKEND": JINJA, "OPTIONS": options}, **{"failed_post.txt": "{{ who|shout }}"})
    for _ in range(2):
        assert Post(pipeline_failed).send(alice, {"who": NAME}) == f"{NAME}!"
        assert render(["notifications/failed_post.txt"], {"user": alice, "who": "&"}) == "&!"
        html = render(["notifications/failed_post.txt"], {"user": alice, "who": "&"}, html=True)
        assert html == "&amp;!"


def environment(**options: Any) -> Any:
    cache = import_string("jinja2.FileSystemBytecodeCache")()
    made = import_string("jinja2.Environment")(**options, bytecode_cache=cache)
    made.filters["shout"] = lambda text: f"{text}!"
    return made
