"""The Python side of a warm worker: genuine pytest, hosted batch by batch.

`__main__` is the entry. It imports this package under a private name, so that a project's tests can neither see it
nor clash with it. docs/worker_protocol.md describes the processes and the messages.

Imports go one way. A package imports only from those above it in this list; `worker` and `__main__` import from all:

wire        the frames and texts that leave a process
imports     assertion rewriting, and the store for its bytecode
direct      the direct engine: pytest's items run without pytest's hooks
process     the zygote, and the birth and the end of a worker's process
roles       what plugins take this session for: a worker of pytest-xdist, the writer of a JUnit report
collection  where a session's tests come from
session     one pytest session: its plugin, its batches, its reports
"""

import os

# The name under which this package was imported, and its folder: they tell the runner's modules from the project's.
NAME = __name__
FOLDER = os.path.dirname(os.path.abspath(__file__))
