"""The Debian package and the tarball: installed in bare systems, an agent serves a run, and nothing stays behind."""

import gzip
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import bare_root
import pytest
from packages import PROJECT, ROOT, VERDICT, ask, make

# What running programs and dpkg itself leave.
CHANGING = ("/etc", "/root", "/srv", "/tmp", "/var", "/proc", "/usr/lib/python3*")

# An agent as the user of the service, on a port of its choice, and a run that it serves. The run itself is of another
# user, and the agent drains on SIGTERM.
SERVE = """
set -e
cd /srv/project
python3 -m venv .venv
.venv/bin/pip install -q --no-index --find-links /wheels pytest
install -d -o fastest /tmp/agent
setpriv --reuid fastest --regid fastest --clear-groups env HOME=/tmp/agent XDG_CACHE_HOME=/tmp/agent \\
  fastest-agent --listen 127.0.0.1:0 --port-file /tmp/agent/port --workdir /srv/project --python .venv/bin/python &
agent=$!
for i in $(seq 300); do [ ! -s /tmp/agent/port ] || break; sleep 0.1; done
code=0
fastest-coordinator --agents "$(cat /tmp/agent/port)" || code=$?
test "$code" = 1
code=0
fastest -n 2 || code=$?
test "$code" = 1
kill $agent
wait $agent
"""


@pytest.fixture
def system(request, tmp_path, wheels_of_pytest):
    archive = ask("--root", request.param)
    if why := bare_root.unavailable(archive):
        pytest.skip(f"no bare Debian system here: {why}")
    root = bare_root.BareRoot(archive, tmp_path)
    for file in Path(wheels_of_pytest).iterdir():
        root.write(f"/wheels/{file.name}", file.read_bytes())
    for name, text in PROJECT.items():
        root.write(f"/srv/project/{name}", text)
    yield root
    shutil.rmtree(tmp_path, ignore_errors=True)


def must(root, script):
    done = root.run(script)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def deb(tmp_path_factory):
    return make("deb", tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    return make("tarball", tmp_path_factory.mktemp("tarball"))


@pytest.mark.parametrize("kind", ["deb", "tarball"])
def test_the_same_commit_gives_the_same_bytes(kind, request, tmp_path):
    first = request.getfixturevalue(kind)
    again = make(kind, tmp_path)
    assert again.name == first.name
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("system", ["bookworm"], indirect=True)
def test_the_debian_package(system, deb):
    before = system.files(*CHANGING)
    system.write("/tmp/fastest.deb", deb.read_bytes())
    must(system, "dpkg -i /tmp/fastest.deb")
    told = must(system, SERVE)
    assert told.count(f"= {VERDICT} in ") == 2, told
    # The runner was compiled by the installation.
    assert must(system, "ls /usr/lib/fastest/fastest_runner/__pycache__/worker.*.pyc")
    must(system, "grep -q '^ExecStart=/usr/bin/fastest-agent ' /usr/lib/systemd/system/fastest-agent.service")
    assert must(system, "test -r /usr/share/doc/fastest-coordinator/farm.md; getent passwd fastest").startswith(
        "fastest:"
    )
    must(system, "dpkg --purge fastest-coordinator")
    assert system.files(*CHANGING) == before
    assert system.run("getent passwd fastest").returncode == 2


@pytest.mark.parametrize("system", ["trixie"], indirect=True)
def test_the_tarball(system, tarball):
    before = system.files(*CHANGING)
    folder = tarball.name.removesuffix(".tar.gz")
    system.write("/tmp/fastest.tar", gzip.decompress(tarball.read_bytes()))
    must(system, "cd /tmp && tar -xf fastest.tar && rm -r fastest.tar")
    install = f"/tmp/{folder}/install.sh"
    assert must(system, f"{install} --service --prefix /opt/fastest") == "Fastest is installed in /opt/fastest\n"
    unit = "/etc/systemd/system/fastest-agent.service"
    must(system, f"grep -q '^ExecStart=/opt/fastest/bin/fastest-agent ' {unit}; ! grep -q /usr/local {unit}")
    told = must(system, "export PATH=/opt/fastest/bin:$PATH\n" + SERVE)
    assert told.count(f"= {VERDICT} in ") == 2, told
    # An upgrade is a second installation.
    must(system, f"touch /opt/fastest/lib/fastest/fastest_runner/mine; {install} --prefix /opt/fastest")
    must(system, f"rm /opt/fastest/lib/fastest/fastest_runner/mine; {install} --uninstall --prefix /opt/fastest")
    after = system.files(*CHANGING)
    assert {path for path in after - before if not path.startswith(f"{system.folder}/opt/fastest")} == set()
    assert not [path for path in after if Path(path).is_file() and "/opt/" in path]
    must(system, f"! test -e {unit}")
    again = system.run(f"{install} --uninstall --prefix /opt/fastest")
    assert (again.returncode, again.stdout) == (1, "")
    assert "install.sh: Fastest is not installed in /opt/fastest" in again.stderr


def test_the_tarball_has_what_the_wheel_has(tarball, wheel):

    with tarfile.open(tarball) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    with zipfile.ZipFile(wheel) as files:
        names = {name.partition(".data/")[2] for name in files.namelist()}
    shared = {name.partition("/")[2] for name in names if name.startswith("data/")}
    programs = {"bin/" + name.partition("/")[2] for name in names if name.startswith("scripts/")}
    assert shared | programs <= inside
    assert {"install.sh", "systemd/fastest-agent.service", "share/doc/fastest/licenses/LICENSE"} <= inside


def test_the_installer_is_sound_and_says_what_is_wrong():
    script = ROOT / "tools/distribution/install.sh"
    assert subprocess.run(["sh", "-n", script]).returncode == 0
    done = subprocess.run(["sh", script, "--nonsense"], capture_output=True, text=True)
    assert done.returncode == 4 and "./install.sh [--prefix DIR]" in done.stderr
    done = subprocess.run(["sh", script, "--prefix"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (4, "install.sh: --prefix needs a folder\n")
