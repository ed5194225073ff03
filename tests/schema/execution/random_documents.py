"""Random documents for random schemas."""

from random import Random

from tests.schema.execution.random_schemas import RandomType, RandomTypes


class RandomDocument:
    """A random document for the query of random types, with the variables $no and $yes."""

    def __init__(self, types: RandomTypes, random: Random) -> None:
        self.types, self.random = types, random
        self.fragments: dict[str, str] = {}
        self.names = iter(range(1000))
        everything = [self._field(types.query, 3, name) for name in types.query.fields]
        chosen = " ".join([*everything, self._selection(types.query, 3)])
        self.text = "\n".join(
            [
                "query ($no: Boolean!, $yes: Boolean! = true) {",
                f"  __typename @skip(if: $no) @include(if: $yes) {chosen}",
                "}",
                *self.fragments.values(),
            ]
        )

    def _selection(self, of: RandomType, depth: int) -> str:
        return " ".join(self._item(of, depth) for _ in range(self.random.randint(1, 3)))

    def _item(self, of: RandomType, depth: int) -> str:
        kind = self.random.randint(0, 9)
        if depth and (kind <= 1 or not of.fields):
            return self._fragment(of, depth)
        if kind == 2 or not of.fields:
            return f"__typename {self._directive()}"
        return self._field(of, depth, self.random.choice([*of.fields]))

    def _field(self, of: RandomType, depth: int, name: str) -> str:
        inner = of.fields[name].inner
        alias = f"{name}x: " if self.random.randint(0, 3) == 0 else ""
        argument = "(times: 2)" if name in of.arguments else ""
        if not isinstance(inner, RandomType):
            return f"{alias}{name}{argument} {self._directive()}"
        below = self._selection(inner, depth - 1) if depth > 0 else "__typename"
        return f"{alias}{name}{argument} {self._directive()} {{ {below} }}"

    def _fragment(self, of: RandomType, depth: int) -> str:
        related = [found for found in self.types.types if overlap(found, of)] or [of]
        on = self.random.choice(related)
        kind = self.random.choice(["inline", "spread", "bare"])
        if kind == "bare":
            return f"... {self._directive()} {{ {self._selection(of, depth - 1)} }}"
        below = self._selection(on, depth - 1)
        if kind == "inline":
            return f"... on {on.name} {self._directive()} {{ {below} }}"
        name = f"F{next(self.names)}"
        self.fragments[name] = f"fragment {name} on {on.name} {{ {below} }}"
        again = f"...{name}" if self.random.random() < 0.5 else ""
        return f"...{name} {self._directive()} {again}"

    def _directive(self) -> str:
        found: str = self.random.choice([*[""] * 12, *DIRECTIVES])
        return found


DIRECTIVES = [
    f"@{name}(if: {value})" for name in ("skip", "include") for value in ("$no", "$yes", "true")
] + ["@skip(if: $no) @include(if: $yes)"]


def overlap(one: RandomType, other: RandomType) -> bool:
    """Return True if an object can be of both types."""
    return any(a is b for a in one.members or [one] for b in other.members or [other])
