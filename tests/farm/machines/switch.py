"""An Ethernet switch in user space, with cables that are slow, lossy or cut at will.

    python switch.py PORTS

The switch makes the TAP devices port0, port1, ... in its network namespace, says "ready", and then passes frames from
device to device. The caller moves the devices to other namespaces, and the switch keeps their other ends. (netem would
give delay and loss, but not every kernel has it.) The switch obeys lines on its standard input and answers each with
"done":

    delay SECONDS       every later frame takes this long, one way
    loss FRACTION       this part of all frames is dropped, by a generator that always starts alike
    cut PORT            the cable of the port passes nothing, either way, and loses the frames in it
    heal PORT           mends the cable

The switch ends when its standard input ends, so it never outlives its caller. Its devices end with it.
"""

import contextlib
import fcntl
import heapq
import os
import random
import selectors
import struct
import sys
import time

_TUNSETIFF = 0x400454CA
_IFF_TAP = 0x0002
_IFF_NO_PI = 0x1000
_FRAME_SIZE = 65536
_MANY_FRAMES = 64


def open_tap(name):
    """Makes a TAP device. The device lives as long as the descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    return descriptor


class Cables:
    """Decides which frame arrives where and when. Has no descriptors and no clock: frames and times are arguments."""

    def __init__(self, ports, seed=1):
        self.delay_s = 0.0
        self.loss = 0.0
        self._ports = range(ports)
        self._cut = set()
        self._chance = random.Random(seed)
        # Maps each hardware address to the port where it was last seen.
        self._seen = {}
        # (when due, number, from port, to port, frame). The number keeps frames in order that are due at the same time.
        self._under_way = []
        self._count = 0

    def obey(self, words):
        """Carries out a command. Raises ValueError for an unknown one."""
        verb, value = words
        if verb == "delay":
            self.delay_s = float(value)
        elif verb == "loss":
            self.loss = float(value)
        elif verb == "cut":
            self._cut.add(int(value))
            self._under_way = [entry for entry in self._under_way if not self._cut.intersection(entry[2:4])]
            heapq.heapify(self._under_way)
        elif verb == "heal":
            self._cut.discard(int(value))
        else:
            raise ValueError(f"no such command: {verb}")

    def send(self, port, frame, now):
        """Takes a frame from `port`."""
        to, sender = frame[0:6], frame[6:12]
        self._seen[sender] = port
        known = self._seen.get(to)
        for target in self._ports if known is None else (known,):
            if target == port or self._cut.intersection((port, target)) or self._chance.random() < self.loss:
                continue
            self._count += 1
            heapq.heappush(self._under_way, (now + self.delay_s, self._count, port, target, frame))

    def arrived(self, now):
        """Yields (port, frame) for each frame that is due."""
        while self._under_way and self._under_way[0][0] <= now:
            yield heapq.heappop(self._under_way)[3:5]

    def next_due(self):
        """The time when the next frame is due. None if no frame is under way."""
        return self._under_way[0][0] if self._under_way else None


def _read_frames(tap, port, cables):
    for _ in range(_MANY_FRAMES):
        try:
            cables.send(port, os.read(tap, _FRAME_SIZE), time.monotonic())
        except OSError:
            # There are no more frames, or the other end is not up yet. A switch drops frames that it cannot pass on.
            return


def _write_frame(tap, frame):
    # A real port also drops frames if its queue is full or its machine is off.
    with contextlib.suppress(OSError):
        os.write(tap, frame)


def main():
    taps = [open_tap(f"port{number}") for number in range(int(sys.argv[1]))]
    cables = Cables(len(taps))
    commands = b""
    with selectors.DefaultSelector() as selector:
        for port, tap in enumerate(taps):
            selector.register(tap, selectors.EVENT_READ, port)
        selector.register(0, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            due = cables.next_due()
            for key, _ in selector.select(None if due is None else max(0.0, due - time.monotonic())):
                if key.fd == 0:
                    data = os.read(0, 4096)
                    if not data:
                        return
                    *lines, commands = (commands + data).split(b"\n")
                    for line in lines:
                        cables.obey(line.decode().split())
                        print("done", flush=True)
                else:
                    _read_frames(key.fd, key.data, cables)
            for port, frame in cables.arrived(time.monotonic()):
                _write_frame(taps[port], frame)


if __name__ == "__main__":
    main()
