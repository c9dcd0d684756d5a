import builtins
import io
import json
import os
import socket
import struct
import time

import pytest


def refuse(*args, **kwargs):
    raise RuntimeError("not in this test")


@pytest.mark.parametrize("module, name", [(json, "dumps"), (json, "loads"), (struct, "pack"), (os, "write"), (os, "getpid"), (time, "time"), (time, "perf_counter"), (socket.socket, "sendall"), (io, "StringIO"), (builtins, "open")], ids=lambda value: getattr(value, "__name__", value))
def test_patched(monkeypatch, module, name):
    monkeypatch.setattr(module, name, refuse)


def test_patched_for_good():
    json.dumps = json.loads = json.JSONEncoder.encode = refuse
    struct.pack = struct.unpack = refuse


def test_after_1():
    assert json.dumps is refuse


def test_after_2():
    assert 0


def test_no_sockets_from_now_on():
    socket.socket.sendall = refuse if False else socket.socket.sendall
    socket.socket = refuse


def test_last():
    pass
