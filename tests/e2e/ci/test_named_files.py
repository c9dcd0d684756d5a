"""No output of a run overwrites an input: not under another name, not by another option, not after a retry."""

import json
import os
import shutil
import subprocess

import parity
import pytest

SUITE = {"test_it.py": "def test_good(): pass\ndef test_bad(): assert 0\n"}
REPORTS = ["--report-json", "--junitxml", "--report-html", "--report-markdown", "--report-ctrf", "--trace-json"]
PORT_FILES = {"--port-file": "--listen", "--metrics-port-file": "--metrics", "--serve-ui-port-file": "--serve-ui"}


@pytest.fixture(scope="module")
def kept(coordinator, tmp_path_factory):
    """A folder with the project and with every kind of file that a run can read."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "test_it.py").write_text(SUITE["test_it.py"], encoding="utf-8")
    (folder / "events").mkdir()

    def run(*args):
        command = [str(coordinator), "-n", "1", *map(str, args)]
        done = subprocess.run(command, cwd=folder, env=parity.clean_environment(), capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr

    run("--shards", "1", "--plan-out", "plan.json")
    run("--plan-file", "plan.json", "--shard", "1/1", "--report-json", "events/1.jsonl", "--report-html", "page.html")
    run("--report-json", "whole.jsonl")
    entry = {"test": "test_it.py::test_bad", "owner": "me", "reason": "known", "expires": "2999-01-01"}
    text = "[[quarantine]]\n" + "".join(f"{name} = {value!r}\n" for name, value in entry.items())
    (folder / "quarantine.toml").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "secret").write_text("a-long-word-that-nobody-guesses\n", encoding="utf-8")
    return folder


# How each input is asked for, and its file. `{}` is the file's name.
INPUTS = {
    "--rerun-from": (["--rerun-from", "{}"], "whole.jsonl"),
    "--rerun-from a folder": (["--plan-file", "plan.json", "--shard", "1/1", "--rerun-from", "events"],
                              "events/1.jsonl"),
    "--plan-file": (["--shard", "1/1", "--plan-file", "{}"], "plan.json"),
    "--compare-with events": (["--compare-with", "{}", "--serve-ui", "127.0.0.1:0"], "whole.jsonl"),
    "--compare-with a page": (["--compare-with", "{}", "--serve-ui", "127.0.0.1:0"], "page.html"),
    "--replay": (["--replay", "{}"], "whole.jsonl"),
    "--from-json": (["--from-json", "{}"], "whole.jsonl"),
    "--merge": (["--merge", "{}"], "events/1.jsonl"),
    "--merge a folder": (["--merge", "events"], "events/1.jsonl"),
    "--quarantine": (["--quarantine", "{}"], "quarantine.toml"),
    "--config-file": (["-c", "{}"], "pytest.ini"),
    "--token-file": (["--agents", "127.0.0.1:1", "--token-file", "{}"], "secret"),
}  # fmt: skip


def names_of(folder, file, spelling):
    """Another name of the same file."""
    path = folder / file
    if spelling == "same":
        return str(path)
    if spelling == "relative":
        return f"events/../{file}"
    other = folder / f"other-{path.name}"
    if spelling == "symlink":
        other.symlink_to(path)
    else:
        os.link(path, other)
    return other.name


@pytest.mark.parametrize("spelling", ["same", "relative", "symlink", "hard link"])
@pytest.mark.parametrize("name", INPUTS)
def test_no_output_overwrites_an_input(coordinator, kept, tmp_path, name, spelling):
    folder = tmp_path / "copy"
    shutil.copytree(kept, folder)
    words, file = INPUTS[name]
    before = (folder / file).read_bytes()
    alias = names_of(folder, file, spelling)
    finished = name.startswith(("--from-json", "--merge"))
    outputs = [*REPORTS, "--history"]
    if not finished:
        outputs += PORT_FILES
    if name.startswith("--merge"):
        outputs.append("--coverage-data")
    for output in outputs:
        more = [PORT_FILES[output], "127.0.0.1:0"] if output in PORT_FILES else []
        if "--agents" in words and "--listen" in more:
            continue
        command = [str(coordinator), *(word.format(file) for word in words), *more, output, alias]
        done = subprocess.run(
            command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 4, (command, done.stdout, done.stderr)
        assert done.stderr.count("\n") == 1, done.stderr
        option = "-c" if name == "--config-file" else name.split()[0]
        assert output in done.stderr and option in done.stderr, done.stderr
        assert "would overwrite" in done.stderr
        assert (folder / file).read_bytes() == before, command


@pytest.mark.parametrize("first", REPORTS)
def test_two_outputs_are_two_files(coordinator, project, first):
    folder = project(SUITE)
    (folder / "link.out").symlink_to("same.out")
    for second in REPORTS:
        if second == first:
            continue
        for name in ("./same.out", "link.out"):
            command = [str(coordinator), first, "same.out", second, name]
            done = subprocess.run(
                command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 4, (command, done.stdout)
            assert first in done.stderr and second in done.stderr and "the same file" in done.stderr, done.stderr
            assert not (folder / "same.out").exists()


def test_what_is_no_plain_file_may_be_named_twice(execute, project):
    run = execute(project(SUITE), "--junitxml", "/dev/null", "--trace-json", "/dev/null", slots=1)
    assert run.process.returncode == 1, run.stderr


def test_an_input_that_cannot_be_read_leaves_no_output(execute, project):
    folder = project(SUITE)
    for words in (["--rerun-from", "nothing"], ["--shard", "1/2", "--plan-file", "nothing"]):
        run = execute(folder, *words, "--junitxml", "new/junit.xml", "--report-json", "new/e.jsonl", events=False)
        assert run.process.returncode == 4, run.text
        assert "nothing" in run.stderr
        assert not (folder / "new").exists()


def test_a_retry_may_write_into_the_folder_that_it_reads(execute, project):
    folder = project(SUITE)
    first = execute(folder, "--report-json", "events/1.jsonl", slots=1, events=False)
    assert first.process.returncode == 1, first.text
    again = execute(folder, "--rerun-from", "events", "--report-json", "events/2.jsonl", slots=1, events=False)
    assert again.process.returncode == 1, again.text
    events = [json.loads(line) for line in (folder / "events/2.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event["nodeid"] for event in events if event["type"] == "result"] == ["test_it.py::test_bad"]


def test_a_plan_that_is_shown_writes_no_report(execute, project):
    folder = project(SUITE)
    run = execute(folder, "--report-json", "events.jsonl", "--junitxml", "junit.xml", events=False)
    assert run.process.returncode == 1
    before = {name: (folder / name).read_bytes() for name in ("events.jsonl", "junit.xml")}
    shown = execute(folder, "--plan", "--report-json", "events.jsonl", "--junitxml", "junit.xml", events=False)
    assert shown.process.returncode == 0, shown.text
    assert {name: (folder / name).read_bytes() for name in before} == before
