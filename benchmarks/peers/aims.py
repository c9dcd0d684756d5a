"""The aims of a case, and whether they were reached."""

import statistics
from typing import NamedTuple

# The fastest of the programs that run pytest-xdist.
XDIST = "the best of xdist"
_XDIST = "xdist "


class Aim(NamedTuple):
    """`program` shall be `factor` times as fast as `other`, in the median of the rounds."""

    program: str
    factor: float
    other: str = "pytest"


class Memory(NamedTuple):
    """The peak memory of `program` shall not exceed that of `other`."""

    program: str
    other: str


def reached(aim, results):
    """A line for people, and whether the aim was reached. None if one of the programs was not measured."""
    sides = {result.name: result for result in results}
    if isinstance(aim, Memory):
        own, other = sides.get(aim.program), sides.get(aim.other)
        if own is None or other is None:
            return None
        fits = own.peak_mib <= other.peak_mib
        return f"{aim.program}: no more memory than {aim.other}", fits
    names = [name for name in sides if name.startswith(_XDIST)] if aim.other == XDIST else [aim.other]
    ratios = [ratio for name in names if (ratio := _median_times_as_fast(sides, aim.program, name)) is not None]
    if not ratios:
        return None
    ratio = min(ratios)
    wanted = f"no slower than {aim.other}" if aim.factor == 1 else f"{aim.factor:g} times as fast as {aim.other}"
    return f"{aim.program}: {wanted}: {ratio:.2f}x", ratio >= aim.factor


def times_as_fast(own, others):
    """The ratio of each round in which both programs ended, from their seconds in all rounds."""
    pairs = zip(others, own, strict=True)
    return [theirs / ours for theirs, ours in pairs if theirs is not None and ours is not None]


def _median_times_as_fast(sides, name, other):
    if name not in sides or other not in sides:
        return None
    ratios = times_as_fast(sides[name].seconds, sides[other].seconds)
    return statistics.median(ratios) if ratios else None
