"""With log_level, pytest sets the root logger's level for each phase anew: nothing that a test does to it outlasts its phase."""

import logging

import pytest

LOG = logging.getLogger("levels")
ROOT = logging.getLogger()


def levels():
    return ROOT.level, [handler.level for handler in ROOT.handlers]


def test_plain_logs():
    LOG.debug("too low")
    LOG.info("high enough")
    assert levels() == ()


def test_plain_changes_it():
    ROOT.setLevel(logging.CRITICAL)


def test_plain_finds_it_as_it_was():
    LOG.info("high enough")
    assert levels() == ()


def test_plain_changes_handlers():
    for handler in ROOT.handlers:
        handler.setLevel(logging.CRITICAL)


def test_plain_finds_handlers_as_they_were():
    LOG.info("high enough")
    assert levels() == ()


def test_plain_lowers_it():
    ROOT.setLevel(logging.DEBUG)
    LOG.debug("seen by nobody")
    assert levels() == ()


@pytest.fixture
def changes():
    ROOT.setLevel(logging.ERROR)
    yield levels()
    ROOT.setLevel(logging.ERROR)
    LOG.info("not logged")


def test_fixture_changes_it(changes):
    LOG.info("logged")
    assert (changes, levels()) == ()


def test_after_a_fixture():
    assert levels() == ()


@pytest.fixture
def debugs(caplog):
    caplog.set_level(logging.DEBUG)
    LOG.debug("in set-up")


def test_caplog_in_a_fixture(debugs, caplog):
    LOG.debug("in the test")
    assert (levels(), caplog.text, caplog.handler.level) == ()


def test_caplog_here(caplog):
    caplog.set_level(logging.DEBUG)
    LOG.debug("logged")
    assert caplog.messages == ()


def test_caplog_of_one_logger(caplog):
    with caplog.at_level(logging.DEBUG, "levels"):
        LOG.debug("by one logger alone")
    assert (caplog.messages, levels()) == ()


def test_caplog_is_back(caplog):
    LOG.debug("too low")
    LOG.info("high enough")
    assert (caplog.messages, levels()) == ()


def test_replaces_handlers():
    ROOT.handlers[:] = []
    ROOT.setLevel(logging.ERROR)


def test_handlers_are_there_again():
    LOG.info("high enough")
    assert levels() == ()


class TestTeardown:
    def teardown_method(self):
        LOG.info("in tear-down")
        ROOT.setLevel(logging.ERROR)
        raise OSError(levels())

    def test_first(self):
        ROOT.setLevel(logging.ERROR)

    def test_second(self):
        ROOT.setLevel(logging.ERROR)


def test_last():
    LOG.info("high enough")
    assert levels() == ()


def test_lower_than_the_root_logger_has(request):
    # Not undone: from here on the level that pytest finds is this one.
    request.addfinalizer(lambda: ROOT.setLevel(logging.NOTSET))
    ROOT.setLevel(logging.NOTSET)
