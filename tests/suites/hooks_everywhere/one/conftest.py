def pytest_runtest_protocol(item):
    item.own_protocol = True
