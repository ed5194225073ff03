"""Documents that nobody thought of, for the schemas that nobody thought of."""

from random import Random

from tests.schema.execution.random_schemas import Made, World


class Document:
    """A made-up document that asks the world's query, with the variables $no and $yes."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.fragments: dict[str, str] = {}
        self.names = iter(range(1000))
        everything = [self._field(world.query, 3, name) for name in world.query.fields]
        chosen = " ".join([*everything, self._selection(world.query, 3)])
        self.text = "\n".join(
            [
                "query ($no: Boolean!, $yes: Boolean! = true) {",
                f"  __typename @skip(if: $no) @include(if: $yes) {chosen}",
                "}",
                *self.fragments.values(),
            ]
        )

    def _selection(self, of: Made, depth: int) -> str:
        return " ".join(self._one(of, depth) for _ in range(self.random.randint(1, 3)))

    def _one(self, of: Made, depth: int) -> str:
        kind = self.random.randint(0, 9)
        if depth and (kind <= 1 or not of.fields):
            return self._fragment(of, depth)
        if kind == 2 or not of.fields:
            return f"__typename {self._directive()}"
        return self._field(of, depth, self.random.choice([*of.fields]))

    def _field(self, of: Made, depth: int, name: str) -> str:
        inner = of.fields[name].inner
        alias = f"{name}x: " if self.random.randint(0, 3) == 0 else ""
        argument = "(times: 2)" if name in of.arguments else ""
        if not isinstance(inner, Made):
            return f"{alias}{name}{argument} {self._directive()}"
        below = self._selection(inner, depth - 1) if depth > 0 else "__typename"
        return f"{alias}{name}{argument} {self._directive()} {{ {below} }}"

    def _fragment(self, of: Made, depth: int) -> str:
        related = [made for made in self.world.types if meets(made, of)] or [of]
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


def meets(one: Made, other: Made) -> bool:
    """Whether an object can be of both types."""
    return any(a is b for a in one.members or [one] for b in other.members or [other])
