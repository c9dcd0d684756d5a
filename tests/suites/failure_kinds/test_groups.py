"""Exception groups."""

import sys

import pytest

if sys.version_info < (3, 11):
    pytest.skip("no exception groups", allow_module_level=True)


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def test_group():
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


def test_group_with_tracebacks():
    raise ExceptionGroup("several", [raised(ValueError("one")), raised(TypeError("two"))])


def test_nested():
    raise ExceptionGroup("outer", [ExceptionGroup("inner", [raised(ValueError("one"))]), KeyError("two")])


def test_base_group():
    raise BaseExceptionGroup("base", [SystemExit(1), ValueError("one")])


def test_group_caused():
    raise ExceptionGroup("several", [ValueError("one")]) from raised(TypeError("cause"))


def test_member_caused():
    error = ValueError("one")
    error.__cause__ = raised(TypeError("cause"))
    raise ExceptionGroup("several", [raised(error)])


def test_many():
    raise ExceptionGroup("many", [raised(ValueError(i)) for i in range(30)])


def test_deep():
    error = ValueError("bottom")
    for level in range(20):
        error = ExceptionGroup(f"level {level}", [error])
    raise error


def test_caught_rest():
    try:
        raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])
    except* ValueError:
        pass


def test_raises_in_group():
    with pytest.raises(ValueError):
        raise ExceptionGroup("several", [ValueError("one")])


def test_group_contains():
    with pytest.raises(ExceptionGroup) as info:
        raise ExceptionGroup("several", [ValueError("one")])
    assert info.group_contains(TypeError)


def test_raises_group_nothing():
    with pytest.RaisesGroup(ValueError):
        pass


def test_raises_group_other():
    with pytest.RaisesGroup(ValueError):
        raise ExceptionGroup("several", [TypeError("two")])


def test_raises_group_more():
    with pytest.RaisesGroup(ValueError):
        raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


def test_raises_group_not_grouped():
    with pytest.RaisesGroup(ValueError):
        raise ValueError("one")


def test_raises_group_match():
    with pytest.RaisesGroup(pytest.RaisesExc(ValueError, match="x")):
        raise ExceptionGroup("several", [ValueError("one")])


def test_raises_group_nested():
    with pytest.RaisesGroup(pytest.RaisesGroup(ValueError)):
        raise ExceptionGroup("several", [ValueError("one")])


def test_raises_group_check():
    with pytest.RaisesGroup(ValueError, check=lambda group: False):
        raise ExceptionGroup("several", [ValueError("one")])
