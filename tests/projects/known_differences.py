"""Differences from pytest that are known, by feature of a made-up project.

`tools/test` and `tools/soak projects` leave these features out. `tools/soak projects --known` makes projects with each
of them, and fails for an entry that no longer differs: such an entry has to go. `*` stands for any text, so an entry
can name several features.
"""

_LATE = "with several workers, items are made after all modules were imported"
_ITEMS = "with several workers, session.items has the items of one batch"

KNOWN: dict = {
    "late:*": _LATE,
    "items:*": _ITEMS,
    "hook:pytest_runtest_protocol:*:total": _ITEMS,
    "hook:pytest_runtestloop:*": "implementations that are no wrappers are not called",
    "hook:pytest_collection_finish:*": _ITEMS,
    "hook:pytest_report_collectionfinish:*": _ITEMS,
    "hook:pytest_generate_tests:*": _ITEMS,
    "report:nodeid": "pytest-xdist ends with an internal error at some ids, and the controller counts no items",
    "role:marks": "a test module that asks for its role starts no controller, and hooks are not called there",
    "role:in_hook": "a pytest_runtestloop that is no wrapper is not called",
    "role:worker_deselects": "a summary line as pytest has it counts as a difference from pytest-xdist",
    "error:should_stop": "shouldfail that a hook sets before the first test keeps that test from running",
    "test:generator": _LATE,
    "error:bad_params": _LATE,
    "error:unknown_arg": _LATE,
    "error:same_test_twice": _LATE,
    "hook:pytest_make_parametrize_id:*": _LATE,
    "hook:pytest_pycollect_makeitem:*": _LATE,
    "hook:pytest_itemcollected:*": _LATE,
    "ini:strict": _LATE,
    "ini:parametrization_ids": _LATE,
    "ini:empty_fail": _LATE,
    "hook:pytest_runtest_setup:*:index": _ITEMS,
    "hook:pytest_collectreport:*": "a folder's conftest hears of the report of the folder above",
    "hook:pytest_collectstart:*": _LATE,
    "hook:pytest_make_collect_report:*": _LATE,
    "error:usage_in_hook": "an internal error hides the errors of the collection",
}
