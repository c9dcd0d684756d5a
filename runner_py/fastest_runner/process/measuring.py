"""Whether a tool such as coverage.py counts executed lines: it would miss code that is not executed, for speed."""

from __future__ import annotations

import sys


def is_measured() -> bool:
    monitoring = getattr(sys, "monitoring", None)
    tools = [monitoring.get_tool(number) for number in range(6)] if monitoring is not None else []
    return "coverage" in sys.modules or bool(sys.gettrace() or sys.getprofile() or any(tools))
