def pytest_terminal_summary(terminalreporter):
    for category in ("passed", "own"):
        terminalreporter.write_line(f"own summary of {category}: {len(terminalreporter.stats.get(category, ()))}")
