"""Differences from pytest that are known, by feature of a made-up project.

`tools/test` and `tools/soak projects` leave these features out. `tools/soak projects --known` makes projects with each
of them, and fails for an entry that no longer differs: such an entry has to go. A key that ends with a colon or a star
stands for all features that begin so. A feature that is listed for a way differs only there.
"""

KNOWN: dict = {}
