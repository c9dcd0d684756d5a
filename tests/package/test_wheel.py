"""The wheel: what is in it, who accepts it, and that it runs where it is installed."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import bare_root
import pytest
from packages import PROJECT, ROOT, VERDICT, ask, make, must, run

MOST_BYTES = 15_000_000


def verdict(done):
    assert done.returncode == 1, done.stdout + done.stderr
    return re.search(r"=+ (.*) in .*s =+", done.stdout.splitlines()[-1])[1]


@pytest.fixture(scope="module")
def uv(package_python, tmp_path_factory):
    """Runs uv, with a cache and tools of its own and without a network."""
    folder = tmp_path_factory.mktemp("uv")
    env = {
        "UV_CACHE_DIR": str(folder / "cache"),
        "UV_TOOL_DIR": str(folder / "tools"),
        "UV_TOOL_BIN_DIR": str(folder / "bin"),
        "UV_OFFLINE": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_CONFIG": "1",
        "UV_LINK_MODE": "copy",
    }
    return lambda *words, **options: run(package_python.parent / "uv", *words, env=env, **options), folder


def test_auditwheel_accepts_it_and_it_is_small(wheel, package_python):
    told = " ".join(must(package_python, "-m", "auditwheel", "show", wheel).split())
    tag = re.search(r"manylinux_\d+_\d+_\w+(?=\.whl)", wheel.name)[0]
    # auditwheel names the oldest tag that it would give: ours, or one that is older still.
    assert re.search(r'consistent with the following platform tag: "manylinux_2_(\d+)_', told), told
    granted = int(re.search(r'platform tag: "manylinux_2_(\d+)_', told)[1])
    assert granted <= int(tag.split("_")[2]), told
    assert wheel.stat().st_size <= MOST_BYTES


def test_the_same_commit_gives_the_same_bytes(wheel, tmp_path):
    again = make("wheel", tmp_path / "elsewhere")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_the_record_names_every_file(wheel):
    with zipfile.ZipFile(wheel) as files:
        assert files.testzip() is None
        (record,) = [name for name in files.namelist() if name.endswith(".dist-info/RECORD")]
        rows = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(files.read(record).decode()))}
        assert set(rows) == set(files.namelist())
        assert list(rows) == sorted(rows, key=lambda name: (name == record, name))
        for name in files.namelist():
            if name == record:
                continue
            data = files.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert rows[name] == (f"sha256={digest}", str(len(data))), name


def test_the_runner_is_there_as_a_whole(wheel):
    with zipfile.ZipFile(wheel) as files:
        inside = {name.partition(".data/data/lib/fastest/")[2] for name in files.namelist()}
    here = {str(path.relative_to(ROOT / "runner_py")) for path in (ROOT / "runner_py/fastest_runner").rglob("*.py")}
    assert inside - {""} == here


def linked_archives(program):
    """The names of the archives and repositories that the linker was given for a program."""
    words = (ROOT / f"bazel-bin/{program}-2.params").read_text().splitlines()
    archives = {match[1] for word in words if (match := re.fullmatch(r"-l:lib(.+)\.a", word))}
    ours = {match[1] for word in words if (match := re.match(r"bazel-out/[^/]+/bin/external/([^/]+)/", word))}
    return {re.sub(r"^absl_.*", "absl", name) for name in archives | ours}


# What the linker calls each library of third_party/linked.txt. Libraries of headers only are not here.
ARCHIVES = {
    "abseil": {"absl"},
    "c-ares": {"cares"},
    "civetweb": {"civetweb"},
    "gRPC": {"grpc++", "grpc++_reflection", "grpc", "gpr", "address_sorting", "upb"},
    "libatomic": {"atomic"},
    "libdeflate": {"deflate"},
    "OpenSSL": {"ssl", "crypto"},
    "prometheus-cpp": {"prometheus"},
    "protobuf": {"protobuf"},
    "pugixml": {"pugixml"},
    "re2": {"re2"},
    "SQLite": {"sqlite3"},
    "tree-sitter": {"tree_sitter"},
    "tree-sitter-python": {"tree_sitter_python"},
    "xxHash": {"xxhash"},
    "zlib": {"z"},
}
HEADERS_ONLY = {"CLI11", "nlohmann-json", "tomlplusplus"}


@pytest.mark.parametrize(
    "program, short", [("coordinator/fastest-coordinator", "coordinator"), ("agent/fastest-agent", "agent")]
)
def test_the_table_of_libraries_is_what_the_linker_got(program, short):
    lines = (ROOT / "third_party/linked.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    named = {name for name, _, programs, *_ in rows if programs in ("both", short)} - HEADERS_ONLY
    archives = linked_archives(program)
    assert {name for name, words in ARCHIVES.items() if words & archives} == named
    assert archives <= set().union(*ARCHIVES.values())


def test_licences_and_bill_of_materials(wheel):
    lines = (ROOT / "third_party/linked.txt").read_text().splitlines()
    names = {line.split()[0] for line in lines if line and not line.startswith("#")}
    with zipfile.ZipFile(wheel) as files:
        (bill,) = [name for name in files.namelist() if name.endswith(".cdx.json")]
        info = bill.partition("/")[0]
        bill = json.loads(files.read(bill))
        metadata = files.read(f"{info}/METADATA").decode()
        for name in names:
            assert len(files.read(f"{info}/licenses/third_party/{name}.txt")) > 500, name
        assert b"Apache License" in files.read(f"{info}/licenses/LICENSE")
    assert bill["bomFormat"] == "CycloneDX"
    assert {part["name"] for part in bill["components"]} == names
    assert all(part["purl"].startswith("pkg:") and part["version"] and part["licenses"] for part in bill["components"])
    assert "License-Expression: " in metadata and "\nLicense-File: LICENSE\n" in metadata


def test_pip(by_pip, project, coordinator):
    fastest = by_pip / "bin/fastest"
    # The environment of the program has pytest, so its interpreter is found.
    assert verdict(run(fastest, "-n", "2", cwd=project)) == VERDICT
    assert verdict(run(by_pip / "bin/fastest-coordinator", "-n", "2", cwd=project)) == VERDICT
    assert verdict(run(by_pip / "bin/python", "-m", "fastest", "-n", "2", cwd=project)) == VERDICT
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    told = must(fastest, "--version").splitlines()
    assert told[0] == must(coordinator, "--version").splitlines()[0]
    assert told[1].startswith(f"commit: {commit}")
    assert told[1:2] == must(by_pip / "bin/fastest-agent", "--version").splitlines()[1:2]
    assert must(fastest, "--help") == must(coordinator, "--help")


@pytest.mark.parametrize("command", [("bin/pytest",), ("bin/python", "-m", "pytest")], ids=["pytest", "module"])
def test_pytest_itself_has_the_option(by_pip, project, command):
    words = [by_pip / command[0], *command[1:]]
    assert verdict(run(*words, cwd=project)) == VERDICT
    done = run(*words, "--fastest", "-v", cwd=project)
    assert verdict(done) == VERDICT
    assert "plain pytest" not in done.stderr
    assert "[gw" in done.stdout


def test_the_module_serves_all_commands(by_pip, project):
    def code(*words):
        return run(by_pip / "bin/python", "-m", "fastest", *words, cwd=project).returncode

    assert code("--report-json", "events.jsonl") == 1
    assert code("--from-json", "events.jsonl") == 1
    assert code("--merge", "events.jsonl") == 1
    assert code("--discover") == 0
    assert code("--plan") == 0
    assert code("--collect-only", "-q") == 0
    assert code("--shards", "2", "--plan-out", "plan.json") == 0
    assert code("--python", by_pip / "bin/python3", "test_good.py") == 0
    assert code("--python=/no/python") == 4
    assert code("--no-such-option") == 4


def test_this_interpreter_runs_the_tests_of_the_module(by_pip, project):
    """Not the active environment's: `python -m pytest` does not look at it either."""
    (project / "app.py").write_text("VALUE = 1\n")
    (project / "tests").mkdir()
    (project / "tests/test_me.py").write_text(
        f"import sys\nimport app\n\n\ndef test_1():\n    assert sys.prefix == {str(by_pip)!r}\n"
    )
    words = (by_pip / "bin/python", "-m", "fastest", "-n", "2", "tests")
    done = run(*words, cwd=project, env={"VIRTUAL_ENV": "/no/environment"})
    assert done.returncode == 0, done.stdout + done.stderr


