values = [1, 2]
print("printed while importing")
assert values == [1, 3], "at import"
