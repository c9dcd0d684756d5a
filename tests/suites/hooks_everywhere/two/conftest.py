def pytest_report_teststatus(report):
    if report.when == "call" and "own" in report.nodeid:
        return "own", "o", "OWN"
