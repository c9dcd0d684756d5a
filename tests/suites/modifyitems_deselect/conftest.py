def pytest_collection_modifyitems(config, items):
    slow = [item for item in items if "slow" in item.name]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]
