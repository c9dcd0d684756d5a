"""tools/bench peers reads the output of other programs, and judges the aims."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/peers"))

import aims  # noqa: E402
import compare  # noqa: E402
import kept  # noqa: E402
import peers  # noqa: E402
import profiles  # noqa: E402
import report  # noqa: E402


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (
            "== 2 failed, 55 passed, 3 skipped, 2 xfailed in 0.71s ==",
            {"failed": 2, "passed": 55, "skipped": 3, "xfailed": 2},
        ),
        ("1 passed, 1 error in 0.1s", {"passed": 1, "errors": 1}),
        ("Results: 7 tests\n  failed: 1\n  passed: 6\nTime: 0.05s\n====", {"failed": 1, "passed": 6}),
        ("\x1b[32mPASS 110 passed\x1b[0m, FAIL 10 failed in 31ms", {"passed": 110, "failed": 10}),
        ("  Summary [ 0.855s] 41 tests run: 39 passed, 2 skipped", {"passed": 39, "skipped": 2}),
        ("test_a.py: 3 failed attempts were logged\n4 passed in 0.1s", {"failed": 3, "passed": 4}),
        ("no such option", {}),
    ],
)
def test_counts_of_a_summary(text, counts):
    assert peers.outcomes_in(text) == counts


def test_only_so_many_outcomes_can_be_right():
    assert peers.right_outcomes({"passed": 60, "failed": 1}, {"passed": 50, "skipped": 3, "failed": 2}) == 51
    assert peers.right_outcomes({}, {"passed": 50}) == 0


def test_ids_are_whole_lines():
    listed = "tests/test_a.py::test_one\ntests/test_a.py::test_two\n\n2 tests collected in 0.01s\n"
    expected = peers.ids_in(listed)
    assert expected == ["tests/test_a.py::test_one", "tests/test_a.py::test_two"]
    assert peers.right_ids("  tests/test_a.py::test_two\nsee tests/test_a.py::test_one", expected) == 1


class _Result:
    def __init__(self, name, seconds, ratios, right):
        self.name, self.seconds, self.ratios, self.right = name, seconds, ratios, right
        self.peak_mib, self.total = 12.3, 10


def test_page_says_what_is_not_right_and_what_did_not_end():
    results = [
        _Result("pytest", [2.0, 4.0, 3.0], [1, 1, 1], 10),
        _Result("half", [1.0, 1.0, 1.0], [2.0, 4.0, 3.0], 5),
        _Result("stuck", [None, None, None], [], 0),
        _Result("moody", [1.0, None, 1.0], [2.0, 3.0], 10),
    ]
    measured = {"machine": "a machine", "commit": "abc", "rounds": 3}
    page = report.page(["half==1.0"], [report.Table("ten tests", results, measured)])
    assert "Machine: a machine." in page
    assert "3 rounds, at abc." in page
    assert "| pytest | 3.000 | 1.00x (1.00-1.00) | 12 | 10 of 10 |" in page
    assert "| half | 1.000 | 3.00x (2.00-4.00) | 12 | **5 of 10** |" in page
    assert "| moody | 1.000 | 2.50x (2.00-3.00), no end in 1 of 3 rounds | 12 | 10 of 10 |" in page
    assert "| stuck | did not end |  | 12 | **0 of 10** |" in page
    picture = report.picture([report.Table("ten tests", results)])
    assert "3.00x, 5 of 10 right" in picture and "did not end" in picture


def test_aims_are_held_against_the_rounds():
    results = [
        _Result("pytest", [4.0, 4.0, None], [1, 1], 10),
        _Result("Fastest", [1.0, 2.0, 1.0], [4, 2], 10),
        _Result("xdist --dist load", [3.0, 3.0, 3.0], [1, 1], 10),
        _Result("xdist --dist loadfile", [2.0, 2.0, 3.0], [1, 1], 10),
        _Result("stuck", [None, None, None], [], 0),
    ]
    reached = aims.reached
    assert reached(aims.Aim("Fastest", 3), results) == ("Fastest: 3 times as fast as pytest: 3.00x", True)
    assert reached(aims.Aim("Fastest", 3.1), results) == ("Fastest: 3.1 times as fast as pytest: 3.00x", False)
    # The aim counts against the fastest of them.
    assert reached(aims.Aim("Fastest", 2, aims.XDIST), results) == (
        "Fastest: 2 times as fast as the best of xdist: 2.00x",
        True,
    )
    assert reached(aims.Aim("Fastest", 1, "xdist --dist load"), results)[0].startswith("Fastest: no slower than xdist")
    assert reached(aims.Aim("Fastest", 1, "stuck"), results) is None
    assert reached(aims.Aim("Fastest --warm", 1), results) is None
    assert reached(aims.Memory("Fastest", "pytest"), results) == ("Fastest: no more memory than pytest", True)


def test_aims_are_of_programs_that_there_are():
    names = {peer.name for peer in peers.PEERS} | {aims.XDIST}
    for case in compare.CASES:
        for aim in case.aims:
            assert {aim.program, aim.other} <= names, case.name


def test_remarks_stand_with_their_case():
    cases = {case.name for case in compare.CASES}
    assert set(report.remarks((ROOT / "benchmarks/peers/remarks.md").read_text())) <= cases
    assert report.remarks("# Head\n\n## one\n\nA.\nB.\n\n## two\n\nC.\n") == {"one": "A.\nB.", "two": "C."}
    measured = {"machine": "a machine", "commit": "abc", "rounds": 3}
    results = [_Result("pytest", [2.0], [1], 10), _Result("Fastest", [1.0], [2], 10)]
    table = report.Table("one", results, measured, (aims.Aim("Fastest", 3),), "It is so.")
    page = report.page([], [table])
    assert "- Fastest: 3 times as fast as pytest: 2.00x (**not reached**)" in page
    assert page.endswith("\nIt is so.\n")


def test_every_peer_is_pinned():
    pinned = {peer.environment.removeprefix("peers/") for peer in peers.PEERS if peer.environment}
    folder = ROOT / "tools/requirements/peers"
    assert pinned == {path.stem for path in folder.glob("*.txt")}
    for name in pinned:
        assert "==" in report.pin(folder / f"{name}.txt", name)


def test_samples_are_put_down_to_steps_and_functions():
    worker = 'process 7:"python";run (fastest_runner/worker.py:51);'
    loop = worker + "SessionHost.pytest_runtestloop (fastest_runner/session/session_host.py:180);"
    raw = (
        f"{worker}_prepareconfig (_pytest/config/__init__.py:10);parse (argparse.py:5) 2\n"
        f"{loop}DirectEngine.run (fastest_runner/direct/engine.py:170) 3\n"
        f"{loop}DirectEngine.run (fastest_runner/direct/engine.py:171) 1\n"
        f"{loop}test_it (test_a.py:2) 1\n"
        'process 7:"python";<module> (fastest_runner/__main__.py:50) 1\n'
        "nonsense\n"
    )
    steps, functions = profiles.shares(raw)
    assert steps[0] == ("running tests", 0.5)
    assert dict(steps) == {
        "running tests": 0.5,
        "pytest's configuration": 0.25,
        "running tests: their own code, and Python's": 0.125,
        "the rest of Python's start and end": 0.125,
    }
    assert functions[0] == ("DirectEngine.run (fastest_runner/direct/engine.py)", 0.5)


def test_samples_of_a_program_without_python():
    text = (
        "    ffffffff8173 prepend_path ([kernel.kallsyms])\n"
        "    55e2d0f1 fastest::discovery::IdsOf(std::string const&) (/x/fastest-coordinator)\n"
        "    55e2d0f2 fastest::discovery::IdsOf(std::string const&) (/x/fastest-coordinator)\n\n"
        "    7f3e0001 malloc (/lib/libc.so.6)\n"
    )
    assert profiles.functions_in(text) == [("fastest::discovery::IdsOf", 0.5), ("the kernel", 0.25), ("malloc", 0.25)]


def test_page_says_where_the_time_goes():
    profile = {"Fastest": [[["running tests", 0.9], ["the rest", 0.01]], [["run (a.py)", 0.5]]]}
    measured = {"machine": "a machine", "commit": "abc", "rounds": 3, "profile": profile}
    page = report.page([], [report.Table("ten tests", [_Result("pytest", [2.0], [1], 10)], measured)])
    assert "- Fastest: running tests 90 %\n  - by function: run (a.py) 50 %\n" in page


def test_what_is_kept_of_a_case_makes_the_same_page(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "KEPT", tmp_path)
    case = compare.Case("ten tests", "plain")
    seconds = [1.34567890123, None, 2.0]
    results = [
        compare.Result("pytest", [3.0, 2.0, 1.0], [1.0, 1.0, 1.0], 12.3456789, 10, 10),
        compare.Result("Fastest", seconds, [3 / seconds[0], 1 / 2.0], 23.4567891, 10, 10),
    ]
    functions = [(f"function {number} (a.py)", 0.5 / 2**number) for number in range(1000)]
    where = {
        "stages": {"Fastest": {"tests": 0.123456789, "the end": 0.2}},
        "profile": {"Fastest": [[("running tests", 0.99), ("the rest", 0.01)], functions]},
    }
    compare.keep(case, results, where, 3)
    text = compare.file_of(case).read_text()
    row = json.loads(text)
    assert row["profile"]["Fastest"] == [[["running tests", 0.99]], [list(part) for part in functions[:5]]]
    assert row["results"][1] == {
        "name": "Fastest",
        "seconds": [1.345679, None, 2.0],
        "peak_mib": 23.45679,
        "right": 10,
        "total": 10,
    }
    assert len(text) < 1500 and max(map(len, text.splitlines())) < 400
    whole = report.Table(case.name, results, {**row, **where})
    short = report.Table(case.name, compare.kept_results(row["results"]), row)
    assert report.page([], [short]) == report.page([], [whole])


def test_nothing_is_kept_that_the_page_does_not_show():
    files = sorted(compare.KEPT.glob("*.json"))
    assert files
    for file in files:
        text = file.read_text()
        assert text == kept.text_of(kept.trimmed(json.loads(text))) + "\n", file.name


def test_the_page_is_made_of_the_results_that_are_kept():
    text, picture = compare.page()
    assert (ROOT / "docs/benchmarks.md").read_text() == text
    assert (ROOT / "docs/benchmarks.svg").read_text() == picture
