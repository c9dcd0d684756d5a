"""The Python side of a warm worker: genuine pytest, hosted batch by batch.

`__main__` is the entry. It imports this package under a private name, so that the tests of a project can neither
see it nor clash with it. Imports go one way: frames <- everything; zygote and worker do not know each other.
docs/worker_protocol.md describes the processes and the messages.
"""
