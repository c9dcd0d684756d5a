"""ARCHITECTURE.md is true: compares the map, the arrows, the owners and the limits with the code."""

import sys
from pathlib import Path

import architecture
import pytest
from architecture import Target

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import limits  # noqa: E402

DOCUMENT = """
## The map
```
coordinator/        the command
coordinator/plan/   plans
coordinator/run/    runs
agent/              serves
base/               needs nothing
tests/suites/...    projects
```
## Where is decided
```
who goes first     coordinator/plan/a.py      first
   and who last    coordinator/plan/longer.py last
```
## The arrows
### `coordinator/`
```
main  -> run
run   -> plan
         base
plan  -> nothing
```
### `base/` and `agent/`
```
agent -> base
base  -> nothing
```
### Tests
```
coordinator/plan -> base
```
## Who may touch what
```
gRPC         <grpcpp/ //third_party:grpc -> agent
new process  fork( -> base/child.cc
```
## Limits
```
source files in a folder    1
lines in a source file      2
lines in a header           1
lines in coordinator/run    3
lines in a function         2
  except Table              a table
data members of a class     1
columns in a line          20
```
"""


@pytest.fixture(scope="module")
def document():
    return architecture.read((ROOT / architecture.DOCUMENT).read_text("utf-8"))


@pytest.fixture(scope="module")
def targets():
    return architecture.query_bazel(ROOT)


@pytest.fixture
def small():
    return architecture.read(DOCUMENT)


def library(label, *deps, files=("a.cc",), test=False):
    return Target(label, test, list(files), list(deps))


def fail_with(messages):
    """Fails with one message a line."""
    if messages:
        pytest.fail(f"{architecture.DOCUMENT} and the code differ:\n" + "\n".join(messages), pytrace=False)


# ---- The repository


def test_every_folder_with_source_is_on_the_map(document):
    fail_with(architecture.compare_map(document, architecture.source_folders(ROOT)))


def test_the_arrows_are_those_of_bazels_graph_and_of_pythons_imports(document, targets):
    actual = {**architecture.graph_of(targets, test=False), **architecture.python_packages(ROOT)}
    fail_with(architecture.compare_arrows(document.arrows, actual))


def test_the_arrows_of_tests_are_those_of_bazels_graph(document, targets):
    actual = architecture.test_arrows_of(document, targets)
    fail_with(architecture.compare_arrows(document.test_arrows, actual, short=False))


def test_arrows_go_down_and_make_no_circle(document):
    fail_with(architecture.compare_order(document.arrows))


def test_build_files_list_what_sources_include(targets):
    fail_with(architecture.compare_includes(targets, ROOT))


def test_coordinator_and_agent_do_not_depend_on_each_other(targets):
    fail_with(architecture.compare_programs(targets))


def test_libraries_and_calls_stay_where_they_belong(document, targets):
    fail_with(architecture.compare_owners(document, targets, ROOT))


def test_folders_and_files_keep_within_the_limits():
    allowed = limits.read_limits((ROOT / architecture.DOCUMENT).read_text("utf-8"))
    paths = limits.all_files()
    fail_with(limits.check_folders(paths, allowed) + limits.check_files(paths, allowed))


# ---- Faults that the comparisons find


def test_short_names_and_lines_that_go_on_are_read(small):
    assert small.arrows["coordinator/run"] == ["coordinator/plan", "base"]
    assert small.arrows["coordinator"] == ["coordinator/run"]
    assert small.test_arrows == {"coordinator/plan": ["base"]}
    assert small.owners[1] == architecture.Owner("new process", ["fork("], ["base/child.cc"])


def test_what_is_decided_is_decided_there(document):
    assert document.decisions
    fail_with(architecture.compare_decisions(document, ROOT))


