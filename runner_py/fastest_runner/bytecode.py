"""How pytest's assertion rewriting reads the bytecode that it keeps beside the test files."""

from __future__ import annotations

import marshal
import types
from typing import Any

from _pytest.assertion import rewrite


def read_at_once() -> None:
    """Has whole files read and then decoded: value by value, as pytest has it, takes eight times as long."""
    if getattr(rewrite, "marshal", None) is not marshal:
        # This pytest does it in another way.
        return
    stand_in = types.ModuleType("marshal")
    vars(stand_in).update(vars(marshal), load=_load)
    rewrite.marshal = stand_in  # type: ignore[attr-defined]


def _load(file: Any) -> Any:
    return marshal.loads(file.read())
