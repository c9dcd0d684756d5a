"""What plugins take a worker's session for, such as a worker of pytest-xdist."""
