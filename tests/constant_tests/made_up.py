"""Makes random Python modules for fuzz.py: some can be decided without Python, some only look so, some are broken."""

from __future__ import annotations

import builtins
import random
import re
import warnings
from typing import Any

_NAMES = ("a", "b", "c", "total", "words", "text", "_", "match")
_TEXTS = (
    "",
    "a",
    "ab",
    "Ab C",
    " x ",
    "1",
    "-12",
    "007",
    "a,b",
    "it's",
    "tab\there",
    "two\nlines",
    "back\\slash",
    "xx",
)
_FLOATS = ("0.5", "1.0", "2.25", "0.1", "100.125", "0.0", "3.14159")
_ARITHMETIC = ("+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")
_METHODS = (
    "upper",
    "lower",
    "title",
    "capitalize",
    "strip",
    "lstrip",
    "rstrip",
    "split",
    "isdigit",
    "isalpha",
    "isalnum",
    "isupper",
    "islower",
)
_METHODS_OF_TEXT = ("startswith", "endswith", "strip", "lstrip", "rstrip", "split", "count", "find", "index", "join")
_FUNCTIONS = ("abs", "all", "any", "bool", "float", "int", "len", "list", "max", "min", "set", "sorted", "str", "sum")
# Expressions that Python may refuse, warn of or read in another way, and others that decide nothing.
_ODD = (
    "01",
    "1_0",
    "10L",
    "0x1F",
    "1e3",
    "1.",
    ".5",
    "1j",
    "1if 1 else 2",
    "1or 2",
    "None is None",
    "1 is 1",
    "'\\d'",
    "'\\x41'",
    "r'a'",
    "b'a'",
    "f'{1}'",
    "u'a'",
    "'a' 'b'",
    "'''a'''",
    "not 1 == 2",
    "1 == not 2",
    "- 1 ** 2",
    "2 ** -1",
    "(yield)",
    "lambda: 1",
    "[*[1]]",
    "{**{}}",
    "[x for x in (1, 2)]",
    "(x for x in (1, 2))",
    "1 <> 2",
    "`1`",
    "...",
    "(1,)",
    "()",
    "{}",
    "1 < 2 < 3",
    "1 in [1] in [[1]]",
    "'a'['b']",
    "[1][0,]",
    "print",
    "len",
    "range(3)",
    "range(5, 0, -2)",
    "True + True",
    "~True",
    "-True",
    "9223372036854775807",
    "9223372036854775807 + 1",
    "9007199254740993 == 9007199254740992.0",
    "0.1 + 0.2",
    "sum([0.1] * 10)",
    "1e999",
    "(a := 1)",
    "1 if 2 else 3",
    "__debug__",
    "__name__",
)
_ODD_STATEMENTS = (
    "pass",
    "'text'",
    "x = y = 1",
    "x, y = 1, 2",
    "x: int = 1",
    "x = 1,",
    "len = 1",
    "async = 1",
    "None = 1",
    "del a",
    "global a",
    "return",
    "return 1",
    "assert 1; assert 2",
    "assert (1, 'a')",
    "assert 1, 2, 3",
    "assert 1,",
    "assert",
    "assert a == 1, (yield)",
    "print 'a'",
    "import os",
    "if 1: pass",
    "a + 1",
    "a += [1]",
    "a @= 1",
    "assert  1 \\\n        == 1",
    "assert (1 ==\n  1)",
    "assert 1  # remark",
    "raise ValueError",
)


