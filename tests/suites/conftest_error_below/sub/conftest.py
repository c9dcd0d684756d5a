raise RuntimeError("broken conftest in a folder")
