"""Values keep their kinds on their way to the control session."""

from __future__ import annotations

import collections
import enum
import math
from typing import Any
from unittest import mock

import pytest
from fastest_runner.wire import frames, values


class Text(str, enum.Enum):
    A = "a"


class Number(enum.IntEnum):
    A = 4


class Plain(enum.Enum):
    A = 1


class Mute:
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


class HashableList(list):  # type: ignore[type-arg]
    def __hash__(self) -> int:  # type: ignore[override]
        return 1


Pair = collections.namedtuple("Pair", "a b")
CYCLE: list[Any] = []
CYCLE.append(CYCLE)


CARRIED: list[Any] = [
    *(None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**5000),
    *(1.5, math.inf, -math.inf, -0.0, 1j, complex(1, math.inf)),
    *("", "a", "\0", "é\ud800", "\ud83d\ude00", "\U0001f600", "$tuple", b"", b"\x00\xff"),
    *((), (1, (2,)), [], [(1,)]),
    *({}, {1: 2}, {"a": 1}, {"$tuple": [1]}, {"$tuple": 1, "b": 2}, {"$report_type": "x"}, {"a\ud800": 1}, {"": 0}),
    *({None: 1, True: 2, 1.5: 3, (1, 2): 4, frozenset({1}): 5, b"x": 6, 1j: 7}, {1: {2: (3,)}}),
    *(set(), {1, "a", (1,)}, frozenset(), frozenset({frozenset({1})})),
]


@pytest.mark.parametrize("value", CARRIED, ids=map(str, range(len(CARRIED))))
def test_what_execnet_carries_arrives_as_it_was(value: Any) -> None:
    text = values.encode(value)
    # As a part of a message.
    text = frames._decode_json(frames.encode({"text": text})[4:].decode())["text"]
    found = values.decode(text)
    assert type(found) is type(value)
    assert found == value
    if not isinstance(value, (int, set, frozenset)):
        assert repr(found) == repr(value)
    assert values.can_be_told(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text.A, "a"),
        (Number.A, 4),
        (Plain.A, "Plain.A"),
        (Pair(1, Number.A), (1, 4)),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, {1: (2,)}), {1: (2,)}),
        ({HashableList([1]): 2}, {"[1]": 2}),
        ({(HashableList(),): 1}, {("[]",): 1}),
        ({Plain.A, Text.A}, {"Plain.A", "a"}),
        (bytearray(b"x"), "bytearray(b'x')"),
        (CYCLE, ["[[...]]"]),
    ],
)
def test_other_values_have_the_nearest_value_in_their_place(value: Any, expected: Any) -> None:
    found = values.decode(values.encode(value))
    assert found == expected
    assert type(found) is type(expected)
    assert not values.can_be_told(value)


def test_no_value_is_an_error() -> None:
    for value in (Mute(), {Mute(): Mute()}, {Mute()}, mock.Mock(spec=str), mock.Mock(spec=dict)):
        (found,) = values.decode(values.encode([value]))
        assert type(found) in (str, dict, set)


def test_what_is_nested_too_deeply_ends_in_a_text() -> None:
    deep: Any = ()
    for _ in range(200):
        deep = (deep,)
    found, depth = values.decode(values.encode(deep)), 0
    while isinstance(found, tuple):
        found, depth = found[0], depth + 1
    assert depth == 100
    assert isinstance(found, str)


def test_long_values_are_left_out_only_if_the_text_does_not_fit() -> None:
    fits = {"a": b"x" * (20 << 20), "b": (1,)}
    assert values.decode(values.encode(fits)) == fits
    found = values.decode(values.encode({**fits, "c": "<" * (10 << 20)}))
    assert found["b"] == (1,)
    assert found["a"] == "[… bytes of length 20971520 left out …]"
    frames.encode({"serialized": values.encode(fits), "text": "y" * (20 << 20)})
    with pytest.raises(values.TooLongError):
        values.encode(["12345678"] * (10 << 20))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), ("2", 2.0), (None, 0.0), (math.nan, 0.0), (math.inf, 0.0), (10**400, 0.0), (Mute(), 0.0)],
)
def test_times_are_numbers(value: Any, expected: float) -> None:
    assert values.number_of(value) == expected
