"""What the direct engine has to say of most tests, and of all tests where it has no part."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Protocol


class Pass(NamedTuple):
    """A test that passed and of which there is nothing else to say. `start_ns` is since the epoch."""

    start_ns: int
    setup_ns: int
    call_ns: int
    teardown_ns: int
    # pytest's item.location.
    location: tuple[str, int | None, str]


class Reported(Protocol):
    """What the engine needs to know of the reports that hooks have brought of the test that runs."""

    def has_reports(self) -> bool: ...

    def report_first(self, log: Callable[[], None]) -> None:
        """Has `log` send a report that comes before all those that there are."""

    def keeps_output_of_passes(self) -> bool:
        """Whether anybody shows what passing tests wrote."""

    def are_summed_up(self) -> bool:
        """Whether plugins do so in this process at the end, and not in a control session."""


class Declined:
    """In place of the engine where pytest is none of the versions that it knows."""

    passed: Pass | None = None

    def __init__(self, reason: str) -> None:
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
