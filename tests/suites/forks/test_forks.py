import os
import subprocess
import sys

import pytest


def test_child_exits():
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    _, status = os.waitpid(pid, 0)
    assert os.WEXITSTATUS(status) == 7


def test_child_prints_and_exits():
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.write(1, b"child was here\n")
        os._exit(0)
    os.waitpid(pid, 0)
    assert 0


def test_subprocess_inherits_little():
    code = "import os; print(sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:3])"
    out = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert out.strip() == "[0, 1, 2]"


def test_only_standard_descriptors_are_inherited():
    code = "import os; print(len([fd for fd in os.listdir('/proc/self/fd') if int(fd) > 2]))"
    out = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, close_fds=False).stdout
    assert out.strip() == "1"


def test_grandchild_left_behind():
    subprocess.Popen(["sleep", "300"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=False).returncode = 0


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_multiprocessing(how):
    import multiprocessing

    context = multiprocessing.get_context(how)
    with context.Pool(1) as pool:
        assert pool.apply(abs, (-5,)) == 5


def test_last():
    pass
