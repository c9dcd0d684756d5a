def pytest_report_header():
    return "project: a bit of everything"
