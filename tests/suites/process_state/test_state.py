import os
import random
import signal
import sys
import threading
import time

HERE = os.getcwd()
ENVIRONMENT = dict(os.environ)


def test_changes_directory(tmp_path):
    os.chdir(tmp_path)


def test_directory_stays_changed():
    assert os.getcwd() != HERE
    os.chdir(HERE)


def test_sets_environment():
    os.environ["FROM_A_TEST"] = "1"


def test_environment_stays():
    assert os.environ.pop("FROM_A_TEST") == "1"


def test_clears_environment():
    os.environ.clear()


def test_environment_stays_clear():
    assert set(os.environ) == {"PYTEST_CURRENT_TEST"}
    os.environ.update(ENVIRONMENT)


def test_current_test(request):
    assert os.environ["PYTEST_CURRENT_TEST"] == f"{request.node.nodeid} (call)"


def test_changes_argv():
    sys.argv[:] = ["other"]


def test_changes_path():
    sys.path.insert(0, "/nowhere")
    sys.path.remove("/nowhere")


def test_recursion():
    def deeper(n):
        return deeper(n + 1)

    try:
        deeper(0)
    except RecursionError:
        pass


def test_recursion_fails():
    # Without a counter: how deep it comes hangs on the frames below the test.
    def deeper():
        return deeper()

    deeper()


def test_ignores_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_patches_the_clock():
    real = time.time, time.perf_counter, time.monotonic
    time.time = time.perf_counter = time.monotonic = lambda: 0.0
    try:
        assert time.time() == 0.0
    finally:
        time.time, time.perf_counter, time.monotonic = real


def test_seeds():
    random.seed(5)


def test_leaves_a_daemon_thread():
    threading.Thread(target=threading.Event().wait, daemon=True).start()


def test_leaves_a_module():
    sys.modules["left_behind"] = sys
    del sys.modules["left_behind"]


def test_sys_exit():
    sys.exit(3)


def test_system_exit_zero():
    raise SystemExit


def test_generator_exit():
    raise GeneratorExit


def test_base_exception():
    class Strange(BaseException):
        pass

    raise Strange("not an Exception")


def test_after_all():
    assert True
