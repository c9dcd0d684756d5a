"""What was printed and logged stands in a failure's sections."""

import io
import logging
import os
import sys
import threading
import unittest
import warnings

import pytest

logger = logging.getLogger("kinds.ünï")


def test_stdout():
    print("to stdout")
    assert 1 == 2


def test_stderr():
    print("to stderr", file=sys.stderr)
    assert 1 == 2


def test_both():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    assert 1 == 2


def test_descriptors():
    os.write(1, b"to descriptor 1\n")
    os.write(2, b"to descriptor 2\n")
    assert 1 == 2


def test_child():
    os.system("echo from a child")
    assert 1 == 2


def test_log():
    logger.warning("a warning")
    logger.error("an error with %s", "arguments")
    assert 1 == 2


def test_log_exception():
    try:
        raise ValueError("caught")
    except ValueError:
        logger.exception("with a traceback")
    assert 1 == 2


def test_log_lines():
    logger.warning("one\ntwo\nthree")
    assert 1 == 2


def test_log_info():
    logger.info("not shown at the usual level")
    assert 1 == 2


def test_log_broken():
    logger.warning("%d", "no number")


def test_all_sections():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    logger.warning("to the log")
    assert 1 == 2


def test_not_ascii():
    print("grüße 漢字 🎉")
    assert 1 == 2


def test_escapes():
    print("\x1b[31mred\x1b[0m \x07 \x08")
    assert 1 == 2


def test_carriage_return():
    print("one\rtwo\r\nthree")
    assert 1 == 2


def test_no_newline():
    sys.stdout.write("without an end")
    assert 1 == 2


def test_only_newlines():
    print("\n\n")
    assert 1 == 2


def test_bytes():
    sys.stdout.buffer.write(b"\xff\xfe not UTF-8\n")
    sys.stdout.flush()
    assert 1 == 2


def test_surrogate():
    print("\udcff")


def test_null():
    print("a\x00b")
    assert 1 == 2


def test_long_line():
    print("x" * 5000)
    assert 1 == 2


def test_many_lines():
    print("\n".join(map(str, range(300))))
    assert 1 == 2


def test_looks_like_a_section():
    print("----- Captured stdout call -----\n=== FAILURES ===\nE   assert")
    assert 1 == 2


def test_capsys(capsys):
    print("taken")
    assert capsys.readouterr().out == "other"


def test_capsys_left(capsys):
    print("left")
    assert 1 == 2


def test_capsys_disabled(capsys):
    with capsys.disabled():
        pass
    print("after")
    assert 1 == 2


def test_capfd(capfd):
    os.system("echo child")
    assert capfd.readouterr().out == "other"


def test_capsysbinary(capsysbinary):
    sys.stdout.buffer.write(b"\xff")
    assert capsysbinary.readouterr().out == b"\xfe"


def test_capfdbinary(capfdbinary):
    os.write(1, b"\xff")
    assert capfdbinary.readouterr().out == b"\xfe"


def test_caplog(caplog):
    logger.warning("kept")
    assert caplog.messages == []


def test_caplog_level(caplog):
    caplog.set_level(logging.DEBUG)
    logger.debug("now shown")
    assert caplog.record_tuples == []


def test_caplog_cleared(caplog):
    logger.warning("gone")
    caplog.clear()
    assert 1 == 2


@pytest.fixture
def noisy():
    print("set-up")
    logger.warning("log of set-up")
    yield
    print("teardown")
    logger.warning("log of teardown")


def test_phases(noisy):
    print("call")
    assert 1 == 2


@pytest.fixture
def noisy_and_broken(noisy):
    print("below")
    raise ValueError("broken")


def test_set_up(noisy_and_broken):
    pass


def test_replaced_stdout():
    sys.stdout = io.StringIO()
    print("lost")
    assert 1 == 2


def test_after_replaced():
    print("found")
    assert 1 == 2


def test_record_property(record_property):
    record_property("key", "value")
    assert 1 == 2


def test_warning_and_failure():
    warnings.warn("a warning", UserWarning, stacklevel=1)
    assert 1 == 2


@pytest.mark.filterwarnings("error")
def test_thread():
    def work():
        raise ValueError("in a thread")

    thread = threading.Thread(target=work, name="worker-thread")
    thread.start()
    thread.join()


@pytest.mark.filterwarnings("error")
def test_unraisable():
    class Broken:
        def __del__(self):
            raise ValueError("in __del__")

    Broken()


@pytest.mark.filterwarnings("error")
def test_coroutine_never_awaited():
    async def work():
        pass

    work()


async def test_async():
    pass


def test_generator():
    yield 1


async def test_async_generator():
    yield 1


def test_returns():
    return 1


@pytest.mark.filterwarnings("error")
def test_returns_as_error():
    return 1


@pytest.fixture
async def async_fixture():
    return 1


def test_async_fixture(async_fixture):
    # Or Python would warn of it whenever the garbage collector comes by.
    async_fixture.close()
    assert async_fixture == 1


class TestSections(unittest.TestCase):
    def test_sections(self):
        print("to stdout")
        logger.warning("to the log")
        self.fail("after both")
