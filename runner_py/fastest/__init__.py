"""What of Fastest runs in a pytest process of the user's: the plugin behind `pytest --fastest`."""
