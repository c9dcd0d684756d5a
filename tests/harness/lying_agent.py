"""An agent that says what a test has it say. It speaks protobuf by hand, so that it can say what no agent says."""

import queue
import struct
import threading

import grpc

LIMIT_S = 60


def _varint(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def message(*fields):
    """Makes a message from pairs of number and value: int, float, str, bytes (a message, too)."""
    out = b""
    for number, value in fields:
        if isinstance(value, float):
            out += _varint(number << 3 | 1) + struct.pack("<d", value)
        elif isinstance(value, int):
            out += _varint(number << 3) + _varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += _varint(number << 3 | 2) + _varint(len(data)) + data
    return out


def fields(data):
    """Returns the values of a message's fields, by number."""
    found = {}
    place = 0

    def varint():
        nonlocal place
        number = shift = 0
        while True:
            byte = data[place]
            place += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while place < len(data):
        key = varint()
        size = {0: 0, 1: 8, 5: 4}.get(key & 7)
        if size == 0:
            value = varint()
        else:
            size = varint() if size is None else size
            value, place = data[place : place + size], place + size
        found.setdefault(key >> 3, []).append(value)
    return found


# AgentMessage.
HELLO, EVENTS, SEQ, ACK, PONG = 1, 2, 10, 11, 12
# CoordinatorMessage.
START_RUN, START_WORKER, GRANT, FINISH, STOP_RUN, END_RUN = 1, 2, 3, 4, 5, 6
# Event.
FROM_WORKER, WORKER_GONE, REFUSED, DRAINING = 1, 2, 3, 4
# WorkerMessage.
READY, COLLECTED, PROGRESS, LEASE_DONE, ENDED = 1, 2, 3, 4, 6
PASSED, FAILED = 1, 2


def test_ref(node_id):
    return message((1, node_id))


def result(lease_id, node_id, start=1.8e9, seconds=0.001):
    """Returns a TestResult that says that the test passed."""
    phase = message((1, "call"), (2, start), (3, seconds), (4, "passed"), (5, "."), (6, "PASSED"), (15, "passed"))
    return message((1, lease_id), (2, test_ref(node_id)), (3, PASSED), (5, phase))


class LyingAgent:
    """Joins a coordinator that listens at `address`. Its one worker says what the test wants."""

    def __init__(self, address, name="liar", slots=1):
        self.name = name
        self.ended = threading.Event()
        self._seq = 0
        self._sent = queue.Queue()
        self._told = queue.Queue()
        self._worker = "gw0"
        self._put((HELLO, message((1, 1), (2, name), (3, f"incarnation-{name}"), (4, slots), (5, "host"))))
        self._channel = grpc.insecure_channel(address)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._sent.put(None)
        self._channel.close()
        self._thread.join(LIMIT_S)

    def _put(self, *pairs):
        self._sent.put(message(*pairs))

    def _listen(self):
        join = self._channel.stream_stream("/fastest.v1.AgentRendezvous/Join")
        try:
            for data in join(iter(self._sent.get, None), wait_for_ready=True):
                told = fields(data)
                if 32 in told:
                    self._put((PONG, told[32][0]))
                self._told.put(told)
        except (grpc.RpcError, ValueError):
            pass
        finally:
            self.ended.set()
            self._told.put({END_RUN: [b""]})

    def wait_for(self, kind):
        """Returns the next message of this kind, as fields; None if the run ends before."""
        while True:
            told = self._told.get(timeout=LIMIT_S)
            if kind in told:
                return fields(told[kind][0])
            if END_RUN in told:
                return None

    def event(self, kind, *pairs):
        self._seq += 1
        self._put((EVENTS, message((1, message((kind, message(*pairs)))))), (SEQ, self._seq))

    def say(self, kind, *pairs, slot=0):
        """Says something in the name of its worker."""
        self.event(FROM_WORKER, (1, slot), (2, self._worker), (3, message((kind, message(*pairs)))))

    def begin(self, modules, digest="d"):
        """Waits for the run, and says that the worker is ready. `digest`: all workers of a run have to say the same."""
        start = self.wait_for(START_RUN)
        self._worker = fields(start[3][0])[2][0].decode()
        collection = message((1, 1), *[(3, module) for module in modules], (6, digest))
        self.say(READY, (1, collection), (2, "3.12"), (3, "8.0"), (4, "/"))

    def lease(self):
        """Returns the next lease: its id and its module. None if the run ends before."""
        grant = self.wait_for(GRANT)
        if grant is None:
            return None
        lease = fields(grant[2][0])
        return lease[1][0], fields(lease[2][0])[1][0].decode()

    def collect(self, lease_id, *node_ids):
        self.say(
            COLLECTED, (1, lease_id), *[(2, test_ref(node_id)) for node_id in node_ids], (4, len(node_ids)), (6, "m")
        )

    def report(self, *results):
        self.say(PROGRESS, *[(1, one) for one in results])

    def lease_done(self, lease_id):
        self.say(LEASE_DONE, (1, lease_id))

    def end(self):
        """Waits until there is nothing more to do, and ends the worker in good order."""
        if self.wait_for(FINISH) is not None:
            self.say(ENDED, (1, 0))
            self.event(WORKER_GONE, (1, 0), (2, self._worker), (3, 1))
