"""What leaves a process: frames on a socket, and reports as texts."""
