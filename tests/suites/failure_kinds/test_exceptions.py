"""Exceptions that leave a test: chained, grouped, with odd texts, from odd places."""

import contextlib
import functools
import sys
import warnings

import helper_plain
import helper_rewritten
import pytest


class OddStr(Exception):
    def __str__(self):
        raise ValueError("no text")


class NotTextStr(Exception):
    def __str__(self):
        return 3


class EmptyStr(Exception):
    def __str__(self):
        return ""


class LinesStr(Exception):
    def __str__(self):
        return "first\nsecond\n\n  fourth\n"


class OwnBase(BaseException):
    pass


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def hidden(value):
    __tracebackhide__ = True
    raise ValueError(value)


def hidden_when(value):
    __tracebackhide__ = lambda excinfo: excinfo.errisinstance(KeyError)  # noqa: E731
    raise KeyError(value)


def test_value_error():
    raise ValueError("a value")


def test_key_error():
    {}["missing"]


def test_index_error():
    [][1]


def test_attribute_error():
    (1).missing


def test_name_error():
    undefined_name  # noqa: B018, F821


def test_name_error_similar():
    similar_name = 1
    similar_nam  # noqa: B018, F821
    return similar_name


def test_type_error():
    len(1)


def test_wrong_arguments():
    decorated()


def test_zero_division():
    1 / 0


def test_unbound_local():
    print(value)  # noqa: F821
    value = 1  # noqa: F841


def test_import_error():
    import nothing_of_this_name  # noqa: F401


def test_import_from_error():
    from os import nothing_of_this_name  # noqa: F401


def test_unicode_error():
    b"\xff".decode("utf-8")


def test_os_error():
    open("no/such/file")


def test_syntax_error_compiled():
    compile("a b", "some.py", "exec")


def test_syntax_error_evaluated():
    eval("1 +")


def test_indentation_error():
    exec("if 1:\npass")


def test_stop_iteration():
    next(iter([]))


def test_system_exit():
    raise SystemExit(3)


def test_system_exit_text():
    sys.exit("a text")


def test_system_exit_zero():
    sys.exit(0)


def test_base_exception():
    raise OwnBase("of no usual kind")


def test_generator_exit():
    raise GeneratorExit


def test_exception_without_text():
    raise Exception


def test_exception_with_values():
    raise Exception(1, "two", [3])


def test_exception_class():
    raise OddStr


def test_not_text_str():
    raise NotTextStr


def test_empty_str():
    raise EmptyStr


def test_lines_str():
    raise LinesStr


def test_not_ascii():
    raise ValueError("grüße 漢字 🎉")


def test_surrogate():
    raise ValueError("\udcff")


def test_escapes():
    raise ValueError("\x1b[31mred\x1b[0m and \x07 and \x00")


def test_carriage_return():
    raise ValueError("one\rtwo\r\nthree")


def test_long_line():
    raise ValueError("x" * 3000)


def test_many_lines():
    raise ValueError("\n".join(f"line {i}" for i in range(200)))


def test_separators():
    raise ValueError("a\u2028b\x0bc\x0cd\x85e")


def test_from():
    try:
        raise ValueError("cause")
    except ValueError as error:
        raise TypeError("effect") from error


def test_from_none():
    try:
        raise ValueError("cause")
    except ValueError:
        raise TypeError("effect") from None


def test_context():
    try:
        raise ValueError("first")
    except ValueError:
        raise TypeError("second")  # noqa: B904


def test_three_deep():
    try:
        try:
            raise ValueError("one")
        except ValueError as error:
            raise TypeError("two") from error
    except TypeError:
        raise KeyError("three")  # noqa: B904


def test_from_new():
    raise TypeError("effect") from ValueError("never raised")


def test_from_class():
    raise TypeError("effect") from ValueError


def test_circular_cause():
    one, other = ValueError("one"), TypeError("other")
    one.__cause__, other.__cause__ = other, one
    raise one


def test_finally_raises():
    try:
        raise ValueError("first")
    finally:
        raise TypeError("second")


def test_exit_raises():
    @contextlib.contextmanager
    def context():
        try:
            yield
        finally:
            raise TypeError("second")

    with context():
        raise ValueError("first")


def test_reraised():
    try:
        helper_plain.raise_deep(2)
    except LookupError:
        raise


def test_recursion():
    def down(level):
        return down(level + 1)

    down(0)


def test_mutual_recursion():
    def one(level):
        return other(level + 1)

    def other(level):
        return one(level + 1)

    one(0)


def test_limited_recursion():
    def down(level):
        if level == 30:
            raise ValueError("deep enough")
        down(level + 1)

    down(0)


def test_helper_plain():
    helper_plain.check([1, 2])


def test_helper_message():
    helper_plain.check_with_message(1)


def test_helper_rewritten():
    helper_rewritten.check([1, 2])


