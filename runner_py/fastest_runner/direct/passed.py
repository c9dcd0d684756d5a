"""What the direct engine says of most tests, and what stands in place of the engine where there is none."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Protocol


class Pass(NamedTuple):
    """A test that passed, with nothing else to say of it. `start_ns` is since the epoch."""

    start_ns: int
    setup_ns: int
    call_ns: int
    teardown_ns: int
    # pytest's item.location.
    location: tuple[str, int | None, str]


class Reported(Protocol):
    """What the engine asks about the reports that hooks have made of the running test."""

    def has_reports(self) -> bool: ...

    def report_first(self, log: Callable[[], None]) -> None:
        """Calls `log`, which makes a report, and puts that report before all others of the test."""

    def keeps_output_of_passes(self) -> bool:
        """Returns whether somebody shows the output of passing tests."""

    def are_summed_up(self) -> bool:
        """Returns whether plugins sum up the tests in this process at the end, and not in a control session."""


class Declined:
    """Stands in place of the engine in a session of which it may run no test."""

    passed: Pass | None = None

    def __init__(self, reason: str) -> None:
        # See DirectEngine.
        self.reason: str | None = reason

    def set_depth(self, frames_of_hook_call: int) -> None:
        pass

    def plugins_changed(self) -> None:
        pass

    def pause(self) -> None:
        pass

    def hide_frames(self, error: BaseException) -> None:
        pass

    def run(self, item: Any, nextitem: Any) -> bool:
        return False
