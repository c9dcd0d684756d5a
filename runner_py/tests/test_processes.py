"""Test code may do anything to its process, and no process stays behind."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import driver
import pytest
from _pytest import config as pytest_config

PATIENCE_S = 60.0


def wait_until_gone(pid):
    """Returns when the process has ended. Waits for a descriptor of the process instead of polling."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([fd], [], [], PATIENCE_S)[0], f"process {pid} still runs"
    finally:
        os.close(fd)


def run_one(worker, directory, *args, **spec):
    """Starts a session, leases out the project's only module, and finishes."""
    running = worker(directory, *args, **spec)
    (module,) = running.wait_for("ready")["collection"]["modules"]
    running.lease(1, module=module)
    running.send({"finish": {}})
    running.read_to_end()
    return running


def test_the_zygote_says_what_it_is(zygote):
    assert zygote.hello == {
        "type": "hello",
        "python_version": ".".join(map(str, sys.version_info[:3])),
        "pytest_version": pytest.__version__,
        "pid": zygote.process.pid,
    }


@pytest.mark.parametrize("file", ["test_b.py", "sub/conftest.py"])
def test_the_zygote_says_where_a_worker_died_in_an_import(zygote, worker, tmp_path, file):
    (tmp_path / "sub").mkdir()
    (tmp_path / "test_a.py").write_text("def test_1(): pass\n")
    (tmp_path / "sub/test_c.py").write_text("def test_3(): pass\n")
    (tmp_path / file).write_text("import os\nos._exit(3)\n")
    running = worker(tmp_path, "test_a.py", file) if file == "test_b.py" else worker(tmp_path)
    running.read_to_end()
    exited = zygote.wait_for("exited", running.worker_id)
    assert (os.waitstatus_to_exitcode(exited["status"]), exited["last_import"]) == (3, file)


# Like `py` 1.11, which pytest imports if it is installed: `__dict__` loads what the package has.
ODD_PY = """\
import importlib.util, sys, types
from _pytest._py import error, path as _path

class Api(types.ModuleType):
    path = _path
    error = error

    @property
    def __dict__(self):
        sys.modules["py.loaded"] = types.ModuleType("py.loaded")
        return {}

_spec = importlib.util.find_spec("colorsys")
_spec.loader = importlib.util.LazyLoader(_spec.loader)
sys.modules["colorsys"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["colorsys"])
sys.modules["py.number"] = 5
sys.modules["py.path"] = _path
sys.modules["py"] = Api("py")
"""


def test_entries_of_sys_modules_may_be_anything(make_zygote, tmp_path):
    (tmp_path / "py").mkdir()
    (tmp_path / "py/__init__.py").write_text(ODD_PY)
    (tmp_path / "conftest.py").write_text("def pytest_collection_modifyitems(items): pass\n")
    (tmp_path / "test_a.py").write_text(
        "import sys\n\ndef test_1():\n    assert sys.modules['py.number'] == 5 and 'py.loaded' not in sys.modules\n"
        "    assert type(sys.modules['colorsys']).__name__ == '_LazyModule'\n"
    )
    zygote = make_zygote(PYTHONPATH=str(tmp_path))
    assert zygote.hello["type"] == "hello"
    running = zygote.worker("gw0")
    running.start(tmp_path, "-p", "no:cacheprovider")
    (module,) = running.wait_for("ready")["collection"]["modules"]
    running.lease(1, module=module)
    running.send({"finish": {}})
    running.read_to_end()
    assert running.outcomes() == {"test_a.py::test_1": "PASSED"}
    assert os.waitstatus_to_exitcode(running.exit_status()) == 0


def test_an_interpreter_without_pytest_is_refused(tmp_path):
    from driver import Zygote

    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    (tmp_path / "pytest.py").write_text("raise ModuleNotFoundError(\"No module named 'pytest'\", name='pytest')\n")
    zygote = Zygote(env=environment)
    remedy = f"`{sys.executable} -m pip install pytest`"
    assert zygote.hello == {"type": "failed", "message": f"pytest is not installed for {sys.executable}: {remedy}"}
    assert zygote.process.wait(PATIENCE_S) == 3


