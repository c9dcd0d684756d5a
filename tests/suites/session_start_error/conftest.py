def pytest_sessionstart(session):
    raise RuntimeError("no session today")
