"""Manual pages, from the tables of options."""

from __future__ import annotations

import time
from itertools import groupby
from pathlib import Path

import flags
from flags import Flag
from origin import Origin

_COORDINATOR = r"""
.SH NAME
fastest \- run a pytest suite in parallel, with pytest's verdict
.SH SYNOPSIS
.B fastest
[\fIOPTIONS\fR] [\fIPATH\fR | \fINODEID\fR]...
.br
.B python \-m fastest
[\fIOPTIONS\fR] [\fIPATH\fR | \fINODEID\fR]...
.SH DESCRIPTION
Runs the tests of this directory, or of the paths and node ids that are given, on all cores or on many machines. The
project's own pytest runs the tests.
.B fastest-coordinator
is the same program. Options of pytest and of its plugins are passed through.
.PP
.B python \-m fastest
is to
.B fastest
what
.B python \-m pytest
is to
.BR pytest :
the working directory is first on sys.path, and this interpreter runs the tests.
"""
_COORDINATOR_END = r"""
.SH ENVIRONMENT
Fastest's own options may also stand in the environment (FASTEST_HANG_TIMEOUT=60), in fastest.toml, or under
[tool.fastest] in pyproject.toml. The command line wins over the environment, and the environment over the file.
.SH EXIT STATUS
0 all passed, 1 failures, 2 interrupted, 3 internal error, 4 usage error, 5 no tests collected, 10 some tests could not
be run, 11 the deadline was reached.
.SH SEE ALSO
.BR fastest-agent (1)
"""
_AGENT = r"""
.SH NAME
fastest-agent \- keep warm Python workers, and run tests in them for a coordinator
.SH SYNOPSIS
.B fastest-agent
.BI \-\-listen " HOST:PORT"
[\fIOPTIONS\fR]
.br
.B fastest-agent
.BI \-\-join " HOST:PORT"
[\fIOPTIONS\fR]
.SH DESCRIPTION
Serves one machine. A coordinator on this machine starts an agent by itself. On other machines an agent waits for
coordinators, or works for the coordinators that listen at an address.
"""
_AGENT_END = r"""
.SH SIGNALS
SIGTERM lets the running tests finish, and takes no more.
.SH EXIT STATUS
0 in good order, 75 ended by SIGTERM in the midst of a run, 4 usage error.
.SH SEE ALSO
.BR fastest (1)
"""


def write(folder: Path, origin: Origin) -> None:
    """Writes the pages into `folder`, which is share/man/man1."""
    folder.mkdir(parents=True)
    (folder / "fastest.1").write_text(_page("fastest", _COORDINATOR, flags.coordinators(), _COORDINATOR_END, origin))
    (folder / "fastest-coordinator.1").write_text(".so man1/fastest.1\n")
    (folder / "fastest-agent.1").write_text(_page("fastest-agent", _AGENT, flags.agents(), _AGENT_END, origin))


def _page(name: str, head: str, table: list[Flag], end: str, origin: Origin) -> str:
    day = time.strftime("%Y-%m-%d", time.gmtime(origin.time))
    text = f'.TH {name.upper()} 1 "{day}" "Fastest {origin.version}" "User Commands"' + head + ".SH OPTIONS\n"
    for group, members in groupby(table, key=lambda flag: flag.group):
        text += f".SS {_escaped(group)}\n" + "".join(map(_option, members))
    return text + end.lstrip("\n")


def _option(flag: Flag) -> str:
    names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in flag.names)
    between = " " if flag.takes_next else ""
    value = rf"{between}\fI{_escaped(flag.value)}\fR" if flag.value else ""
    return f".TP\n{names}{value}\n{_escaped(flag.help)}\n"


def _escaped(text: str) -> str:
    """A line that begins with a dot or an apostrophe would be a command."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text