def test_a_worker_ends_with_the_sessions_status(project, worker):
    running = run_one(worker, project(test_a="def test_a(): assert 0\n"))
    assert os.waitstatus_to_exitcode(running.exit_status()) == 1


@pytest.mark.parametrize(
    ("death", "status"),
    [
        ("import os; os._exit(5)", 5),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("import os; os.abort()", -signal.SIGABRT),
    ],
)
def test_a_crash_is_the_end_of_the_stream_with_the_test_in_flight_known(project, worker, death, status):
    running = run_one(worker, project(test_a=f"def test_1(): pass\ndef test_2(): {death}\n"))
    assert os.waitstatus_to_exitcode(running.exit_status()) == status
    assert running.outcomes() == {"test_a.py::test_1": "PASSED"}
    assert running.started()[-1] == "test_a.py::test_2"
    assert running.all("ended") == []
    if status in (-signal.SIGSEGV, -signal.SIGABRT):
        running.join_output()
        assert "Fatal Python error" in running.stderr() and "test_2" in running.stderr()


@pytest.mark.parametrize(("args", "captures"), [([], True), (["-s"], False), (["--capture=sys"], False)])
def test_ready_names_the_files_that_hold_captured_output(project, worker, args, captures):
    running = worker(project(test_a="def test_a(): pass\n"), *args)
    ready = running.wait_for("ready")
    fds = (ready["stdout_fd"], ready["stderr_fd"])
    if captures:
        assert all(Path(f"/proc/{ready['pid']}/fd/{fd}").exists() for fd in fds) and fds[0] != fds[1]
    else:
        assert fds == (-1, -1)


def test_captured_output_of_a_hung_test_can_be_read_from_outside(project, worker):
    directory = project(
        test_a="""
        import time

        def test_hangs():
            print("before it hung", flush=True)
            open("hangs", "w").close()
            time.sleep(600)
        """
    )
    os.mkfifo(directory / "hangs")
    running = worker(directory)
    ready = running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    (directory / "hangs").read_text()
    with open(f"/proc/{ready['pid']}/fd/{ready['stdout_fd']}") as captured:
        assert captured.read() == "before it hung\n"


def test_a_hung_test_shows_its_stack_when_it_is_asked(project, worker):
    directory = project(
        test_a="""
        import time

        def test_hangs():
            deep_down()

        def deep_down():
            open("hangs", "w").close()
            time.sleep(600)
        """
    )
    os.mkfifo(directory / "hangs")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    (directory / "hangs").read_text()
    os.kill(running.pid, signal.SIGRTMIN + 8)
    running.wait_for_stderr("__main__.py")
    assert re.search(r'test_a.py", line \d+ in deep_down\n.*test_a.py", line \d+ in test_hangs', running.stderr())
    # The worker lives on, because the signal only asks for the stack.
    os.kill(running.pid, 0)


