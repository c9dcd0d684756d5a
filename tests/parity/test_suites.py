"""Every project of tests/suites: pytest gives the expected verdict, and Fastest gives pytest's.

Where a project plays controller and worker, several workers are compared with as many of pytest-xdist.

There are many small runs. They are started in advance, one for each core at a time, in the order of the tests.
"""

import concurrent.futures
import os

import pytest
import suites

CASES = [case for case in suites.load_all() if not case.missing()]
WITH_SLOTS = [(case, slots) for case in CASES for slots in case.slots]


class Runs:
    """Results of runs, each made once. The runs in `ahead` are started in advance.

    A run is a case, who runs it, and the number of slots. Plain pytest has one.
    """

    def __init__(self, pool, ahead):
        self._pool = pool
        self._futures = {}
        for case, slots, of_both in ahead:
            self._start(suites.run_pytest, case, slots)
            if of_both:
                self._start(suites.run_fastest, case, slots)

    def _start(self, run, case, slots):
        if run is suites.run_pytest and not case.xdist:
            slots = 1
        key = (case.id, run.__name__, slots)
        if key not in self._futures:
            self._futures[key] = self._pool.submit(run, case, slots=slots)
        return self._futures[key]

    def of_pytest(self, case, slots):
        return self._start(suites.run_pytest, case, slots).result()

    def of_fastest(self, case, slots):
        return self._start(suites.run_fastest, case, slots).result()


@pytest.fixture(scope="module")
def runs(request):
    ahead = []
    for item in request.session.items:
        if item.module is request.module and "runs" in item.fixturenames:
            case = item.callspec.params["case"]
            slots = item.callspec.params.get("slots")
            ahead.append((case, case.slots[0] if slots is None else slots, slots is not None))
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count())
    yield Runs(pool, ahead)
    pool.shutdown(cancel_futures=True)


def fail_with(found, run):
    lines = [*found, "", "--- stdout", run.stdout[-4000:], "--- stderr", run.stderr[-4000:]]
    pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_pytest_says_what_is_expected(case, runs):
    run = runs.of_pytest(case, case.slots[0])
    found = suites.unlike_expected(case, run)
    if found:
        fail_with(found, run)


@pytest.mark.parametrize(
    ("case", "slots"), WITH_SLOTS, ids=lambda value: value.id if isinstance(value, suites.Case) else f"n{value}"
)
def test_fastest_says_what_pytest_says(case, slots, runs, coordinator):
    expected = runs.of_pytest(case, slots)
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
