"""Processes: the zygote, how a worker begins and ends, and what is loaded before there is a run."""