def test_a_decision_whose_file_or_function_is_gone_is_named(small, tmp_path):
    (tmp_path / "coordinator/plan").mkdir(parents=True)
    (tmp_path / "coordinator/plan/a.py").write_text("def the_first():\n    return first\n")
    assert architecture.compare_decisions(small, tmp_path) == [
        "who goes first: coordinator/plan/a.py has no function first",
        "and who last: there is no coordinator/plan/longer.py",
    ]
    (tmp_path / "coordinator/plan/a.py").write_text("def first(them):\n    return them\n")
    assert len(architecture.compare_decisions(small, tmp_path)) == 1


def test_a_folder_that_is_not_on_the_map_and_one_that_is_gone_are_named(small):
    present = {"coordinator/", "coordinator/plan/", "coordinator/new/", "agent/", "base/", "tests/suites/plain/"}
    assert architecture.compare_map(small, present) == [
        "add to the map: coordinator/new/   (and what it is for)",
        "drop from the map: coordinator/run/   (it holds no source)",
    ]


def test_an_undeclared_arrow_a_dead_one_and_an_unknown_room_are_named(small):
    graph = architecture.graph_of(
        [
            library("//coordinator:main", "//coordinator/run:run"),
            library("//coordinator/run:run", "//base:base", "//third_party:absl"),
            library("//coordinator/plan:plan", "//base:base"),
            library("//coordinator/plan:plan_test", "//coordinator/run:run", test=True),
            library("//coordinator/new:new", "//base:base"),
            library("//agent:agent", "//base:base"),
            library("//base:base"),
        ],
        test=False,
    )
    assert architecture.compare_arrows(small.arrows, graph) == [
        "coordinator/new: has no line. Write: new -> base",
        "coordinator/plan: //coordinator/plan:plan depends on //base:base."
        " Take this dependency away, or write: plan -> base",
        "coordinator/run: nothing depends on coordinator/plan. Write: run -> base",
    ]


def test_arrows_of_tests_are_those_that_their_room_does_not_have(small):
    targets = [library("//coordinator/run:run_test", "//base:base", "//agent:agent", test=True)]
    assert list(architecture.test_arrows_of(small, targets)["coordinator/run"]) == ["agent"]


