"""pytest refuses a wrapper of this hook, before any session starts."""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_warning_recorded(warning_message):
    yield
