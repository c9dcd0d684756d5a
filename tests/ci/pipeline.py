"""Runs the shell steps of a GitHub Actions workflow.

Each job has its own folder and home, and its own network where the machine allows one. The actions that carry files are
played: checkout, artifacts, caches. An unknown action or condition is an error, and no step is left out.
"""

import fnmatch
import os
import re
import shutil
import subprocess
from pathlib import Path

import ruamel.yaml


def _isolation():
    """A command that runs the words after it without a network, or nothing where the machine does not allow that."""
    command = ["unshare", "--net"]
    return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else []


class Workflow:
    """A run of one commit's workflow. `attempt` counts how often the jobs were started."""

    def __init__(self, path, source, folder, environment):
        with open(path, encoding="utf-8") as file:
            self._workflow = ruamel.yaml.YAML(typ="safe").load(file)
        self._source, self._folder, self._environment = source, folder, environment
        self._artifacts = folder / "artifacts"
        self._caches = folder / "caches"
        self._isolation = _isolation()
        self.attempt = 1
        self.ref = "refs/heads/main"

    def job(self, name, matrix=None):
        return Job(self, name, matrix or {})

    def shards(self):
        return self._workflow["jobs"]["test"]["strategy"]["matrix"]["shard"]


class Job:
    """The workspace of one job. `run` runs its steps."""

    def __init__(self, workflow, name, matrix):
        self._workflow, self._matrix = workflow, matrix
        self._definition = workflow._workflow["jobs"][name]
        label = "-".join([name, *map(str, matrix.values()), f"attempt{workflow.attempt}"])
        self.workspace = workflow._folder / "jobs" / label
        self._home = workflow._folder / "homes" / label
        self._home.mkdir(parents=True)
        self.summary = self._home / "summary.md"
        self.output = ""
        # The process of the current step. A test may end it early.
        self.process = None
        self.on_start = lambda process: None

    def run(self):
        """The exit code of the first step that failed, else 0. Steps with `if: !cancelled()` always run."""
        code = 0
        for step in self._definition["steps"]:
            if not self._wanted(step, failed=code != 0):
                continue
            done = self._use(step) if "uses" in step else self._shell(step)
            if done != 0 and not step.get("continue-on-error"):
                code = code or done
        return code

    def _wanted(self, step, failed):
        condition = self._fill(step.get("if", "")).strip()
        known = {
            "": not failed,
            "!cancelled()": True,
            f"{self._workflow.attempt} > 1": self._workflow.attempt > 1 and not failed,
            f"!cancelled() && {self._workflow.ref} == 'refs/heads/main'": self._workflow.ref == "refs/heads/main",
        }
        return known[condition]

    def _fill(self, text):
        values = {
            "github.run_id": "1",
            "github.run_attempt": str(self._workflow.attempt),
            "github.ref": self._workflow.ref,
            **{f"matrix.{name}": str(value) for name, value in self._matrix.items()},
        }

        def fill(match):
            expression = match.group(1)
            for name, value in values.items():
                expression = expression.replace(name, value)
            assert "github." not in expression and "matrix." not in expression, text
            return expression

        return re.sub(r"\$\{\{ *(.*?) *\}\}", fill, str(text))

    def _shell(self, step):
        environment = {
            **self._workflow._environment,
            "HOME": str(self._home),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **{name: self._fill(value) for name, value in self._workflow._workflow.get("env", {}).items()},
            **{name: self._fill(value) for name, value in step.get("env", {}).items()},
        }
        assert step["shell"] == "bash"
        # GitHub's runner starts bash in this way.
        script = self._home / "step.sh"
        script.write_text(self._fill(step["run"]), encoding="utf-8")
        with subprocess.Popen(
            [*self._workflow._isolation, "bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            self.process = process
            self.on_start(process)
            self.output += process.communicate(timeout=300)[0]
        return process.returncode

    def _use(self, step):
        action = step["uses"].split("@")[0]
        with_ = {name: self._fill(value) for name, value in step.get("with", {}).items()}
        known = {
            "actions/checkout": self._checkout,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
            "actions/cache/restore": self._restore,
            "actions/cache/save": self._save,
        }
        return known[action](with_)

    def _checkout(self, with_):
        assert not with_
        shutil.copytree(self._workflow._source, self.workspace, symlinks=True)
        return 0

    def _upload(self, with_):
        source = self.workspace / with_["path"]
        # Without this setting, files whose names begin with a dot are left out.
        assert with_["include-hidden-files"] == "True"
        target = self._workflow._artifacts / with_["name"]
        assert with_.get("overwrite") == "True" or not target.exists(), target
        if not source.exists():
            return 0
        target.mkdir(parents=True, exist_ok=True)
        for file in source.iterdir() if source.is_dir() else [source]:
            shutil.copy(file, target)
        return 0

    def _download(self, with_):
        names = os.listdir(self._workflow._artifacts) if self._workflow._artifacts.exists() else []
        if "name" in with_:
            chosen = [name for name in names if name == with_["name"]]
            if not chosen:
                return 1
        else:
            assert with_["merge-multiple"] == "True"
            chosen = fnmatch.filter(names, with_["pattern"])
        target = self.workspace / with_["path"]
        for name in chosen:
            shutil.copytree(self._workflow._artifacts / name, target, dirs_exist_ok=True)
        return 0

    def _restore(self, with_):
        for cache in sorted(self._workflow._caches.glob(with_["restore-keys"].strip() + "*"), key=os.path.getmtime):
            (self.workspace / with_["path"]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(cache, self.workspace / with_["path"])
        return 0

    def _save(self, with_):
        source = self.workspace / with_["path"]
        if source.exists():
            self._workflow._caches.mkdir(exist_ok=True)
            shutil.copy(source, self._workflow._caches / with_["key"])
        return 0


def path_with(coordinator):
    """A PATH that begins with the folder of the coordinator under test."""
    return f"{Path(coordinator).parent}:/usr/local/bin:/usr/bin:/bin"
