"""Plays CI systems other than GitHub: each runs the shell steps of its recipe, and retries a job as the system does.

A job has its own workspace and home, and its own network where the machine allows one. Only what the system carries
reaches other jobs: artifacts, caches, workspaces, stashes. A step or a keyword that is not known is an error, and no
step is left out.
"""

import glob
import itertools
import os
import re
import shutil
import stat
import subprocess
import sys

import pipeline
import ruamel.yaml


def _read(path):
    with open(path, encoding="utf-8") as file:
        return ruamel.yaml.YAML(typ="safe").load(file)


def _carry(patterns, source, target):
    """Copies what matches below `source` to the same places below `target`. Folders are copied whole."""
    for pattern in patterns:
        for name in glob.glob(pattern, root_dir=source, recursive=True, include_hidden=True):
            origin, place = source / name, target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if origin.is_dir():
                shutil.copytree(origin, place, dirs_exist_ok=True)
            else:
                shutil.copy(origin, place)


class System:
    """A pipeline of one commit. `recipe` is its file below docs/ci."""

    shards = 10

    def __init__(self, recipe, source, folder, environment):
        self.recipe, self.source, self.folder, self.environment = recipe, source, folder, environment
        self.store = folder / "store"
        self.store.mkdir(parents=True)
        self._isolation = pipeline._isolation()
        self._numbers = itertools.count(1)

    def number(self):
        """A number for a job, unique in the pipeline."""
        return next(self._numbers)

    def workspace(self, name):
        workspace = self.folder / "jobs" / name
        shutil.copytree(self.source, workspace, symlinks=True)
        return workspace

    def shell(self, script, workspace, environment=None, on_start=None, options="-eo pipefail"):
        """Runs a step. Returns its exit code and what it said. `on_start` may end the process early."""
        home = self.folder / "homes" / workspace.name
        home.mkdir(parents=True, exist_ok=True)
        with subprocess.Popen(
            [*self._isolation, "bash", "--noprofile", "--norc", *options.split(), "-c", script],
            cwd=workspace,
            env={**self.environment, "HOME": str(home), "CI": "true", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            if on_start is not None:
                on_start(process, workspace)
            output = process.communicate(timeout=300)[0]
        return process.returncode, output

    # Most systems know their jobs by these names.

    def plan(self):
        return self._run("plan")

    def test(self, shard, on_start=None, lost=False):
        return self._run("test", shard, on_start, lost)

    def merge(self):
        return self._run("merge")


class GitLab(System):
    """`retry` and a job's *Retry*: the same job with a new id. Its cache is there if the first attempt saved it."""

    JOB_KEYS = {"stage", "script", "artifacts", "variables", "cache", "needs", "parallel", "retry", "when"}

    def __init__(self, *args):
        super().__init__(*args)
        self.jobs = _read(self.recipe)
        assert self.jobs["test"]["parallel"] == self.shards == int(self.jobs["plan"]["variables"]["SHARDS"])

    retry = System.test

    def _run(self, name, shard=None, on_start=None, lost=False):
        job = self.jobs[name]
        assert set(job) <= self.JOB_KEYS, job
        number = self.number()
        variables = {"GITLAB_CI": "true", "CI_PIPELINE_ID": "7", "CI_JOB_ID": str(1000 + number)}
        if shard is not None:
            variables |= {"CI_NODE_INDEX": str(shard), "CI_NODE_TOTAL": str(job["parallel"])}
        variables |= job.get("variables", {})
        workspace = self.workspace(f"{name}-{number}")
        cache = job["cache"]
        assert set(cache) <= {"key", "paths", "policy", "when"}
        key = re.sub(r"\$(\w+)", lambda match: variables[match.group(1)], cache["key"])
        if (self.store / "cache" / key).exists():
            _carry(cache["paths"], self.store / "cache" / key, workspace)
        # The artifacts of the last attempt at each job that is needed.
        for needed in job.get("needs", []):
            for folder in sorted((self.store / "artifacts" / needed).glob("*")):
                shutil.copytree(folder, workspace, dirs_exist_ok=True)
        code, output = self.shell("\n".join(job["script"]), workspace, variables, on_start)
        if lost:
            return code, output
        if cache.get("policy") != "pull" and (code == 0 or cache.get("when") == "always"):
            _carry(cache["paths"], workspace, self.store / "cache" / key)
        artifacts = job["artifacts"]
        if code == 0 or artifacts.get("when") == "always":
            kept = self.store / "artifacts" / name / str(shard or 0)
            shutil.rmtree(kept, ignore_errors=True)
            _carry(artifacts["paths"], workspace, kept)
        return code, output


# What the recipe uses of Buildkite's own program. Artifacts keep their paths below the folder that is named.
BUILDKITE_AGENT = """#!{python}
import glob, os, shutil, sys
store = {store!r}
words = sys.argv[1:]
if words[:2] == ["artifact", "download"]:
    pattern, target, option, step, *rest = words[2:]
    assert option == "--step" and rest in ([], ["--include-retried-jobs"]), words
    found = False
    for job in sorted(os.listdir(os.path.join(store, step)) if os.path.isdir(os.path.join(store, step)) else []):
        root = os.path.join(store, step, job)
        for name in glob.glob(pattern, root_dir=root, include_hidden=True):
            place = os.path.join(target, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy(os.path.join(root, name), place)
            found = True
    sys.exit(0 if found else 1)
assert words == ["annotate", "--style", "info"], words
open(os.path.join(store, "annotation.md"), "w").write(sys.stdin.read())
"""


class Buildkite(System):
    """*Retry* and `retry.automatic`: the job again, with a higher BUILDKITE_RETRY_COUNT."""

    STEP_KEYS = {"label", "key", "command", "artifact_paths", "depends_on", "parallelism", "retry"}

    def __init__(self, *args):
        super().__init__(*args)
        self.plan_step, self.test_step, self.verdict_step = _read(self.recipe)["steps"]
        assert self.test_step["parallelism"] == self.shards
        programs = self.folder / "bin"
        programs.mkdir()
        agent = programs / "buildkite-agent"
        agent.write_text(BUILDKITE_AGENT.format(python=sys.executable, store=str(self.store)), encoding="utf-8")
        agent.chmod(agent.stat().st_mode | stat.S_IXUSR)
        self.environment = {**self.environment, "PATH": f"{programs}:{self.environment['PATH']}"}
        self._attempts = {}

    def plan(self):
        return self._run(self.plan_step)

    def test(self, shard, on_start=None, lost=False):
        return self._run(self.test_step, shard, on_start, lost)

    retry = test

    def merge(self):
        return self._run(self.verdict_step)

    def retries_automatically(self, code):
        return any(rule["exit_status"] == code for rule in self.test_step["retry"]["automatic"])

    def _run(self, step, shard=None, on_start=None, lost=False):
        assert set(step) <= self.STEP_KEYS, step
        name = step.get("key", "verdict")
        number = self.number()
        attempt = self._attempts[name, shard] = self._attempts.get((name, shard), -1) + 1
        variables = {"BUILDKITE": "true", "BUILDKITE_RETRY_COUNT": str(attempt)}
        if shard is not None:
            variables |= {"BUILDKITE_PARALLEL_JOB": str(shard - 1), "BUILDKITE_PARALLEL_JOB_COUNT": str(self.shards)}
        workspace = self.workspace(f"{name}-{number}")
        # "$$" is a "$" that Buildkite does not replace when it reads the pipeline.
        assert not re.search(r"(?<!\$)\$(?!\$)", step["command"]), step["command"]
        code, output = self.shell(step["command"].replace("$$", "$"), workspace, variables, on_start, options="-e")
        if not lost:
            _carry([step["artifact_paths"]], workspace, self.store / name / f"{number:04}")
        return code, output


class CircleCI(System):
    """*Rerun workflow from start*: all jobs again. *From failed*: the jobs that failed, and those that need them."""

    def __init__(self, *args):
        super().__init__(*args)
        self.config = _read(self.recipe)
        assert self.config["jobs"]["test"]["parallelism"] == self.shards
        self.workflow = 1

    def start_again(self):
        self.workflow += 1

    def _before(self, name):
        """The jobs that a job waits for, the first one first. What the nodes beside it persist, a job never sees."""
        (workflow,) = self.config["workflows"].values()
        needs = {}
        for entry in workflow["jobs"]:
            needs |= {job: keys["requires"] for job, keys in entry.items()} if isinstance(entry, dict) else {entry: []}
        return list(dict.fromkeys(job for need in needs[name] for job in (*self._before(need), need)))

    def _run(self, name, shard=None, on_start=None, lost=False):
        workspace = self.folder / "jobs" / f"{name}-{self.number()}"
        variables = {"CIRCLECI": "true", "CIRCLE_WORKFLOW_ID": str(self.workflow)}
        if shard is not None:
            variables |= {"CIRCLE_NODE_INDEX": str(shard - 1), "CIRCLE_NODE_TOTAL": str(self.shards)}
        layers = self.store / f"workspace-{self.workflow}"
        code, said = 0, ""
        for step in self.config["jobs"][name]["steps"]:
            ((kind, value),) = step.items() if isinstance(step, dict) else ((step, None),)
            # Test results are stored after a failed step, too.
            always = kind == "store_test_results" or (isinstance(value, dict) and value.get("when") == "always")
            if code != 0 and not always:
                continue
            if kind == "checkout":
                shutil.copytree(self.source, workspace, symlinks=True)
            elif kind == "run":
                script = value if isinstance(value, str) else value["command"]
                code, output = self.shell(script, workspace, variables, on_start)
                said += output
                if lost:
                    return code, said
            elif kind == "persist_to_workspace":
                _carry(value["paths"], workspace / value["root"], layers / name / str(shard or 0))
            elif kind == "attach_workspace":
                for layer in (layer for job in self._before(name) for layer in (layers / job).glob("*")):
                    shutil.copytree(layer, workspace / value["at"], dirs_exist_ok=True)
            elif kind == "restore_cache":
                caches = [path for key in value["keys"] for path in (self.store / "cache").glob(f"{key}*")]
                if caches:
                    shutil.copytree(max(caches, key=os.path.getmtime), workspace, dirs_exist_ok=True)
            elif kind == "save_cache":
                key = re.sub(r"\{\{ \.Environment\.(\w+) \}\}", lambda m: variables[m.group(1)], value["key"])
                _carry(value["paths"], workspace, self.store / "cache" / key)
            else:
                assert kind == "store_test_results", step
                assert (workspace / value["path"]).is_dir()
        return code, said


class Jenkins(System):
    """A whole build again, on nodes that keep their workspaces from build to build."""

    STEP = re.compile(
        r"^ *(?:(?P<checkout>checkout scm)|dir\('(?P<deleted>[^']*)'\) \{ deleteDir\(\) \}"
        r"|unstash (?P<unstash>'[^']*'|\"[^\"]*\")"
        r"|stash name: (?P<stash>'[^']*'|\"[^\"]*\"), includes: '(?P<includes>[^']*)'(?:, allowEmpty: (?P<empty>true))?"
        r"|sh (?:script: )?(?P<sh>(?:'[^']*'|\"[^\"]*\")(?: \+\n *\"[^\"]*\")*)(?P<status>, returnStatus: true)?)$",
        re.MULTILINE,
    )

    def __init__(self, *args):
        super().__init__(*args)
        text = self.recipe.read_text(encoding="utf-8")
        assert f"int shards = {self.shards}\n" in text
        begin, _, rest = text.partition("stage('test')")
        test, _, merge = rest.partition("stage('merge')")
        self.steps = {"plan": begin, "test": test, "merge": merge}
        for name, part in self.steps.items():
            # Each step of the file is one that is played.
            words = re.findall(r"\b(?:sh|stash|unstash|checkout|deleteDir)\b(?! *\{)", re.sub(r"//.*", "", part))
            assert len(words) == len(list(self.STEP.finditer(part))), (name, words)

    def start_again(self):
        shutil.rmtree(self.store)
        self.store.mkdir()

    def _run(self, name, shard=None, on_start=None, lost=False):
        workspace = self.folder / "nodes" / f"{name}-{shard or 0}"
        workspace.mkdir(parents=True, exist_ok=True)
        said = ""
        if name != "test":
            # A declarative stage with an agent checks out by itself.
            shutil.copytree(self.source, workspace, symlinks=True, dirs_exist_ok=True)
        for step in self.STEP.finditer(self.steps[name]):
            numbers = range(1, self.shards + 1) if name == "merge" and "${shard}" in step[0] else [shard]
            for number in numbers:
                code, output = self._step(step, number, workspace, on_start)
                said += output
                if lost and step["sh"]:
                    return code, said
                if code != 0:
                    return code, said
        return 0, said

    def _step(self, step, shard, workspace, on_start):
        def fill(text):
            words = "".join(re.findall(r"['\"]([^'\"]*)['\"]", text))
            return words.replace("${shards}", str(self.shards)).replace("${shard}", str(shard))

        if step["checkout"]:
            shutil.copytree(self.source, workspace, symlinks=True, dirs_exist_ok=True)
        elif step["deleted"]:
            shutil.rmtree(workspace / step["deleted"], ignore_errors=True)
        elif step["unstash"]:
            stash = self.store / fill(step["unstash"])
            if stash.exists():
                shutil.copytree(stash, workspace, dirs_exist_ok=True)
            else:
                # The recipe catches this for shards whose nodes were lost.
                assert "catch (ignored)" in self.steps["merge"], step[0]
        elif step["stash"]:
            stash = self.store / fill(step["stash"])
            stash.mkdir(parents=True)
            _carry([step["includes"]], workspace, stash)
            assert step["empty"] or any(stash.rglob("*")), step[0]
        else:
            code, output = self.shell(
                fill(step["sh"]), workspace, {"JENKINS_URL": "http://ci"}, on_start, options="-xe"
            )
            return (0 if step["status"] else code), output
        return 0, ""