def test_helper_hidden():
    helper_rewritten.check_hidden([1, 2])


def test_helper_nested():
    helper_rewritten.check_nested([1, 2])


def test_hidden():
    hidden("a")


def test_hidden_when():
    hidden_when("a")


def test_all_hidden():
    __tracebackhide__ = True
    hidden("a")


@decorated
def test_decorated():
    assert 1 == 2


@decorated
@decorated
def test_decorated_twice():
    raise ValueError("below two")


@pytest.mark.usefixtures()
@decorated
def test_decorated_and_marked(tmp_path):
    assert tmp_path == 1


test_by_lambda = lambda: 1 / 0  # noqa: E731

test_partial = functools.partial(hidden, 1)


def test_exec():
    exec("def f():\n    raise ValueError('without source')\nf()")


def test_exec_named():
    exec(compile("def f():\n    assert 1 == 2\nf()", "no_such_file.py", "exec"))


def test_eval():
    eval("1 / 0")


def test_generated_function():
    space = {}
    exec("def f(a):\n    return a.missing", space)
    space["f"](1)


exec("def test_without_source():\n    a = 1\n    assert a == 2")


def test_in_library():
    import json

    json.loads("{")


def test_in_sort():
    sorted([1, "a"])


def test_callback():
    list(map(lambda value: 1 / value, [1, 0]))


def test_with_notes():
    error = ValueError("with notes")
    error.__notes__ = ["first note", "second\nnote"]
    raise error


def test_locals():
    number, text, values = 1, "x" * 200, list(range(100))
    long = {"key": ["value"] * 20}
    broken = type("Broken", (), {"__repr__": lambda self: 1 / 0})()
    assert number == 2, (len(text), len(values), len(long), type(broken))


def test_locals_chained():
    outer = 1
    try:
        inner = 2
        raise ValueError(inner)
    except ValueError as caught:
        raise TypeError(outer) from caught


def test_fail():
    pytest.fail("for a reason")


def test_fail_without_trace():
    pytest.fail("for a reason", pytrace=False)


def test_fail_lines_without_trace():
    pytest.fail("one\ntwo ünï\n\tthree", pytrace=False)


def test_fail_empty():
    pytest.fail()


def test_raises_nothing():
    with pytest.raises(ValueError):
        pass


def test_raises_other():
    with pytest.raises(ValueError):
        raise TypeError("another")


def test_raises_several():
    with pytest.raises((ValueError, KeyError)):
        pass


def test_raises_match():
    with pytest.raises(ValueError, match="expected .* text"):
        raise ValueError("another text")


def test_raises_match_special():
    with pytest.raises(ValueError, match="a(b)"):
        raise ValueError("a(b)")


def test_raises_call():
    pytest.raises(ValueError, int, "1")


def test_raises_call_match():
    pytest.raises(ValueError, int, "x").match("something else")


def test_raises_no_class():
    with pytest.raises(1):
        pass


def test_raises_inspected():
    with pytest.raises(ValueError) as info:
        raise ValueError("text")
    assert "other" in str(info.value)


def test_raises_info_object():
    with pytest.raises(ValueError) as info:
        raise ValueError("text")
    assert info == 1


def test_raises_broken_match():
    with pytest.raises(ValueError, match="("):
        raise ValueError("x")


def test_warns_nothing():
    with pytest.warns(UserWarning):
        pass


def test_warns_other():
    with pytest.warns(DeprecationWarning):
        warnings.warn("another", UserWarning, stacklevel=1)


def test_warns_match():
    with pytest.warns(UserWarning, match="expected"):
        warnings.warn("another", UserWarning, stacklevel=1)


def test_deprecated_call():
    with pytest.deprecated_call():
        pass


def test_recwarn(recwarn):
    warnings.warn("one", UserWarning, stacklevel=1)
    assert len(recwarn) == 2


def test_recwarn_pop(recwarn):
    recwarn.pop(DeprecationWarning)


def test_warning_as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn("now an error", UserWarning, stacklevel=1)


@pytest.mark.filterwarnings("error")
def test_warning_as_error_by_mark():
    warnings.warn("now an error", UserWarning, stacklevel=1)


def test_importorskip_wrong():
    pytest.importorskip(3)


def test_exit_code_of_int_subclass():
    class Strange(int):
        def __repr__(self):
            return "strange"

    assert Strange(1) == Strange(2)


def test_traceback_removed():
    try:
        raise ValueError("kept")
    except ValueError as error:
        kept = error
    raise kept.with_traceback(None)


def test_raised_twice():
    error = ValueError("the same object")
    for _ in range(2):
        try:
            raise error
        except ValueError:
            pass
    raise error


def test_async_generator_used():
    async def generate():
        yield 1

    list(generate())


def test_last():
    assert 1 == 2
