"""Python values as JSON that keeps their kinds: what a worker tells the control session.

JSON has no tuples. So (1, "a") travels as {"$tuple": [1, "a"]}, b"x" as {"$bytes": "eA=="}, and {1: 2} as
{"$dict": [[1, 2]]}. Every value that execnet carries for pytest-xdist arrives as it was. pytest-xdist ends the whole
run at any other value. Here the listener gets another value in its place:

- of a subclass of such a kind (an enum of texts, a named tuple, a numpy float), the plain value of that kind;
- of everything else, its text.
"""

from __future__ import annotations

import base64
import json
import re
from json.encoder import encode_basestring as _quote
from typing import Any, Callable

# Bound here: a test may replace the module's functions.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_b64encode, _b64decode = base64.b64encode, base64.b64decode
_surrogate_in = re.compile("[\ud800-\udfff]").search

# Whole numbers up to here are written as they are. The digits of a larger one may be more than Python likes to write.
_LARGE = 1 << 63
# Values in values: what lies deeper is told as a text.
_DEEPEST = 100
# A text of so many characters fits into a frame, whatever they are.
_SHORT = 1 << 20
# The bytes that a text may have in a frame, where other texts stand beside it.
_MOST_BYTES = 40 << 20
# In a text that is too long, each value with more characters than this is left out.
_LONG_VALUE = 64 << 10

# Times are seconds since 1970.
_MOST_SECONDS = 1e12

_KINDS = (str, int, float, complex, bytes, tuple, list, dict, set, frozenset)


class TooLongError(ValueError):
    """The value has no text that fits into a frame."""


def encode(value: Any) -> str:
    """Returns the value as JSON. Raises TooLongError if it has too many parts. Long parts are left out before that."""
    for longest in (None, _LONG_VALUE):
        text = _to_json(_Form(longest).of(value, 0))
        if _fits(text):
            return text
    raise TooLongError(f"a text of {len(text)} characters")


def form_of(value: Any) -> Any:
    """Returns the value as `encode` writes it, in values that JSON has: for a part that occurs in several texts."""
    return _Form(None).of(value, 0)


def encode_form(form: Any) -> str:
    return _to_json(form)


def decode(text: str) -> Any:
    """Returns the value of a text of `encode` or `encode_form`."""
    return _decode(text)


def can_be_told(value: Any) -> bool:
    """Returns True if the value arrives as it was."""
    return not _Form(None).differs(value)


def text_of(value: Any, make: Callable[[Any], str] = str) -> str:
    """Returns str(value), also where that raises, or gives a subclass of str. `make` may be repr."""
    try:
        return str.__str__(make(value))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"<{type(value).__module__}.{type(value).__qualname__} object: str() raised {type(error).__name__}>"


def number_of(value: Any) -> float:
    """Returns a time or a duration, and 0 for what is none: a hook may put anything in its place."""
    try:
        number = float(value)
    except Exception:
        return 0.0
    # What is no number is not in the range either.
    return number if -_MOST_SECONDS < number < _MOST_SECONDS else 0.0


def _fits(text: str) -> bool:
    if len(text) <= _SHORT:
        return True
    # The text becomes a text within JSON. protobuf writes < and > with six characters.
    brackets = text.count("<") + text.count(">")
    return len(_quote(text).encode("utf-8", "surrogatepass")) + 5 * brackets <= _MOST_BYTES


class _Form:
    """Makes of one value what JSON has."""

    def __init__(self, longest: int | None) -> None:
        self._longest = longest
        # The identities of the containers around the value that is looked at. A value may contain itself.
        self._around: set[int] = set()
        # How many values were told as other than they are.
        self._changed = 0

    def differs(self, value: Any) -> bool:
        try:
            self.of(value, 0)
        except RecursionError:
            return True
        return self._changed > 0

    def of(self, value: Any, depth: int, is_key: bool = False) -> Any:
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is int:
            return value if -_LARGE <= value <= _LARGE else {"$int": hex(value)}
        if value is None or kind is float or kind is bool:
            return value
        if kind is complex:
            return {"$complex": [value.real, value.imag]}
        if kind is bytes:
            if self._longest is not None and len(value) > self._longest:
                return self._left_out(value)
            return {"$bytes": _b64encode(value).decode("ascii")}
        if kind in _KINDS:
            return self._container(kind, value, depth, is_key)
        self._changed += 1
        # By its type: an object may name another class as its own, as a mock with a specification does.
        for base in _KINDS:
            if issubclass(kind, base):
                return self.of(_plain(base, value), depth, is_key)
        return self._text(text_of(value))

    def _text(self, value: str) -> Any:
        if self._longest is not None and len(value) > self._longest:
            return self._left_out(value)
        if value.isascii() or not _surrogate_in(value):
            return value
        # JSON would join two surrogates to one character.
        return {"$str": [ord(character) for character in value]}

    def _left_out(self, value: Any) -> str:
        self._changed += 1
        return f"[… {type(value).__name__} of length {len(value)} left out …]"

    def _container(self, kind: type, value: Any, depth: int, is_key: bool) -> Any:
        # A value that was a key had a hash of its own, perhaps as a list of a class of its own.
        cannot_be_key = is_key and kind in (list, dict, set)
        if depth >= _DEEPEST or id(value) in self._around or cannot_be_key:
            self._changed += 1
            return self._text(text_of(value))
        self._around.add(id(value))
        try:
            return self._contents(kind, value, depth + 1, is_key)
        finally:
            self._around.discard(id(value))

    def _contents(self, kind: type, value: Any, depth: int, is_key: bool) -> Any:
        if kind is list:
            return [self.of(item, depth) for item in value]
        if kind is dict:
            if _has_plain_keys(value):
                return {key: self.of(item, depth) for key, item in value.items()}
            return {"$dict": [[self.of(key, depth, True), self.of(item, depth)] for key, item in value.items()]}
        if kind is tuple:
            return {"$tuple": [self.of(item, depth, is_key) for item in value]}
        return {f"${kind.__name__}": [self.of(item, depth, True) for item in value]}


def _has_plain_keys(value: dict[Any, Any]) -> bool:
    """Returns True if the keys are texts, and JSON's object is not taken for a value of another kind."""
    if len(value) == 1 and next(iter(value)) in _READERS:
        return False
    return all(type(key) is str and (key.isascii() or not _surrogate_in(key)) for key in value)


def _plain(base: type, value: Any) -> Any:
    """Returns the value of a subclass as one of the base. No method of the subclass is called."""
    if base is str:
        return str.__str__(value)
    if base is int:
        return int.__index__(value)
    if base is float:
        return float.__float__(value)
    if base is complex:
        return complex(complex.real.__get__(value), complex.imag.__get__(value))  # type: ignore[attr-defined]
    if base is bytes:
        return bytes.__getitem__(value, slice(None))
    if base is dict:
        return dict(dict.items(value))
    return base(base.__iter__(value))  # type: ignore[attr-defined]


_READERS: dict[str, Callable[[Any], Any]] = {
    "$str": lambda codes: "".join(map(chr, codes)),
    "$int": lambda digits: int(digits, 16),
    "$complex": lambda parts: complex(*parts),
    "$bytes": _b64decode,
    "$tuple": tuple,
    "$dict": dict,
    "$set": set,
    "$frozenset": frozenset,
}


def _restored(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        name, content = next(iter(found.items()))
        reader = _READERS.get(name)
        if reader is not None:
            return reader(content)
    return found


_decode = json.JSONDecoder(object_hook=_restored).decode