def test_pip_takes_everything_away_again(tmp_path, wheel):
    folder = tmp_path / "venv"
    must(sys.executable, "-m", "venv", folder)

    def files():
        found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return {path for path in found if "__pycache__" not in path.parts}

    before = files()
    must(folder / "bin/pip", "install", "-q", "--no-index", wheel)
    assert {"bin/fastest", "bin/fastest-agent"} <= {str(path) for path in files() - before}
    must(folder / "bin/pip", "uninstall", "-q", "-y", "fastest-coordinator")
    assert files() == before


def test_uv_in_the_projects_environment(uv, wheel, wheels_of_pytest, project):
    ask_uv, _ = uv
    venv = project / ".venv"
    assert ask_uv("venv", "-q", "--python", sys.executable, venv).returncode == 0
    done = ask_uv(
        "pip",
        "install",
        "--python",
        venv / "bin/python",
        "--no-index",
        "--find-links",
        wheels_of_pytest,
        "pytest",
        wheel,
    )
    assert done.returncode == 0, done.stderr
    assert verdict(run(venv / "bin/fastest", "-n", "2", cwd=project)) == VERDICT
    assert verdict(run(venv / "bin/python", "-m", "fastest", "-n", "2", cwd=project)) == VERDICT


def test_uv_as_a_tool_of_its_own_environment(uv, wheel, by_pip, project):
    """The tool's environment has no pytest. It runs the project's interpreter."""
    ask_uv, folder = uv
    done = ask_uv("tool", "install", "--no-index", wheel)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "bin").iterdir()} == {"fastest", "fastest-agent", "fastest-coordinator"}
    fastest = folder / "bin/fastest"
    assert verdict(run(fastest, "-n", "2", cwd=project, env={"VIRTUAL_ENV": str(by_pip)})) == VERDICT
    (project / ".venv").symlink_to(by_pip)
    assert verdict(run(fastest, "-n", "2", cwd=project)) == VERDICT


