import os

import pytest

HERE = os.path.dirname(__file__)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    kept, dropped = [], []
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.below)
        if item.name.endswith("_dropped"):
            dropped.append(item)
        else:
            kept.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
