"""What caches go by."""

from weakref import ref

from schema.execution.identity import Same


def test_the_very_same_things_are_the_same() -> None:
    one, two = [1], {2}
    assert Same(one, two) == Same(one, two)
    assert hash(Same(one, two)) == hash(Same(one, two))


def test_equal_things_are_not() -> None:
    one, two = [1], [1]
    assert Same(one) != Same(two)
    assert Same(one, two) != Same(two, one)
    assert Same(one) != Same(one, one)
    assert Same(one) != (id(one),)


def test_things_live_as_long_as_it_does() -> None:
    thing = {1}  # when it is gone, another may get its id
    alive = ref(thing)
    known = Same(thing)
    del thing
    assert alive() is not None
    del known
    assert alive() is None
