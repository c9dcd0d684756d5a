from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from driver import progress_of
from fastest_runner.collection.collection import Entry, Selection
from fastest_runner.session.batches import BatchLoop, CommandError


class FakeMessages:
    """Plays the agent: gives out commands one by one, and keeps the loop's messages and the places where it waited."""

    def __init__(self, *commands: dict[str, Any]) -> None:
        self.commands = list(commands)
        self.said: list[Any] = []

    def queue(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    send = queue

    def queue_json(self, text: str) -> None:
        message = json.loads(text)
        if isinstance(message, list):
            leases = [said["collected"] for said in self.said if "collected" in said]
            message = {"progress": progress_of(message, leases)}
        self.said.append(message)

    send_json = queue_json

    def flush(self) -> None:
        pass

    def poll(self) -> dict[str, Any] | None:
        return self.commands.pop(0) if self.commands and self.commands[0] is not None else None

    def receive(self) -> dict[str, Any]:
        self.said.append("waits")
        assert self.commands, "waits for ever"
        if self.commands[0] is None:
            # Commands behind a None come only when the loop waits.
            self.commands.pop(0)
        return self.commands.pop(0)

    def in_foreign_process(self) -> bool:
        return False

    def kinds(self) -> list[str]:
        """Returns the messages, with the started test and the results spelled out."""
        kinds = []
        for message in self.said:
            if message == "waits":
                kinds.append("waits")
            elif "progress" in message:
                progress = message["progress"]
                results = [result["ref"]["node_id"] for result in progress.get("results", ())]
                started = progress["started"]["node_id"] if "started" in progress else ""
                kinds.append(f"{'+'.join(results)}>{started}")
            elif "waits" in message:
                kinds.append(f"waits after {message['waits']['last_lease_id']}")
            else:
                ((kind, body),) = message.items()
                kinds.append(f"{kind} {body['lease_id']}")
        return kinds


class FakeSession:
    class Failed(Exception):
        pass

    class Interrupted(KeyboardInterrupt):
        pass

    def __init__(self) -> None:
        self.shouldfail = False
        self.shouldstop = False
        self.ran: list[tuple[str, str | None]] = []
        self.after: dict[str, Any] = {}

    def item(self, name: str) -> Any:
        hook = SimpleNamespace(pytest_runtest_protocol=self._protocol)
        mark = object() if name.startswith("once") else None
        return SimpleNamespace(
            name=name,
            config=SimpleNamespace(hook=hook),
            parent=SimpleNamespace(get_closest_marker=lambda name: None),
            own_markers=[mark] if mark else [],
            get_closest_marker={"no_retry": mark}.get,
        )

    def _protocol(self, item: Any, nextitem: Any) -> None:
        self.ran.append((item.name, nextitem and nextitem.name))
        self.after.get(item.name, lambda: None)()


class FakeCollection:
    def __init__(self, session: FakeSession) -> None:
        self.session = session

    def select(self, batch: dict[str, Any]) -> Selection:
        names = batch.get("module", "").split()
        entries = [Entry({"node_id": name}, self.session.item(name)) for name in names]
        return Selection(entries, batch.get("missing", []), len(names), 0, "digest", 0.0)


def lease(number: int, names: str, **batch: Any) -> dict[str, Any]:
    return {"run": {"id": number, "batch": {"module": names, **batch}}}


FINISH = {"finish": {}}


def whole_result(lease_id: int, entry: Entry, position: int) -> str:
    return '"results":' + json.dumps([{"lease_id": lease_id, "ref": entry.ref}])


def loop(*commands: Any, take_result: Any = whole_result) -> tuple[BatchLoop, FakeSession, FakeMessages]:
    session = FakeSession()
    messages = FakeMessages(*commands)
    return BatchLoop(session, FakeCollection(session), messages, take_result), session, messages


def run(batches: BatchLoop) -> None:
    """Runs the tests in the way of pytest_runtestloop."""
    tests = batches.tests()
    try:
        for item, nextitem in tests:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
    finally:
        tests.close()


def test_each_test_knows_the_next_one_even_of_the_next_lease():
    batches, session, messages = loop(lease(1, "a b"), lease(2, "c"), FINISH)
    run(batches)
    assert session.ran == [("a", "b"), ("b", "c"), ("c", None)]
    assert messages.kinds() == [
        "collected 1",
        ">a",
        "collected 2",
        "a>b",
        "b>",
        "lease_done 1",
        ">c",
        "c>",
        "lease_done 2",
    ]


def test_what_simply_passed_travels_by_position():
    def take_result(lease_id: int, entry: Entry, position: int) -> str:
        if entry.ref["node_id"] == "c":
            return whole_result(lease_id, entry, position)
        return f"{lease_id},{position},1,2,3,4,5"

    batches, _, messages = loop(lease(1, "a b"), lease(2, "c d"), FINISH, take_result=take_result)
    run(batches)
    assert messages.kinds() == [
        "collected 1",
        ">a",
        "collected 2",
        "a>b",
        "b>",
        "lease_done 1",
        ">c",
        "c>d",
        "d>",
        "lease_done 2",
    ]


def test_the_last_test_is_held_back_until_there_is_word():
    batches, session, messages = loop(lease(1, "a b"), None, lease(2, "c"), None, FINISH)
    run(batches)
    assert messages.kinds()[:6] == ["collected 1", ">a", "a>", "waits after 1", "waits", "collected 2"]
    assert session.ran == [("a", "b"), ("b", "c"), ("c", None)]


def test_finish_lets_the_held_back_test_run_alone():
    batches, session, messages = loop(lease(1, "a"), None, FINISH)
    run(batches)
    assert session.ran == [("a", None)]
    assert messages.kinds() == ["collected 1", "waits after 1", "waits", ">a", "a>", "lease_done 1"]


def waits(messages: FakeMessages) -> list[dict[str, Any]]:
    return [message["waits"] for message in messages.said if message != "waits" and "waits" in message]


def test_it_says_once_after_each_lease_that_it_waits_and_whether_it_holds_a_test_back():
    batches, _, messages = loop(lease(1, ""), None, lease(2, "a"), None, revoke(2, 1), None, FINISH)
    run(batches)
    assert waits(messages) == [
        {"last_lease_id": 1, "holds_back": False},
        {"last_lease_id": 2, "holds_back": True},
    ]


def test_before_the_first_lease_it_says_nothing():
    batches, _, messages = loop(None, FINISH)
    run(batches)
    assert messages.said == ["waits"]


def test_a_lease_without_tests_is_done_at_once():
    batches, session, messages = loop(lease(1, "a"), lease(2, ""), lease(3, "b"), FINISH)
    run(batches)
    assert session.ran == [("a", "b"), ("b", None)]
    kinds = messages.kinds()
    assert kinds.index("lease_done 2") == kinds.index("collected 2") + 1


def test_what_is_missing_is_said():
    missing = [{"node_id": "gone"}]
    batches, _, messages = loop(lease(7, "a", missing=missing), FINISH)
    run(batches)
    assert messages.said[0]["collected"]["missing"] == missing


def test_stop_is_heard_between_two_tests():
    batches, session, messages = loop(lease(1, "a b c"), None)
    session.after["a"] = lambda: messages.commands.insert(0, {"stop": {"reason": "enough"}})
    run(batches)
    # "b" had not begun when the command came.
    assert session.ran == [("a", "b")]
    assert batches.stop_reason == "enough"
    assert messages.kinds()[-1] == "a>"


def test_stop_while_a_test_is_held_back_leaves_it_without_result():
    batches, session, messages = loop(lease(1, "a b"), None, {"stop": {}})
    run(batches)
    assert session.ran == [("a", "b")]
    assert "lease_done 1" not in messages.kinds()


@pytest.mark.parametrize(("attribute", "raised"), [("shouldfail", "Failed"), ("shouldstop", "Interrupted")])
def test_a_session_that_wants_to_end_ends_as_pytest_ends_it(attribute, raised):
    batches, session, messages = loop(lease(1, "a b"), FINISH)
    session.after["a"] = lambda: setattr(session, attribute, "because")
    with pytest.raises(getattr(FakeSession, raised), match="because"):
        run(batches)
    assert session.ran == [("a", "b")]
    # The test's result is not lost.
    assert messages.kinds()[-1] == "a>"


def test_results_are_sent_when_a_test_ends_the_session():
    def end() -> None:
        raise KeyboardInterrupt

    batches, session, messages = loop(lease(1, "a b"), FINISH)
    session.after["b"] = end
    with pytest.raises(KeyboardInterrupt):
        run(batches)
    assert messages.kinds() == ["collected 1", ">a", "a>b"]


def test_a_lease_after_finish_is_an_error():
    batches, session, _ = loop(lease(1, "a"), FINISH, lease(2, "b"))
    with pytest.raises(CommandError):
        run(batches)
    assert batches.tests_run == 0


@pytest.mark.parametrize("command", [{}, {"start": {}}, {"run": {"batch": {}}}, {"what": 1}])
def test_what_is_no_command_is_an_error(command):
    batches, _, _ = loop(command)
    with pytest.raises(CommandError):
        run(batches)


def test_ids_of_leases_may_come_as_text():
    batches, _, messages = loop({"run": {"id": "18446744073709551615", "batch": {"module": "a"}}}, FINISH)
    run(batches)
    assert messages.said[0]["collected"]["lease_id"] == 2**64 - 1


def revoke(number: int, max_tests: int) -> dict[str, Any]:
    return {"revoke": {"lease_id": number, "max_tests": max_tests}}


def returned(messages: FakeMessages) -> list[dict[str, Any]]:
    return [message["returned"] for message in messages.said if message != "waits" and "returned" in message]


def test_a_revoked_lease_gives_back_its_last_tests_but_not_the_one_that_is_next():
    batches, session, messages = loop(lease(1, "a b c d"))
    session.after["a"] = lambda: messages.commands.extend([revoke(1, 9), FINISH])
    run(batches)
    assert session.ran == [("a", "b"), ("b", None)]
    assert returned(messages) == [{"lease_id": 1, "tests": [{"node_id": "c"}, {"node_id": "d"}]}]
    assert messages.kinds()[-2:] == ["b>", "lease_done 1"]


def test_no_more_is_given_back_than_was_asked_for():
    batches, session, messages = loop(lease(1, "a b c d"))
    session.after["a"] = lambda: messages.commands.extend([revoke(1, 1), FINISH])
    run(batches)
    assert [name for name, _ in session.ran] == ["a", "b", "c"]
    assert returned(messages) == [{"lease_id": 1, "tests": [{"node_id": "d"}]}]


def test_a_lease_that_waits_comes_back_as_a_whole():
    batches, session, messages = loop(lease(1, "a b"), lease(2, "c d"), revoke(2, 1), FINISH)
    run(batches)
    assert [name for name, _ in session.ran] == ["a", "b"]
    assert returned(messages) == [{"lease_id": 2, "whole": True}]


def test_what_is_revoked_too_late_is_answered_with_nothing():
    batches, session, messages = loop(lease(1, "a"), None, revoke(1, 5), revoke(7, 5), FINISH)
    run(batches)
    assert [name for name, _ in session.ran] == ["a"]
    assert returned(messages) == [{"lease_id": 1, "tests": []}, {"lease_id": 7, "tests": []}]


def test_tests_that_may_not_be_retried_are_named_by_position():
    batches, _, messages = loop(lease(1, "a once_b c once_d"), FINISH)
    run(batches)
    (collected,) = [message["collected"] for message in messages.said if "collected" in message]
    assert collected["no_retry"] == [1, 3]