def test_nothing_that_has_pytest_is_said_in_full(uv, wheel, project, tmp_path):
    ask_uv, folder = uv
    assert ask_uv("tool", "install", "--no-index", "--reinstall", wheel).returncode == 0
    must(sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare")
    (tmp_path / "path").mkdir()
    (tmp_path / "path/python3").symlink_to(tmp_path / "bare/bin/python3")
    # By its link, Python would not know the environment.
    (tmp_path / "path/python3").unlink()
    (tmp_path / "path/python3").write_text(f'#!/bin/sh\nexec {tmp_path}/bare/bin/python3 "$@"\n')
    (tmp_path / "path/python3").chmod(0o755)
    done = run(folder / "bin/fastest", cwd=project, env={"PATH": f"{tmp_path}/path:/usr/bin:/bin"})
    assert done.returncode == 4
    assert "pytest is not installed for " in done.stderr
    assert f"there is no .venv or venv in {project}" in done.stderr
    assert f"no pytest in {folder}/tools/fastest-coordinator, where this program is installed" in done.stderr
    assert "python3 -m venv .venv && .venv/bin/python -m pip install pytest" in done.stderr


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_a_bare_system(release, wheel, wheels_of_pytest, tmp_path):
    archive = ask("--root", release)
    if why := bare_root.unavailable(archive):
        pytest.skip(f"no bare Debian system here: {why}")
    root = bare_root.BareRoot(archive, tmp_path)
    try:
        for file in (wheel, *Path(wheels_of_pytest).iterdir()):
            root.write(f"/wheels/{file.name}", file.read_bytes())
        for name, text in PROJECT.items():
            root.write(f"/srv/project/{name}", text)
        done = root.run(
            "set -e; ! command -v gcc bazel; cd /srv/project; python3 -m venv .venv;"
            ".venv/bin/pip install -q --no-index --find-links /wheels pytest fastest-coordinator;"
            ".venv/bin/fastest --version >/dev/null; .venv/bin/fastest-agent --version >/dev/null;"
            "for words in .venv/bin/fastest '.venv/bin/python -m fastest'; do"
            "  code=0; $words -n 2 || code=$?; test $code = 1; done"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count(f"= {VERDICT} in ") == 2, done.stdout
    finally:
        shutil.rmtree(tmp_path, ignore_errors=True)
