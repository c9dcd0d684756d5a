"""Where a session's tests come from, and when a module's tests may be made without the others."""
