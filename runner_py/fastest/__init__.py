"""Fastest, as a module of an environment: `python -m fastest`. The programs are in the environment's folder `bin`."""
