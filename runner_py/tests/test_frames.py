from __future__ import annotations

import json
import os
import socket

import pytest
from fastest_runner.wire.frames import MAX_FRAME, Channel, FrameDecoder, FrameError, encode


class Lost(Exception):
    pass


def lost() -> None:
    raise Lost


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    theirs.settimeout(60)
    with ours, theirs:
        yield ours, theirs


def decoded(data: bytes) -> list[dict]:
    decoder = FrameDecoder()
    decoder.feed(data)
    messages = []
    while (message := decoder.next()) is not None:
        messages.append(message)
    return messages


def test_a_message_survives_in_whatever_pieces_it_comes():
    message = {"progress": {"results": [], "text": "grüße \u0000 😀"}}
    decoder = FrameDecoder()
    frame = encode(message) * 2
    found = []
    for position in range(len(frame)):
        decoder.feed(frame[position : position + 1])
        next_message = decoder.next()
        if next_message is not None:
            found.append(next_message)
    assert found == [message, message]


@pytest.mark.parametrize("length", [0, MAX_FRAME + 1, 2**32 - 1])
def test_a_length_that_no_frame_has_is_refused(length):
    decoder = FrameDecoder()
    decoder.feed(length.to_bytes(4, "big"))
    with pytest.raises(FrameError, match=str(length)):
        decoder.next()


@pytest.mark.parametrize("payload", [b"nope", b"[1]", b"\xff\xfe", b'"text"'])
def test_what_is_no_json_object_is_refused(payload):
    decoder = FrameDecoder()
    decoder.feed(len(payload).to_bytes(4, "big") + payload)
    with pytest.raises(FrameError):
        decoder.next()


def test_lone_surrogates_are_escaped_with_a_backslash():
    assert decoded(encode({"text": "a\udc80b", "list": [{"k\ud800": ("\udfff",)}]})) == [
        {"text": "a\\udc80b", "list": [{"k\\ud800": ["\\udfff"]}]}
    ]


NAMES = ["test_\udcff.py", "t\udc80\udcfe/test_é.py::test[\U0010ffff]", "\udcf4\udc8f", "plain"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_no_text_come_back_as_they_were(name):
    message = {"node_id": name, "ready": {"modules": [name], "rootdir": name}, "tests": [{"node_id": name, "index": 1}]}
    frame = encode(message)
    # Every byte is UTF-8, and no JSON escape stands for half a character.
    assert "\\u" not in frame[4:].decode("utf-8")
    assert decoded(frame) == [message]


def test_no_two_names_have_the_same_text():
    texts = {json.loads(encode({"node_id": name})[4:])["node_id"] for name in [*NAMES, "\U0010ffff", "test_\\udcff.py"]}
    assert len(texts) == len(NAMES) + 2
    assert json.loads(encode({"node_id": "\udcff"})[4:]) == {"node_id": "\U0010ffff"}


def test_a_text_that_is_too_long_is_cut_in_the_middle():
    frame = encode({"sections": [{"content": "a" + "x" * MAX_FRAME + "z"}], "short": "kept"})
    assert len(frame) < MAX_FRAME
    (message,) = decoded(frame)
    content = message["sections"][0]["content"]
    assert content.startswith("ax") and content.endswith("xz") and "characters left out" in content
    assert message["short"] == "kept"


def test_queued_messages_go_out_together_and_in_order(ends):
    ours, theirs = ends
    channel = Channel(ours.fileno(), lost)
    channel.queue({"n": 1})
    channel.send({"n": 2})
    assert decoded(theirs.recv(65536)) == [{"n": 1}, {"n": 2}]


def test_poll_takes_only_what_is_there(ends):
    ours, theirs = ends
    channel = Channel(ours.fileno(), lost)
    assert channel.poll() is None
    theirs.sendall(encode({"n": 1}) + encode({"n": 2})[:3])
    assert channel.poll() == {"n": 1}
    assert channel.poll() is None
    theirs.sendall(encode({"n": 2})[3:])
    assert channel.receive() == {"n": 2}


def test_the_end_of_the_stream_is_told_to_whoever_asked(ends):
    ours, theirs = ends
    channel = Channel(ours.fileno(), lost)
    theirs.close()
    with pytest.raises(Lost):
        channel.poll()
    with pytest.raises(Lost):
        channel.receive()
    with pytest.raises(Lost):
        channel.send({})


def test_a_descriptor_that_was_closed_under_us_is_a_lost_channel(ends):
    ours, _ = ends
    channel = Channel(ours.detach(), lost)
    os.close(channel.fd)
    with pytest.raises(Lost):
        channel.send({})
    with pytest.raises(Lost):
        channel.poll()


def test_a_forked_child_does_not_speak(ends):
    ours, theirs = ends
    channel = Channel(ours.fileno(), lost)
    pid = os.fork()
    if pid == 0:
        try:
            channel.send({"from": "child"})
            os._exit(0 if channel.in_foreign_process() else 1)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    channel.send({"from": "parent"})
    assert decoded(theirs.recv(65536)) == [{"from": "parent"}]
    assert not channel.in_foreign_process()


def test_frames_are_what_the_other_side_is_told_they_are():
    frame = encode({"finish": {}})
    assert frame[:4] == len(frame[4:]).to_bytes(4, "big")
    assert json.loads(frame[4:]) == {"finish": {}}


def test_a_test_that_replaces_jsons_functions_deafens_nobody(monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("not in this test")

    frame = encode({"finish": {}})
    monkeypatch.setattr(json, "loads", refuse)
    monkeypatch.setattr(json, "dumps", refuse)
    decoder = FrameDecoder()
    decoder.feed(frame)
    assert decoder.next() == {"finish": {}}
