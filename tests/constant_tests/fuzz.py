"""Compares the tests that are decided without Python (coordinator/constant_tests) with CPython, on random modules.

    tools/soak native [--modules N] [--seed N]

A module consists of code that can be decided, of code that only looks so, or of either with some characters changed.
If the decider says that a module's tests pass, then under the Python that runs this program

- the module compiles without a warning,
- it defines exactly these tests,
- and all of them pass.

Exits with 1 at the first module for which this is not true, and shows the module.
"""

from __future__ import annotations

import argparse
import platform
import resource
import subprocess
import sys
import warnings
from typing import Any, Iterator

import made_up

# Modules are handed over in groups of this size. The answers to a group fit into a pipe.
_AT_A_TIME = 200
_MOST_MEMORY = 1 << 30


class _Decider:
    """The program under test."""

    def __init__(self, program: str) -> None:
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answers(self, texts: list[str]) -> Iterator[str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        for text in texts:
            code = text.encode("utf-8")
            self._process.stdin.write(b"%d\n%s" % (len(code), code))
        self._process.stdin.flush()
        for _ in texts:
            line = self._process.stdout.readline()
            if not line:
                raise SystemExit(f"the decider has ended: {self._process.wait()}")
            yield line.decode("utf-8").rstrip("\n")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def difference(text: str, names: list[str]) -> str:
    """How CPython's verdict differs from "the module has the tests `names`, and all pass". Empty if it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            code = compile(text.encode("utf-8"), "test_made_up.py", "exec", dont_inherit=True)
    except (SyntaxError, SyntaxWarning, DeprecationWarning, ValueError, MemoryError, RecursionError) as error:
        return f"it does not compile: {error!r}"
    namespace: dict[str, Any] = {"__name__": "test_made_up"}
    before = {*namespace, "__builtins__", "__doc__"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(code, namespace)
        found: dict[str, Any] = {}
        for name, value in namespace.items():
            if name in before:
                continue
            if isinstance(value, type):
                found.update({f"{name}::{inner}": (value, function) for inner, function in _methods(value)})
            else:
                found[name] = (None, value)
        if list(found) != names:
            return f"it holds {list(found)}"
        for name, (owner, function) in found.items():
            try:
                returned = function() if owner is None else function(owner())
            except BaseException as error:
                return f"{name} does not pass: {error!r}"
            if returned is not None:
                return f"{name} returns {returned!r}"
    return ""


def _methods(cls: type) -> list[tuple[str, Any]]:
    own = {
        "__module__",
        "__qualname__",
        "__dict__",
        "__weakref__",
        "__doc__",
        "__static_attributes__",
        "__firstlineno__",
    }
    return [(name, value) for name, value in vars(cls).items() if name not in own]


class Count:
    """The figures of a comparison."""

    def __init__(self) -> None:
        self.modules = 0
        self.decided = 0
        self.tests = 0


def compare(program: str, seed: int, modules: int, tell: Any = None) -> Count:
    """Raises AssertionError with the module at the first difference. Calls `tell` with the Count so far."""
    maker, decider, count = made_up.Maker(seed), _Decider(program), Count()
    try:
        while count.modules < modules:
            texts = [maker.module() for _ in range(min(_AT_A_TIME, modules - count.modules))]
            for text, answer in zip(texts, decider.answers(texts)):
                count.modules += 1
                if answer.startswith("? "):
                    continue
                names = answer.split(" ") if answer else []
                count.decided += 1
                count.tests += len(names)
                found = difference(text, names)
                assert not found, f"decided to pass ({answer}), but {found}:\n{text}"
            if tell is not None:
                tell(count)
    finally:
        decider.close()
    return count


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/soak native", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--decide", required=True, metavar="FILE", help="the program //coordinator/constant_tests:decide"
    )
    parser.add_argument("--modules", type=int, default=1_000_000, metavar="N", help="how many (default: a million)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="where to begin (default: 1)")
    options = parser.parse_args()

    # A random module may ask for more memory than the machine has.
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))

    def tell(count: Count) -> None:
        if sys.stderr.isatty() or count.modules % 50_000 == 0:
            print(f"\r{count.modules} modules", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    try:
        count = compare(options.decide, options.seed, options.modules, tell)
    except AssertionError as error:
        print(f"\n{error}")
        return 1
    print(
        f"CPython {platform.python_version()}, seed {options.seed}: {count.modules} modules, "
        f"of which {count.decided} were decided ({count.tests} tests), all as Python has it"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
