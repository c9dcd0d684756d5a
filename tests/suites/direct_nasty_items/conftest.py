"""Items of other kinds than pytest's functions."""

import logging
import os
import sys
import warnings

import pytest

LOG = logging.getLogger("items")


def do(item, when, what):
    if what == "pass":
        pass
    elif what == "print":
        print(f"printed in {when}")
        print(f"to stderr in {when}", file=sys.stderr)
    elif what == "write":
        os.write(1, b"written\n")
    elif what == "log":
        LOG.warning("logged in %s", when)
    elif what == "warn":
        warnings.warn(f"warned in {when}", UserWarning, stacklevel=1)
    elif what == "warn_caller":
        warnings.warn(f"warned in {when}", UserWarning, stacklevel=3)
    elif what == "raise":
        raise ValueError(f"raised in {when}")
    elif what == "wrong":
        raise Wrong(item, when)
    elif what == "assert":
        assert item.name == f"another in {when}"
    elif what == "fail":
        pytest.fail(f"failed in {when}")
    elif what == "fail_short":
        pytest.fail(f"failed in {when}", pytrace=False)
    elif what == "skip":
        pytest.skip(f"skipped in {when}")
    elif what == "xfail":
        pytest.xfail(f"xfailed in {when}")
    elif what == "mark_xfail":
        item.add_marker(pytest.mark.xfail(reason=f"marked in {when}"))
    elif what == "property":
        item.user_properties.append((when, item.name))
    elif what == "section":
        item.add_report_section(when, "item", f"a section of {when}")
    elif what == "variable":
        item.user_properties.append(("variable", os.environ["PYTEST_CURRENT_TEST"]))
    elif what == "deep":
        item.user_properties.append(("depth", depth(sys._getframe())))
    elif what == "runtest":
        item.runtest = lambda: print("another runtest")
    elif what == "finalizer":
        item.addfinalizer(lambda: print("finalized"))
    elif what == "broken_finalizer":
        item.addfinalizer(lambda: do(item, "a finalizer", "raise"))
    else:
        raise KeyError(what)


def depth(frame):
    count = 0
    while frame.f_code.co_name != "_main":
        count += 1
        frame = frame.f_back
    return count


class Wrong(Exception):
    pass


class Line(pytest.Item):
    def __init__(self, *, number, actions, **more):
        super().__init__(**more)
        self.number = number
        self.actions = actions

    def act(self, when):
        for action in self.actions:
            place, _, what = action.partition("=")
            if place == when:
                do(self, when, what)

    def setup(self):
        self.act("setup")

    def runtest(self):
        self.act("call")

    def teardown(self):
        self.act("teardown")

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Wrong):
            names = [entry.name for entry in excinfo.traceback]
            return f"{excinfo.value.args[0].name} is wrong in {excinfo.value.args[1]}: {' '.join(names[-3:])}"
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.number, f"line {self.number}: {self.name}"


class Plain(Line):
    """With pytest's own texts of failures."""

    repr_failure = pytest.Item.repr_failure


class Lines(pytest.File):
    def collect(self):
        for number, line in enumerate(self.path.read_text("utf-8").splitlines()):
            if line and not line.startswith("#"):
                name, *actions = line.split()
                kind = Plain if name.startswith("plain") else Line
                item = kind.from_parent(self, name=f"{name}-{number}", number=number, actions=actions)
                if name.startswith("expected"):
                    item.add_marker(pytest.mark.xfail(reason="expected"))
                if name.startswith("skipped"):
                    item.add_marker(pytest.mark.skip(reason="never"))
                yield item

    def setup(self):
        print("the file's set-up")

    def teardown(self):
        print("the file's teardown")


class Twice(pytest.Function):
    """A function that is called two times, with a set-up and a teardown of its own."""

    def setup(self):
        print("before fixtures")
        super().setup()
        print("after fixtures")

    def runtest(self):
        super().runtest()
        super().runtest()

    def teardown(self):
        print("its own teardown")
        super().teardown()


def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".lines":
        return Lines.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makeitem(collector, name, obj):
    if name.startswith("twice_"):
        return Twice.from_parent(collector, name=name)
    return None
