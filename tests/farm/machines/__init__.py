"""Machines for tests: see network.py."""

from machines.network import LIMIT_S, Machine, Network, Program, unavailable, wait_until

__all__ = ["LIMIT_S", "Machine", "Network", "Program", "unavailable", "wait_until"]
