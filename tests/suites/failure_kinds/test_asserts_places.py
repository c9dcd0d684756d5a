"""Where an assertion may stand."""

import pytest
from kinds import double


def test_multi_line():
    assert (
        double(1)
        == double(  # with a comment
            2
        )
    ), (
        "several"
        " lines"
    )


def test_multi_line_boolean():
    a = 1
    assert (
        a == 1
        and a == 2
        and a == 3
    )


def test_one_line(): assert 1 == 2  # noqa: E704


def test_semicolons():
    a = 1; b = 2; assert a == b  # noqa: E702


def test_in_loop():
    for i in range(5):
        assert i < 3


def test_in_with():
    with pytest.MonkeyPatch.context():
        assert 1 == 2


def test_in_try():
    try:
        pass
    finally:
        assert 1 == 2


def test_in_except():
    try:
        assert 1 == 2
    except AssertionError:
        assert 3 == 4


def test_in_else():
    if 0:
        pass
    else:
        assert 1 == 2


def test_in_inner_function():
    def inner(a):
        assert a == 2

    inner(1)


def test_in_comprehension():
    def inner(a):
        assert a < 2
        return a

    [inner(x) for x in range(4)]


def test_in_lambda():
    check = lambda value: double(value).missing  # noqa: E731
    check(1)


def test_in_method():
    class Checker:
        def check(self, value):
            assert value == self

        def __repr__(self):
            return "Checker()"

    Checker().check(1)


def test_in_property():
    class Checker:
        @property
        def value(self):
            assert 1 == 2

    Checker().value


def test_in_generator():
    def generate():
        yield 1
        assert 1 == 2

    list(generate())


def test_in_match():
    value = (1, 2)
    first, *rest = value
    assert first == rest


def test_assertion_error_raised():
    raise AssertionError("raised by hand")


def test_assertion_error_empty():
    raise AssertionError


def test_assertion_error_values():
    raise AssertionError(1, 2)


def test_assertion_error_lines():
    raise AssertionError("one\ntwo\nthree")