def test_an_arrow_up_and_a_circle_are_named():
    assert architecture.compare_order({"a/low": [], "a/high": ["a/low"]}) == [
        "put the line of a/high above the line of a/low: arrows go down"
    ]
    assert architecture.compare_order({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a circle: a -> b -> c -> a"]


def test_coordinator_and_agent_are_kept_apart_in_tests_too():
    targets = [library("//agent:agent_test", "//coordinator/plan:plan", test=True)]
    assert architecture.compare_programs(targets) == [
        "//agent:agent_test depends on //coordinator/plan:plan: coordinator and agent only share base and proto"
    ]


def test_a_dependency_without_include_and_an_include_without_dependency_are_named(tmp_path):
    (tmp_path / "a.cc").write_text('#include "base/net/server.h"\n')
    targets = [
        library("//run:run", "//plan:plan"),
        library("//plan:plan", files=[]),
        library("//base/net:net", files=[]),
    ]
    assert architecture.compare_includes(targets, tmp_path) == [
        "add a target of //base/net to deps of //run:run: a.cc includes base/net/",
        "drop //plan:plan from run/BUILD.bazel: no file of run includes plan/",
    ]


def test_who_touches_what_is_not_his_is_named(small, tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/child.cc").write_text("int x = fork();\n")
    (tmp_path / "run.cc").write_text("#include <grpcpp/grpcpp.h>\nint y = fork(); int z = zygote.fork();\n")
    (tmp_path / "agent.cc").write_text("#include <grpcpp/grpcpp.h>\n")
    targets = [
        library("//base:child", files=["base/child.cc"]),
        library("//run:run", "//third_party:grpc", files=["run.cc"]),
        library("//run:run_test", "//third_party:grpc", files=["run.cc"], test=True),
        library("//agent:agent", files=["agent.cc"]),
    ]
    assert architecture.compare_owners(small, targets, tmp_path) == [
        "gRPC: //run may not touch //third_party:grpc (or add run to the line)",
        "gRPC: run.cc may not touch <grpcpp/ (or add run to the line)",
        "new process: run.cc may not touch fork( (or add run to the line)",
    ]
    targets = targets[:1]
    assert architecture.compare_owners(small, targets, tmp_path) == [
        "gRPC: drop agent from the line, which does not touch it"
    ]


def test_packages_of_the_runner_are_rooms(tmp_path):
    runner = tmp_path / architecture.RUNNER
    for package in ("", "wire", "session"):
        (runner / package).mkdir(parents=True, exist_ok=True)
        (runner / package / "__init__.py").write_text("")
    (runner / "worker.py").write_text("from . import NAME\nfrom .session import host\n")
    (runner / "session/host.py").write_text("from .. import NAME, wire\nfrom ..wire.frames import Channel\nimport os\n")
    top = architecture.RUNNER
    assert architecture.python_packages(tmp_path) == {
        top: {f"{top}/session": f"{top}/worker.py"},
        f"{top}/session": {f"{top}/wire": f"{top}/session/host.py"},
        f"{top}/wire": {},
    }


# ---- Faults that the limits find


@pytest.fixture
def allowed():
    return limits.read_limits(DOCUMENT)


def test_folders_and_files_that_are_too_big_are_named(allowed, tmp_path):
    (tmp_path / "coordinator/run").mkdir(parents=True)
    for name, lines in {"a.cc": 2, "b.cc": 3, "b.h": 1, "b_test.cc": 9}.items():
        (tmp_path / "coordinator/run" / name).write_text("x\n" * lines)
    paths = [f"coordinator/run/{name}" for name in ("a.cc", "b.cc", "b.h", "b_test.cc")]
    assert limits.check_folders(paths, allowed) == ["coordinator/run/: 3 sources, 1 are allowed: divide the folder"]
    assert limits.check_files(paths, allowed, tmp_path) == [
        "coordinator/run/b.cc: 3 lines, 2 are allowed",
        "coordinator/run/: 6 lines, 3 are allowed",
    ]


def test_functions_and_classes_that_are_too_big_are_named(allowed):
    tags = [
        {"kind": "function", "name": "Long", "path": "a.cc", "line": 7, "end": 9},
        {"kind": "function", "name": "Short", "path": "a.cc", "line": 11, "end": 12},
        {"kind": "function", "name": "Table", "path": "a.cc", "line": 14, "end": 99},
        *({"kind": "member", "name": name, "path": "a.h", "scope": "x::Big", "scopeKind": "class"} for name in "ab"),
        {"kind": "member", "name": "kMost", "path": "a.h", "scope": "x::Small", "scopeKind": "class"},
        {"kind": "member", "name": "c", "path": "a.h", "scope": "x::Small", "scopeKind": "class"},
        {"kind": "member", "name": "a", "path": "base/a.h", "scope": "Few", "scopeKind": "struct"},
        *(
            {"kind": "member", "name": name, "path": "base/a.h", "scope": "Many", "scopeKind": "struct"}
            for name in "ab"
        ),
        *(
            {"kind": "member", "name": name, "path": "a.h", "scope": "Elsewhere", "scopeKind": "struct"}
            for name in "ab"
        ),
    ]
    assert limits.check_code(tags, allowed) == [
        "a.cc:7: Long has 3 lines, 2 are allowed",
        "a.h: class Big has 2 data members, 1 are allowed",
        "base/a.h: struct Many has 2 data members, 1 are allowed",
    ]


def test_wide_comments_are_named(allowed, tmp_path):
    lines = [
        'auto text = "a wide string";',
        "// A comment that is wide.",
        "// https://a.wide/address",
        "x;  // Wide behind it.",
    ]
    (tmp_path / "a.cc").write_text("\n".join(lines))
    (tmp_path / "BUILD.bazel").write_text("a_rule(name = 'with a wide line')\n")
    assert limits.check_columns(["a.cc", "BUILD.bazel"], allowed, tmp_path) == [
        "a.cc:2: 26 columns, 20 are allowed",
        "a.cc:4: 22 columns, 20 are allowed",
        "BUILD.bazel:1: 33 columns, 20 are allowed",
    ]
