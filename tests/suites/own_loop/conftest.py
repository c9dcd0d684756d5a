import os

import pytest

KIND = os.environ.get("OWN_LOOP", "Loop")


def run(items):
    for item, following in zip(items, [*items[1:], None]):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def prepare():
    os.environ["OWN_LOOP_PREPARED"] = "yes"


class Loop:
    """An implementation that prepares something, and leaves the tests to pytest."""

    @staticmethod
    def pytest_runtestloop():
        prepare()


class FirstLoop:
    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        prepare()
        session.prepared = True


class LastLoop:
    """pytest's own implementation answers before this one is called."""

    @staticmethod
    @pytest.hookimpl(trylast=True)
    def pytest_runtestloop(session):
        raise RuntimeError("called")


class Nothing:
    @staticmethod
    def pytest_runtestloop(session):
        return True


class Some:
    """Runs some tests, in an order of its own."""

    @staticmethod
    def pytest_runtestloop(session):
        prepare()
        run(session.items[1::2][::-1])
        return True


class All:
    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        prepare()
        run(session.items)
        return True


class Fails:
    @staticmethod
    def pytest_runtestloop(session):
        prepare()
        run(session.items[:2])
        raise session.Failed("enough")


class Interrupts:
    @staticmethod
    def pytest_runtestloop(session):
        prepare()
        run(session.items[:1])
        raise session.Interrupted("enough")


class Raises:
    @staticmethod
    def pytest_runtestloop(session):
        raise RuntimeError("a broken loop")


class Exits:
    @staticmethod
    def pytest_runtestloop(session):
        prepare()
        run(session.items[:1])
        pytest.exit("that will do", returncode=7)


def pytest_configure(config):
    config.pluginmanager.register(globals()[KIND](), KIND)
