"""The direct engine: genuine pytest items, run without pytest's chains of hooks wherever those would do nothing more."""

from .engine import DirectEngine, Pass
from .replay import hide_frames

__all__ = ["DirectEngine", "Pass", "hide_frames"]
