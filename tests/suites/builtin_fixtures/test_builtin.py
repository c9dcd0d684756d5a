import logging
import os
import sys

import pytest

log = logging.getLogger("example")


def test_tmp_path(tmp_path):
    (tmp_path / "file").write_text("x")
    assert (tmp_path / "file").read_text() == "x"
    assert tmp_path.name.startswith("test_tmp_path")


def test_tmp_path_factory(tmp_path_factory):
    assert tmp_path_factory.mktemp("mine").is_dir()


def test_monkeypatch(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATCHED", "1")
    monkeypatch.setattr(os, "sep", "|")
    monkeypatch.syspath_prepend(tmp_path)


def test_monkeypatch_undone(tmp_path):
    assert os.sep == "/"
    assert "PATCHED" not in os.environ
    assert os.getcwd() != str(tmp_path)


def test_caplog(caplog):
    log.info("seen")
    log.debug("below the level")
    assert caplog.messages == ["seen"]


def test_log_and_fail():
    log.warning("in the report")
    assert 0


def test_caplog_at_level(caplog):
    with caplog.at_level(logging.DEBUG):
        log.debug("now seen")
    assert caplog.records[0].levelname == "DEBUG"


def test_capsys(capsys):
    print("out")
    print("err", file=sys.stderr)
    assert capsys.readouterr() == ("out\n", "err\n")


def test_properties(record_property):
    record_property("key", 5)
    record_property("other", "<&>")


def test_suite_property(record_testsuite_property):
    record_testsuite_property("of the suite", 1)


def test_pytestconfig(pytestconfig):
    assert pytestconfig.getoption("verbose") <= 0
    assert pytestconfig.rootpath.is_dir()


def test_doctest_namespace(doctest_namespace):
    doctest_namespace["x"] = 1


@pytest.mark.parametrize("number", range(3))
def test_approx(number):
    assert number + 0.1 == pytest.approx(number + 0.1)


def test_raises():
    with pytest.raises(ZeroDivisionError, match="division"):
        1 / 0


def test_did_not_raise():
    with pytest.raises(ZeroDivisionError):
        pass
