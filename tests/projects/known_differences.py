"""Differences from pytest that are known, by feature of a made-up project.

`tools/test` and `tools/soak projects` leave these features out. `tools/soak projects --known` makes projects with each
of them, and fails for an entry that no longer differs: such an entry has to go. `*` stands for any text, so an entry
can name several features.
"""

KNOWN: dict = {
    "report:nodeid": "pytest-xdist ends with an internal error at some ids, and the controller counts no items",
    "role:marks": "a test module that asks for its role starts no controller, and hooks are not called there",
    "role:worker_deselects": "a summary line as pytest has it counts as a difference from pytest-xdist",
    "error:usage_in_hook": "after an error in pytest_sessionfinish pytest prints no summary",
}
