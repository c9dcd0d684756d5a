"""Differences from pytest that are known, by feature of a made-up project.

`tools/test` and `tools/soak projects` leave these features out. `tools/soak projects --known` makes projects with each
of them, and fails for an entry that no longer differs: such an entry has to go. `*` stands for any text, so an entry
can name several features.
"""

_LATE = "with several workers, items are made after all modules were imported"
_NODES = "hooks of pytest-xdist about nodes and gateways are not called"
_REPORTS = "what execnet can carry loses its kind on the way to the control session"
_CONTROL = "the controller's part is not played, or is played after workers have imported"

KNOWN: dict = {
    "late:*": _LATE,
    "report:attributes": _REPORTS,
    "report:nodeid": "report.nodeid rewritten by a hook is not in the results",
    "report:properties": _REPORTS,
    "report:subtests": _REPORTS,
    "role:*": _CONTROL,
    "hook:pytest_xdist_setupnodes:*": _NODES,
    "hook:pytest_xdist_newgateway:*": _NODES,
    "hook:pytest_xdist_getremotemodule:*": _NODES,
    "hook:pytest_xdist_make_scheduler:*": _NODES,
    "hook:pytest_xdist_node_collection_finished:*": _NODES,
    "hook:pytest_configure_node:*": _NODES,
    "hook:pytest_testnodeready:*": _NODES,
    "hook:pytest_testnodedown:*": _NODES,
    "hook:pytest_report_to_serializable:*": "called only where somebody listens to reports",
    "hook:pytest_enter_pdb:*": "a run that a debugger ends has no result of the test",
    "hook:pytest_leave_pdb:*": "a run that a debugger ends has no result of the test",
    "hook:pytest_report_from_serializable:*": "called only where somebody listens to reports",
    "hook:pytest_markeval_namespace:*": "conditions of marks that raise are evaluated twice",
    "error:exit_in_test": "a summary is printed after an exit with a code of the project's",
    "hook:pytest_report_teststatus:*": "called more often than by pytest",
    "error:usage_in_hook": "after an error in pytest_sessionfinish pytest prints no summary",
}
