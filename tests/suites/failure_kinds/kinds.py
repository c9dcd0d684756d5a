"""Things about which test_asserts_*.py assert something."""

import collections
import dataclasses
import enum
import types

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Person:
    name: str
    age: int
    secret: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass
class Nested:
    person: Person
    tags: list


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Flags(enum.Flag):
    ONE = 1
    TWO = 2


class BrokenRepr:
    def __repr__(self):
        raise ValueError("no repr")


class RecursiveRepr:
    def __repr__(self):
        return repr(self)


class BrokenEq:
    def __eq__(self, other):
        raise TypeError("cannot compare")

    __hash__ = None


class BrokenBool:
    def __bool__(self):
        raise ValueError("neither true nor false")


class Multiline:
    def __repr__(self):
        return "first\nsecond\nthird"


class Slots:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        return self.a == other.a

    __hash__ = None

    def __repr__(self):
        return f"Slots({self.a})"


class ByAttrs:
    """Looks to pytest like a class of attrs."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)

    __hash__ = None

    def __repr__(self):
        return f"ByAttrs(a={self.a!r}, b={self.b!r})"


ByAttrs.__attrs_attrs__ = (types.SimpleNamespace(name="a", eq=True), types.SimpleNamespace(name="b", eq=True))


def double(value):
    return 2 * value
