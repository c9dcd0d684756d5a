def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.begun = True
