"""PyCharm and TeamCity read the messages of teamcity-messages. Their tree of tests is that of plain pytest."""

import re

_TESTS = """
import pytest

def test_passes(): print("heard")
def test_fails(): assert [1] == [2]

@pytest.fixture
def broken(): raise ValueError("no")
def test_set_up(broken): pass

@pytest.mark.skip(reason="later")
def test_skipped(): pass

class TestGroup:
    @pytest.mark.parametrize("n", [1, 2])
    def test_numbers(self, n): assert n == 1
"""
_MESSAGE = re.compile(r"##teamcity\[(\w+)(.*?)\]$", re.MULTILINE)


def _tree(text):
    """Maps each test to what was said of it, in order."""
    tree = {}
    for kind, attributes in _MESSAGE.findall(text):
        name = re.search(r" name='(.*?)'(?: |$)", attributes)
        if name and kind.startswith("test"):
            tree.setdefault(name[1], []).append(kind)
    return tree


def test_the_tree_is_pytests(call, project):
    folder = project({"test_a.py": _TESTS, "sub/test_b.py": _TESTS, "test_c.py": "import nowhere\n"})
    for arguments in (["--ignore=test_c.py"], ["--continue-on-collection-errors"]):
        plain = call(folder, "--teamcity", *arguments)
        fastest = call(folder, "--teamcity", "--fastest", "-n", "2", *arguments)
        assert fastest.returncode == plain.returncode == 1
        assert "fastest: 2 workers" in fastest.stdout
        tree = _tree(plain.stdout)
        assert len(tree) >= 12
        assert _tree(fastest.stdout) == tree


def test_teamcity_is_found_by_its_variable(call, project):
    folder = project({"test_a.py": _TESTS})
    env = {"TEAMCITY_VERSION": "2026.1"}
    assert _tree(call(folder, "--fastest", "-n2", env=env).stdout) == _tree(call(folder, env=env).stdout)
