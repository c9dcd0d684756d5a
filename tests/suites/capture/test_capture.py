import io
import os
import subprocess
import sys

import pytest


def test_print_and_fail():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    assert 0


def test_fd_and_fail():
    os.write(1, b"straight to 1\n")
    os.write(2, b"straight to 2\n")
    assert 0


def test_child_and_fail():
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    assert 0


@pytest.fixture
def noisy():
    print("in set-up")
    yield
    print("in teardown")


def test_fixture_and_fail(noisy):
    print("in call")
    assert 0


def test_replaces_stdout():
    sys.stdout = io.StringIO()
    print("lost in a replaced stream")


def test_after_replaced_stdout():
    print("in the next test")
    assert 0


def test_capfd(capfd):
    os.write(1, b"fd\n")
    print("sys")
    out, err = capfd.readouterr()
    assert sorted(out.split()) == ["fd", "sys"]


def test_capsys_disabled(capsys):
    with capsys.disabled():
        print("seen by everyone", flush=True)
    print("kept")
    assert capsys.readouterr().out == "kept\n"


def test_capfdbinary(capfdbinary):
    os.write(1, b"\xff\xfe")
    assert capfdbinary.readouterr().out == b"\xff\xfe"


def test_stdin_is_closed():
    with pytest.raises(OSError):
        sys.stdin.read()


def test_no_newline_and_fail():
    sys.stdout.write("no newline at the end")
    assert 0


def test_closes_sys_stdout_copy():
    with os.fdopen(os.dup(1), "w") as copy:
        copy.write("through a copy\n")
    assert 0
