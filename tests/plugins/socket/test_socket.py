import socket

import pytest


def test_is_blocked():
    socket.socket()


@pytest.mark.enable_socket
def test_is_allowed():
    socket.socket().close()


def test_fixture(socket_enabled):
    socket.socket().close()
