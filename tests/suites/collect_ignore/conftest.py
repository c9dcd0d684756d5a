collect_ignore = ["test_broken.py", "whole_folder"]
collect_ignore_glob = ["*_legacy.py"]
