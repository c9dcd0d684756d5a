"""What is noticed behind a test's back, as a warning or as an error."""

import threading

import pytest


class Ungrateful:
    def __del__(self):
        raise RuntimeError("in a finalizer")


def run_thread():
    def target():
        raise ValueError("in a thread")

    thread = threading.Thread(target=target, name="one of ours")
    thread.start()
    thread.join()


@pytest.fixture
def ungrateful_in_set_up():
    Ungrateful()


@pytest.fixture
def ungrateful_in_teardown():
    yield
    Ungrateful()


def test_thread():
    run_thread()


@pytest.mark.filterwarnings("error")
def test_thread_error():
    run_thread()


def test_unraisable_in_set_up(ungrateful_in_set_up):
    pass


@pytest.mark.filterwarnings("error")
def test_unraisable_error():
    Ungrateful()


@pytest.mark.filterwarnings("error")
def test_unraisable_error_in_set_up(ungrateful_in_set_up):
    pass


@pytest.mark.filterwarnings("error")
def test_unraisable_error_in_teardown(ungrateful_in_teardown):
    pass


def test_system_exit():
    raise SystemExit(3)


def test_base_exception():
    class Own(BaseException):
        pass

    raise Own("not an Exception")


def test_assertion_texts():
    assert {"a": [1, 2, 3], "b": "text"} == {"a": [1, 2, 4], "c": "text"}


def test_stop_iteration():
    next(iter(()))


def test_last():
    pass
