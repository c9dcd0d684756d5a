"""Fastest in an environment: `python -m fastest`, and the plugin behind `pytest --fastest`."""