class Maker:
    """Makes modules. The same seed gives the same modules."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def module(self) -> str:
        chance = self._random
        lines: list[str] = []
        if chance.random() < 0.05:
            lines += [
                chance.choice(
                    ('"""A docstring."""', "'one'", "'''\ntwo\n'''", "# -*- coding: utf-8 -*-", "import os", "x = 1")
                )
            ]
        for number in range(chance.randint(1, 3)):
            lines += chance.choice((self._function, self._function, self._class))(number)
            lines += [""] * chance.randint(0, 2)
        text = "\n".join(lines) + "\n"
        while chance.random() < 0.15:
            text = self._changed(text)
        return text

    def _changed(self, text: str) -> str:
        chance = self._random
        place = chance.randrange(len(text) + 1)
        end = min(len(text), place + chance.choice((0, 1, 1, 2, 5)))
        new = chance.choice(
            (
                "",
                " ",
                "\n",
                "\t",
                "    ",
                "(",
                ")",
                "'",
                '"',
                ",",
                ":",
                "=",
                "#",
                "\\",
                "0",
                ".",
                "a",
                "not ",
                "\r",
                "\f",
                ";",
                "é",
                "\0",
            )
        )
        if chance.random() < 0.2:
            source = chance.randrange(len(text) + 1)
            new = text[source : source + chance.randint(1, 20)]
        return text[:place] + new + text[end:]

    def _function(self, number: int, indent: str = "", parameters: str = "") -> list[str]:
        chance = self._random
        name = (
            f"test_{number}" if chance.random() < 0.98 else chance.choice(("helper", "test", "setup_module", "test_0"))
        )
        head = chance.choice(
            (f"def {name}({parameters}):",) * 30
            + (f"def {name} ({parameters}) -> None:", f"async def {name}({parameters}):")
        )
        body = indent + chance.choice(("    ", "    ", "    ", "  ", " "))
        known: dict[str, Any] = {}
        lines = [indent + head]
        if chance.random() < 0.1:
            lines.append(
                body + chance.choice(('"""What it is."""', "'it'", '"""\n   more\n"""', "r'raw'", "'''\\d'''"))
            )
        for _ in range(chance.randint(1, 4)):
            lines.append(body + self._statement(known))
        return lines

    def _class(self, number: int) -> list[str]:
        chance = self._random
        lines = [
            chance.choice(
                (f"class Test{number}:",) * 30
                + (f"class Test{number}():", f"class Test{number}(object):", "class Other:")
            )
        ]
        for inner in range(chance.randint(1, 2)):
            lines += self._function(inner, "    ", "self" if chance.random() < 0.98 else "")
        if chance.random() < 0.03:
            lines.append("    x = 1")
        return lines

    def _statement(self, known: dict[str, Any]) -> str:
        chance = self._random
        if chance.random() < 0.01:
            return chance.choice(_ODD_STATEMENTS)
        kind = chance.random()
        expression, value, is_known = "", None, False
        # Most random expressions have no value. A few of them are enough.
        while not is_known and (not expression or chance.random() < 0.9):
            expression = self._expression(known, chance.choice((1, 2, 3)))
            value, is_known = _evaluate(expression, known)
        if kind < 0.3:
            name = chance.choice(_NAMES)
            if is_known:
                known[name] = value
            return f"{name} = {expression}"
        if kind < 0.4 and known:
            name = chance.choice(list(known))
            statement = f"{name} {chance.choice(_ARITHMETIC)}= {self._expression(known, 1)}"
            changed, is_known = _evaluate(statement.replace("= ", " ", 1).replace(" =", " "), known)
            if is_known:
                known[name] = changed
            return statement
        if not is_known and chance.random() < 0.9:
            expression, value = "1", 1
        message = chance.choice(("",) * 6 + (", 'message'", ", a", ", 1 / 0"))
        if chance.random() < 0.05:
            return f"assert {expression}{message}"
        written = _written(value)
        if written is not None and chance.random() < 0.7:
            if chance.random() < 0.1:
                return f"assert {written} == ({expression}){message}"
            return f"assert ({expression}) == {written}{message}"
        if value is None or value is True or value is False:
            name = chance.choice(_NAMES)
            return f"assert ({expression}) == {value}{message}"
        return f"assert {'' if value else 'not '}({expression}){message}"

    def _expression(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        if chance.random() < 0.005:
            return chance.choice(_ODD)
        if depth == 0 or chance.random() < 0.15:
            return self._atom(known)
        make = chance.choice(
            (
                self._binary,
                self._binary,
                self._comparison,
                self._logic,
                self._display,
                self._call,
                self._method,
                self._item,
                self._unary,
            )
        )
        text = make(known, depth - 1)
        return f"({text})" if chance.random() < 0.4 else text

    def _atom(self, known: dict[str, Any]) -> str:
        chance = self._random
        kind = chance.random()
        if known and kind < 0.3:
            return chance.choice(list(known))
        if kind < 0.6:
            return str(chance.choice((0, 1, 2, 3, 5, 7, 10, 64, 255, 1000003, 2**31, 2**53, 2**62)))
        if kind < 0.7:
            return chance.choice(_FLOATS)
        if kind < 0.9:
            return self._text()
        return chance.choice(("None", "True", "False", chance.choice(_NAMES)))

    def _text(self) -> str:
        text = repr(self._random.choice(_TEXTS))
        return text if self._random.random() < 0.9 else f"{text} {self._random.choice(_TEXTS)!r}"

    def _binary(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        left = self._expression(known, depth)
        if chance.random() < 0.1:
            return f"{self._atom(known)} ** {chance.choice((0, 1, 2, 3, 10, 62, 63, 65))}"
        operation = chance.choice(_ARITHMETIC)
        right = (
            str(chance.choice((0, 1, 3, 62, 63, 64))) if operation in ("<<", ">>") else self._expression(known, depth)
        )
        return f"{left} {operation} {right}"

    def _comparison(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        text = self._expression(known, depth)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            text += f" {chance.choice(_COMPARISONS)} {self._expression(known, depth)}"
        if known and chance.random() < 0.1:
            operation = chance.choice(("is", "is not", "is  not"))
            text = f"{chance.choice(list(known))} {operation} {chance.choice(('None', 'True', 'False'))}"
        return text

    def _logic(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        left, right = self._expression(known, depth), self._expression(known, depth)
        if chance.random() < 0.2:
            return f"{left} if {self._expression(known, depth)} else {right}"
        return f"{left} {chance.choice(('and', 'or'))} {right}"

    def _unary(self, known: dict[str, Any], depth: int) -> str:
        return f"{self._random.choice(('-', '+', '~', 'not ', '- -', 'not not '))}{self._expression(known, depth)}"

    def _display(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        items = [self._expression(known, depth) for _ in range(chance.randint(0, 4))]
        comma = chance.choice(("", "", "", ","))
        kind = chance.choice(("list", "list", "tuple", "set", "dictionary"))
        if kind == "list":
            return f"[{', '.join(items)}{comma if items else ''}]"
        if kind == "tuple":
            return f"({', '.join(items)}{',' if len(items) == 1 else comma if items else ''})"
        if kind == "set" and items:
            return f"{{{', '.join(items)}}}"
        return f"{{{', '.join(f'{self._atom(known)}: {item}' for item in items)}}}"

    def _call(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        if chance.random() < 0.2:
            numbers = [str(chance.randint(-3, 12)) for _ in range(chance.randint(1, 3))]
            return (
                f"{chance.choice(('list', 'sum', 'len', 'tuple', 'set', 'sorted', 'max'))}(range({', '.join(numbers)}))"
            )
        arguments = [self._expression(known, depth) for _ in range(chance.choice((1, 1, 1, 1, 0, 2)))]
        comma = chance.choice(("", "", "", ",")) if arguments else ""
        return f"{chance.choice(_FUNCTIONS)}({', '.join(arguments)}{comma})"

    def _method(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        if chance.random() < 0.15:
            name = chance.choice(("count", "index", "get", "append", "keys"))
            return f"{self._display(known, depth)}.{name}({self._atom(known)})"
        text = self._text() if chance.random() < 0.7 else f"({self._expression(known, depth)})"
        kind = chance.random()
        if kind < 0.5:
            return f"{text}.{chance.choice(_METHODS)}()"
        if kind < 0.6:
            return f"{text}.replace({self._text()}, {self._text()})"
        argument = self._text() if chance.random() < 0.8 else self._display(known, depth)
        return f"{text}.{chance.choice(_METHODS_OF_TEXT)}({argument})"

    def _item(self, known: dict[str, Any], depth: int) -> str:
        chance = self._random
        value = chance.choice((self._text, lambda: self._display(known, depth), lambda: self._atom(known)))()
        ends = [str(chance.randint(-4, 5)) if chance.random() < 0.7 else "" for _ in range(2)]
        place = chance.choice(
            (":".join(ends), str(chance.randint(-3, 3)), self._atom(known), self._expression(known, depth))
        )
        return f"{value}[{place}]"


def _evaluate(expression: str, known: dict[str, Any]) -> tuple[Any, bool]:
    """The value of an expression, and whether the value is known."""
    if _is_large(expression, known):
        return None, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = eval(
                expression,
                {"__builtins__": {name: getattr(builtins, name) for name in (*_FUNCTIONS, "tuple", "range")}},
                dict(known),
            )
    except Exception:
        return None, False
    return value, _written(value) is not None or value in (None, set())


def _is_large(expression: str, known: dict[str, Any]) -> bool:
    """Whether a repetition in the expression may fill the memory. Numbers alone may be multiplied."""
    in_full = re.sub(r"\b[a-z_]+\b", lambda name: repr(known.get(name[0], name[0])), expression)
    if not re.search(r"\*|<<|range", in_full) or not re.search(r"\d{3}", in_full):
        return False
    return re.search(r"<<|[\[{'\"]", in_full) is not None or in_full.count("**") > 1


def _written(value: Any) -> str | None:
    """The value as a literal, or None if it has no short one."""
    if not isinstance(value, (bool, int, float, str, list, tuple, set, dict, type(None))) or value == set():
        return None
    try:
        written = repr(value)
    except ValueError:
        # Python refuses to write an integer of so many digits.
        return None
    return written if len(written) < 200 and written.isascii() else None
