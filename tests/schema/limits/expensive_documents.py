"""Documents that are as expensive as possible for their size."""

from collections.abc import Callable
from itertools import count


def repeat(part: Callable[[int], str], before: str, after: str, *, size: int) -> str:
    """Repeat a part, which is a function of its number, up to a size in characters."""
    parts: list[str] = []
    left = size - len(before) - len(after)
    for number in count():
        left -= len(text := part(number))
        if left < 0:
            break
        parts.append(text)
    return before + "".join(parts) + after


def expensive_documents(size: int) -> dict[str, str]:
    """Return documents of at most `size` characters, by name."""

    def fill(part: Callable[[int], str], before: str = "{", after: str = "}") -> str:
        return repeat(part, before, after, size=size)

    def chain(part: str, on: str, last: str, before: str = "{...f0}") -> str:
        """Chain fragments, NEXT being the name of the next; the last one is different."""
        room = size - len(last) - 30
        links = repeat(
            lambda i: f"fragment f{i} on {on}{{{part}}}".replace("NEXT", f"f{i + 1}"),
            before,
            "",
            size=room,
        )
        return f"{links}fragment f{links.count('fragment')} on {on}{{{last}}}"

    def cross(number: int) -> str:
        """Spread fragments that overlap, with selections that overlap as well."""
        fragment = "fragment f{0} on Query{{viewer{{...u{0}}}}}fragment u{0} on User{{...u{1}}}"
        spreads = "".join(f"...f{i} " for i in range(number))
        links = "".join(fragment.format(i, i + 1) for i in range(number))
        return f"{{{spreads}}}{links}fragment u{number} on User{{id}}"

    ring = size // 40
    schema = "{__schema{types{...f0}}}"
    return {
        "chained fragments, each spread twice": chain("...NEXT ...NEXT", "Query", "__typename"),
        "chained fragments, a level each": chain("ofType{...NEXT}", "__Type", "name", schema),
        "chained fragments, a list each": chain(
            "interfaces{...NEXT}possibleTypes{...NEXT}", "__Type", "name", schema
        ),
        "chained fragments, an alias each": chain(
            "a:ofType{...NEXT}b:ofType{...NEXT}", "__Type", "name", schema
        ),
        "fragments in a ring": fill(
            lambda i: f"fragment f{i} on Query{{...f{(i + 1) % ring} ...f{(i + 7) % ring}}}",
            "{...f0}",
            "",
        ),
        "fragments that nothing spreads": fill(
            lambda i: f"fragment f{i} on Query{{viewer{{id}}viewer{{id}}}}", "{viewer{id}}", ""
        ),
        "a fragment within itself, twice on each level": fill(
            lambda i: f"a{i}:groups{{...f}}", "{viewer{...f}}fragment f on User{", "}"
        ),
        "fragments of one name": fill(
            lambda _: "fragment f on Query{viewer{id}viewer{id}}", "{...f}", ""
        ),
        "many small fragments on one level": "{"
        + "".join(f"...f{i} " for i in range(size // 44))
        + "}"
        + "".join(f"fragment f{i} on Query{{__typename}}" for i in range(size // 44)),
        "fragments that overlap": cross(size // 77),
        "unknown fragments": fill(lambda i: f"...f{i} "),
        "one unknown fragment": fill(lambda _: "...f "),
        "aliases of an object": fill(lambda i: f"a{i}:viewer{{id}}"),
        "aliases of a scalar": fill(lambda i: f"a{i}:__typename "),
        "one alias for two fields": fill(lambda _: "a:viewer{id}a:backends{id}"),
        "one object again and again": fill(lambda _: "viewer{id}"),
        "one object again and again, lower": fill(lambda _: "groups{id}", "{viewer{", "}}"),
        "one scalar again and again": fill(lambda _: "__typename "),
        "one unknown field again and again": fill(lambda _: "a "),
        "unknown fields, nearly right": fill(lambda i: f"viewe{i} "),
        "levels of fields": "{a" * (size // 2),
        "levels of fields, closed": "{a" * (size // 3) + "}" * (size // 3),
        "levels of fields, all that a parser reads": "{" + "viewer{" * 198 + "id" + "}" * 199,
        "levels of inline fragments": fill(lambda _: "...{" * 190 + "a" + "}" * 190),
        "levels of values": "{node(id:"
        + "[" * (size // 2 - 50)
        + "]" * (size // 2 - 50)
        + "){id}}",
        "levels of objects": "{node(id:" + "{a:" * (size // 3 - 50),
        "levels of types": "query($a:"
        + "[" * (size // 2 - 50)
        + "I"
        + "]" * (size // 2 - 50)
        + "){a}",
        "wide lists": fill(
            lambda _: "notifications{cells{notification{backends{id}}}}", "{preferences{", "}}"
        ),
        "a wide value": fill(lambda _: "1 ", "{node(id:[", "]){id}}"),
        "a wide object": fill(lambda i: f"a{i}:1 ", "{node(id:{", "}){id}}"),
        "operations": fill(lambda i: f"query q{i}{{viewer{{id}}}}", "", ""),
        "operations without a name": fill(lambda _: "{viewer{id}}", "", ""),
        "operations that select nothing": fill(lambda i: f"query q{i}{{}}", "", ""),
        "operations that share fragments": fill(
            lambda i: f"query q{i}{{...f{i % 50}}}",
            "",
            "".join(f"fragment f{i} on Query{{...f{i + 1}}}" for i in range(50)),
        ),
        "directives": fill(lambda _: "@skip(if:true)", "{viewer", "{id}}"),
        "unknown directives": fill(lambda _: "@a", "{viewer", "{id}}"),
        "arguments": fill(lambda i: f"a{i}:1 ", "{node(", "){id}}"),
        "variables": fill(lambda i: f"$a{i}:I ", "query(", "){a}"),
        "uses of variables": fill(lambda i: f"node(id:$a{i}){{id}}"),
        "definitions of types": fill(lambda i: f"type a{i}{{a:I}}", "", ""),
        "comments": fill(lambda _: "#\n"),
        "a string of escapes": fill(lambda _: r"\u0041", '{node(id:"', '"){id}}'),
        "a string of lines": fill(lambda _: "\n ", '{node(id:"""', '"""){id}}'),
        "a number": "{node(id:" + "9" * (size - 50) + "){id}}",
        "a name": "{" + "a" * (size - 50) + "}",
        "nothing": " " * (size - 50) + "{a}",
    }
