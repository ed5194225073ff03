"""docs/reference/graphql.md describes each type and root field of the schema."""

from tests.docs.pages import graphql_reference, page


def test_the_graphql_page_has_each_type_and_root_field() -> None:
    text = page("reference/graphql.md")
    assert list(graphql_reference.mistakes(text, graphql_reference.load())) == []


def test_mistakes_of_the_graphql_page_are_found() -> None:
    text = "```{graphql}\nQuery.viewer\nUser User\nCat\n```\n"
    found = list(graphql_reference.mistakes(text, graphql_reference.load()))
    assert "Query.node is missing." in found
    assert found[-2:] == ["Cat is not in the schema.", "User is repeated."]


def test_the_graphql_page_links_to_types() -> None:
    text = graphql_reference.expand("```{graphql}\nQuery.inbox\n```\n", graphql_reference.load())
    assert text.startswith("### `Query.inbox`\n")
    assert "Returns [`InboxConnection!`](#inboxconnection)." in text
    assert "| `first` | `Int` |" in text
