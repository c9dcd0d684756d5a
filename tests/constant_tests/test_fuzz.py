"""Compares the tests that are decided without Python with the Python that runs this."""

from pathlib import Path

import fuzz
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_decided_to_pass_passes(seed):
    count = fuzz.compare(str(ROOT / "bazel-bin/coordinator/constant_tests/decide"), seed, modules=2000)
    # The decider must decide a fair part of the modules.
    assert count.decided > count.modules / 10
    assert count.tests > count.decided


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("def test_a():\n    assert 1\n", ["test_a"], ""),
        ("def test_a():\n    assert 0\n", ["test_a"], "test_a does not pass"),
        ("def test_a():\n    assert (1, 2)\n", ["test_a"], "does not compile"),
        ("def test_a():\n    return 1\n", ["test_a"], "returns 1"),
        ("x = 1\ndef test_a():\n    pass\n", ["test_a"], "it holds ['x', 'test_a']"),
        (
            "class TestA:\n    def test_a(self):\n        assert self.x\n",
            ["TestA::test_a"],
            "TestA::test_a does not pass",
        ),
    ],
)
def test_a_difference_is_found(text, names, found):
    assert found in fuzz.difference(text, names)
    assert bool(found) == bool(fuzz.difference(text, names))
