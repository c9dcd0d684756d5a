def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 0:
        session.exitstatus = 42
