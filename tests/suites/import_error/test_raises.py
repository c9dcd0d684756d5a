print("printed while importing")
raise RuntimeError("at import")
