"""Takes what tests tell pytest's JUnit report, in a session whose report the coordinator writes.

Three fixtures look for that report. record_testsuite_property adds to it. The other two warn if the report's family has
no place for what they record. Here they find a stand-in.
"""

from __future__ import annotations

from typing import Any

from _pytest import junitxml


class JunitRecord:
    """Stands in for pytest's LogXML; see `install`."""

    def __init__(self, family: str) -> None:
        self.family = family
        # Names and values, in the order of recording.
        self.properties: list[tuple[str, str]] = []

    def add_global_property(self, name: str, value: object) -> None:
        __tracebackhide__ = True
        junitxml._check_record_param_type("name", name)
        self.properties.append((name, str(value)))

    def node_reporter(self, _nodeid: object) -> JunitRecord:
        """For record_xml_attribute, which is experimental in pytest. Its attributes are not in the report."""
        return self

    def add_attribute(self, name: str, value: object) -> None:
        """See node_reporter."""


def install(config: Any) -> JunitRecord | None:
    """Puts a stand-in where pytest's fixtures look. None if pytest's plugin is off: then there is no report."""
    key = _key(config)
    if key is None or config.stash.get(key, None) is not None:
        return None
    record = JunitRecord(config.getini("junit_family"))
    config.stash[key] = record
    return record


def remove(config: Any) -> None:
    """Removes the stand-in before pytest ends its report."""
    key = _key(config)
    if key is not None and isinstance(config.stash.get(key, None), JunitRecord):
        del config.stash[key]


def _key(config: Any) -> Any:
    if not config.pluginmanager.hasplugin("junitxml"):
        return None
    return getattr(junitxml, "xml_key", None)
