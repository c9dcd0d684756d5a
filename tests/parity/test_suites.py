"""Every project of tests/suites: pytest gives the expected verdict, and Fastest gives pytest's.

There are many small runs. They are started in advance, one for each core at a time, in the order of the tests.
"""

import concurrent.futures
import os

import pytest
import suites

CASES = [case for case in suites.load_all() if not case.missing()]
WITH_SLOTS = [(case, slots) for case in CASES for slots in case.slots]


class Runs:
    """Results of runs, each made once. The runs in `ahead` are started in advance."""

    def __init__(self, pool, ahead):
        self._pool = pool
        self._futures = {}
        for case, slots in ahead:
            self._start(case, slots)

    def _start(self, case, slots):
        key = (case.id, slots)
        if key not in self._futures:
            work = (suites.run_fastest, case, slots) if slots else (suites.run_pytest, case)
            self._futures[key] = self._pool.submit(*work)
        return self._futures[key]

    def of_pytest(self, case):
        return self._start(case, 0).result()

    def of_fastest(self, case, slots):
        return self._start(case, slots).result()


@pytest.fixture(scope="module")
def runs(request):
    ahead = []
    for item in request.session.items:
        if item.module is request.module and "runs" in item.fixturenames:
            case = item.callspec.params["case"]
            ahead += (
                [(case, 0), (case, item.callspec.params["slots"])] if "slots" in item.callspec.params else [(case, 0)]
            )
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count())
    yield Runs(pool, ahead)
    pool.shutdown(cancel_futures=True)


def fail_with(found, run):
    lines = [*found, "", "--- stdout", run.stdout[-4000:], "--- stderr", run.stderr[-4000:]]
    pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_pytest_says_what_is_expected(case, runs):
    run = runs.of_pytest(case)
    found = suites.unlike_expected(case, run)
    if found:
        fail_with(found, run)


@pytest.mark.parametrize(
    ("case", "slots"), WITH_SLOTS, ids=lambda value: value.id if isinstance(value, suites.Case) else f"n{value}"
)
def test_fastest_says_what_pytest_says(case, slots, runs, coordinator):
    expected = runs.of_pytest(case)
    run = runs.of_fastest(case, slots)
    found = suites.unlike_pytest(case, slots, expected, run)
    if found:
        fail_with(found, run)


def test_every_project_has_expectations():
    without = [folder.name for folder in suites.SUITES.iterdir() if folder.is_dir() and not suites.load_suite(folder)]
    assert not without


def test_names_are_unique():
    ids = [case.id for case in suites.load_all()]
    assert len(ids) == len(set(ids))