def test_the_end_of_the_agent_ends_everything(project, make_zygote):
    zygote = make_zygote()
    directory = project(
        test_a="""
        import os, subprocess, sys, time

        def test_leaves_something():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            with open("child", "w") as fifo: fifo.write(str(child.pid))
            time.sleep(600)
        """
    )
    os.mkfifo(directory / "child")
    running = zygote.worker("gw0")
    running.start(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    child = int((directory / "child").read_text())
    assert zygote.close() == 0
    wait_until_gone(running.pid)
    wait_until_gone(child)


def test_what_a_test_daemonised_ends_with_the_zygote(project, make_zygote):
    directory = project(
        test_a="""
        import os, sys, time

        def test_daemonises():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    with open("daemon", "w") as fifo: fifo.write(str(os.getpid()))
                    time.sleep(600)
                os._exit(0)
            os.wait()
        """
    )
    os.mkfifo(directory / "daemon")
    zygote = make_zygote()
    running = zygote.worker("gw0")
    running.start(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    daemon = int((directory / "daemon").read_text())
    running.read_to_end()
    assert running.outcomes() == {"test_a.py::test_daemonises": "PASSED"}
    os.kill(daemon, 0)
    zygote.close()
    wait_until_gone(daemon)


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_what_may_not_be_killed_is_not_waited_for(project, tmp_path):
    """A test leaves a process that has changed its user. Root without the right to kill is like any user."""
    directory = project(
        test_a="""
        import os, time

        def test_daemonises():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    daemon = open("daemon", "w")
                    os.setuid(65534)
                    with daemon: daemon.write(str(os.getpid()))
                    time.sleep(600)
                os._exit(0)
            os.wait()
        """
    )
    os.mkfifo(directory / "daemon")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec setpriv --bounding-set=-kill "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    zygote = driver.Zygote(python=str(python))
    running = zygote.worker("gw0")
    running.start(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    daemon = int((directory / "daemon").read_text())
    try:
        running.read_to_end()
        assert running.outcomes() == {"test_a.py::test_daemonises": "PASSED"}
        assert zygote.close() == 0
    finally:
        os.kill(daemon, signal.SIGKILL)
        zygote.process.kill()


def test_children_that_a_test_left_end_with_the_worker(project, worker):
    directory = project(
        test_a="""
        import subprocess, sys

        def test_leaves_something():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            with open("child", "w") as fifo: fifo.write(str(child.pid))
        """
    )
    os.mkfifo(directory / "child")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    child = int((directory / "child").read_text())
    running.read_to_end()
    assert running.outcomes() == {"test_a.py::test_leaves_something": "PASSED"}
    wait_until_gone(child)


def test_a_worker_dies_with_its_zygote_even_within_a_test(project, make_zygote):
    zygote = make_zygote()
    directory = project(
        test_a="""
        import time

        def test_hangs():
            open("hangs", "w").close()
            while True: time.sleep(600)
        """
    )
    os.mkfifo(directory / "hangs")
    running = zygote.worker("gw0")
    running.start(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    (directory / "hangs").read_text()
    zygote.process.kill()
    wait_until_gone(running.pid)
    zygote.process.wait(PATIENCE_S)


def test_a_worker_that_waits_ends_when_its_channel_does(project, worker):
    running = worker(project(test_a="def test_a(): pass\n"))
    running.wait_for("ready")
    running.peer.socket.close()
    assert os.waitstatus_to_exitcode(running.exit_status()) == 70


def test_kill_ends_a_worker_and_its_children(project, zygote, worker):
    running = worker(project(test_a="def test_a(): pass\n"))
    running.wait_for("ready")
    zygote.control.send({"type": "kill", "worker_id": running.worker_id})
    running.read_to_end()
    assert os.waitstatus_to_exitcode(running.exit_status()) == -signal.SIGKILL


def test_a_test_that_closes_every_descriptor_harms_only_its_worker(project, worker):
    directory = project(
        test_a="import os\n\ndef test_1(): pass\ndef test_2(): os.closerange(0, 65536)\ndef test_3(): pass\n"
    )
    running = run_one(worker, directory)
    assert os.waitstatus_to_exitcode(running.exit_status()) == 70
    assert running.started()[-1] == "test_a.py::test_2"
    other = run_one(worker, directory, "-k", "not test_2")
    assert len(other.results()) == 2


def test_a_forked_child_that_comes_back_stays_out_of_the_session(project, worker):
    directory = project(
        test_a="""
        import os

        def test_1():
            pid = os.fork()
            if pid:
                assert os.waitpid(pid, 0)[1] == 0

        def test_2(): pass
        """
    )
    running = run_one(worker, directory)
    assert running.started() == ["test_a.py::test_1", "test_a.py::test_2"]
    assert running.outcomes() == {"test_a.py::test_1": "PASSED", "test_a.py::test_2": "PASSED"}


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works(project, worker, method):
    directory = project(
        test_a=f"""
        import multiprocessing

        def square(x): return x * x

        def test_pool():
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                assert pool.map(square, range(4)) == [0, 1, 4, 9]
        """
    )
    assert run_one(worker, directory).outcomes() == {"test_a.py::test_pool": "PASSED"}


def test_a_child_that_lives_on_does_not_hold_the_channel_open(project, worker):
    directory = project(
        test_a="""
        import os, time

        def test_1():
            if os.fork() == 0:
                os.setsid()
                with open("child", "w") as fifo: fifo.write(str(os.getpid()))
                time.sleep(600)
        """
    )
    os.mkfifo(directory / "child")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    child = int((directory / "child").read_text())
    try:
        running.read_to_end()
        assert running.last("ended")["exit_status"] == 0
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_stdio_environment_and_directory_are_a_tests_own_to_spoil(project, worker):
    directory = project(
        test_a="""
        import os, sys

        def test_1():
            os.chdir("/")
            os.environ.clear()
            sys.stdout = sys.stderr = None

        def test_2():
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.close(0)

        def test_3():
            sys.argv[:] = []
            sys.path[:] = []
            sys.setrecursionlimit(200)
        """
    )
    running = run_one(worker, directory)
    assert set(running.outcomes().values()) == {"PASSED"}
    untouched = run_one(worker, project(test_a="import os\n\ndef test_a(): assert os.environ['PATH']\n"))
    assert untouched.outcomes() == {"test_a.py::test_a": "PASSED"}


def test_output_past_capture_goes_to_the_pipes(project, worker):
    directory = project(
        test_a="""
        import os, sys

        def test_a(capfd):
            with capfd.disabled():
                print("shown")
                print("complained", file=sys.stderr)
                os.write(1, b"written")
        """
    )
    running = run_one(worker, directory)
    running.exit_status()
    running.join_output()
    assert (running.stdout(), running.stderr()) == ("shown\nwritten", "complained\n")


def test_with_s_a_tests_output_comes_by_lines(project, worker):
    directory = project(test_a="def test_a():\n    print('printed')\n    import os; os._exit(0)\n")
    running = run_one(worker, directory, "-s")
    running.exit_status()
    running.join_output()
    assert running.stdout() == "printed\n"


def test_the_process_looks_like_one_of_pytests(project, worker):
    directory = project(
        test_a="""
        import os, signal, subprocess, sys

        def test_argv():
            assert os.path.basename(sys.argv[0]) == "pytest"
            assert sys.argv[1:3] == ["-p", "no:cacheprovider"]
            assert not hasattr(sys.modules["__main__"], "serve")

        def test_modules():
            ours = [name for name in sys.modules if "fastest" in name]
            assert all(name.startswith("_fastest_runner") for name in ours)
            assert not {"zygote", "worker", "frames", "batches"} & set(sys.modules)

        def test_path():
            assert not [entry for entry in sys.path if entry.rstrip("/").endswith(("runner_py", "fastest_runner"))]
            assert os.getcwd() not in sys.path[1:]

        def test_signals():
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
                assert signal.getsignal(number) == signal.SIG_DFL
            assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()

        def test_session():
            assert os.getpgrp() == os.getsid(0) == os.getpid()

        def test_stdin():
            assert os.read(0, 1) == b""

        def test_children_inherit_nothing_of_ours():
            script = "import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))"
            command = [sys.executable, "-c", script]
            listing = subprocess.run(command, close_fds=False, capture_output=True, text=True).stdout
            assert max(eval(listing)) < 32

        def test_random():
            import random
            with open("numbers", "a") as numbers: numbers.write(f"{random.random()}\\n")
        """
    )
    for _ in range(2):
        assert set(run_one(worker, directory).outcomes().values()) == {"PASSED"}
    numbers = (directory / "numbers").read_text().split()
    assert len(set(numbers)) == 2


def test_the_stack_below_a_test_is_as_deep_as_with_the_pytest_command(project, worker):
    directory = project(
        test_a="""
        import sys

        def test_a(record_property):
            depth = 0
            while True:
                try:
                    sys._getframe(depth)
                except ValueError:
                    break
                depth += 1
            with open("depths", "a") as depths: depths.write(f"{depth} ")
        """
    )
    run_one(worker, directory)
    # The call comes from the top level of a script, as in the installed `pytest`.
    entry = (
        "from pytest import console_main"
        if not hasattr(pytest_config, "_console_main")
        else ("from _pytest.config import _console_main as console_main")
    )
    script = directory / "pytest_script.py"
    script.write_text(f"import sys\n{entry}\nsys.exit(console_main())\n")
    subprocess.run(
        [sys.executable, script, "-p", "no:cacheprovider"], cwd=directory, check=True, stdout=subprocess.DEVNULL
    )
    ours, genuine = (directory / "depths").read_text().split()
    assert ours == genuine


def test_nothing_of_ours_is_left_unclosed(project, worker):
    directory = project(
        test_a="""
        import gc
        import warnings

        def test_a():
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                gc.unfreeze()
                gc.collect()
            assert caught == []

        def test_threads():
            import threading
            assert threading.active_count() == 1
        """
    )
    running = run_one(worker, directory, "-W", "error")
    assert set(running.outcomes().values()) == {"PASSED"}
    assert running.last("ended")["exit_status"] == 0


@pytest.mark.parametrize(("xdist_worker", "finalized"), [(False, {"garbage", "alive"}), (True, {"garbage"})])
def test_cycles_are_finalized_at_the_end(project, worker, xdist_worker, finalized):
    directory = project(
        test_m="""
        import gc
        import pathlib

        class Cycle:
            def __init__(self, name):
                self.itself = self
                self.name = name
                self.touch = pathlib.Path(name).absolute().touch
            def __del__(self): self.touch()

        alive = Cycle("alive")

        def test_leaves_garbage():
            gc.disable()
            Cycle("garbage")
        """
    )
    running = worker(directory, xdist_worker=xdist_worker)
    running.wait_for("ready")
    running.lease(1, module="test_m.py")
    running.finish()
    assert running.exit_status() == 0
    assert {path.name for path in directory.iterdir()} >= finalized


# Writes a line into the file "trace" whenever something is finalized or called at the end of its process.
TRACED_MODULE = """
import atexit
import collections
import contextlib
import json
import os
import sys
import threading
import weakref

TRACE = os.open("trace", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def note(text, write=os.write, fd=TRACE):
    write(fd, f"{text}\\n".encode())

class Final:
    def __init__(self, name, imports=None):
        self.name = name
        self.imports = imports

    def __del__(self, write=os.write, fd=TRACE, importing=__import__):
        found = ""
        if self.imports:
            try:
                importing(self.imports)
                found = " found"
            except ImportError:
                found = " not found"
        write(fd, f"{self.name}{found}\\n".encode())

class Cycle(Final):
    def __init__(self, *args):
        super().__init__(*args)
        self.itself = self

of_module = Final("of the module")
of_module_importing = Final("of the module, importing", "pathlib")
cycle_of_module = Cycle("cycle of the module")
cycle_importing = Cycle("cycle of the module, importing", "json")
collections.of_library = Final("in a module of the standard library")
os.getcwd_of_test = Cycle("cycle in a module of the standard library")
unflushed = open("unflushed", "w")
unflushed.write("written without a flush")
json.unflushed = open("unflushed_in_library", "w")
json.unflushed.write("written without a flush")
weakref.finalize(of_module_importing, note, "finalized")
atexit.register(note, "at exit")

@atexit.register
def at_exit_importing():
    import os, this_is_nowhere_else
    note(f"at exit, importing {sorted(name for name in ('os', 're', 'pytest') if name in sys.modules)}")

def test_leaves_garbage():
    import gc
    gc.disable()
    Cycle("garbage")
    Cycle("garbage, importing", "textwrap")
    threading.Thread(target=lambda: (threading.main_thread().join(), note("thread"))).start()
    sys.of_sys = Final("in sys")

def test_leaves_a_daemon():
    def wait():
        with contextlib.suppress(BaseException):
            threading.Event().wait()
    threading.Thread(target=wait, daemon=True).start()
"""


def take_traces(directory):
    """Reads what the end of a process of TRACED_MODULE left behind, and removes it."""
    found = {name: (directory / name).read_text() for name in ("unflushed", "unflushed_in_library")}
    found["trace"] = sorted((directory / "trace").read_text().splitlines())
    for name in ("trace", "unflushed", "unflushed_in_library"):
        (directory / name).unlink()
    return found


def test_the_end_of_a_process_leaves_the_same_traces(project, worker):
    directory = project(test_m=TRACED_MODULE, this_is_nowhere_else="")
    script = os.path.join(os.path.dirname(sys.executable), "pytest")
    command = [sys.executable, script, "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    genuine = take_traces(directory)
    assert len(genuine["trace"]) == 12, genuine
    running = run_one(worker, directory)
    assert running.exit_status() == 0
    assert take_traces(directory) == genuine
