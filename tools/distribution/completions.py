"""Completions for bash, zsh and fish: options, their values, paths, and node ids.

Node ids come from `fastest --discover FILE`, which starts no Python.
"""

from __future__ import annotations

from pathlib import Path

import flags
from flags import Flag

_NAMES = ("fastest", "fastest-coordinator")

_BASH = r"""# bash completion for fastest and fastest-agent
_fastest_ids() {
  # The tests of the file in front of "::", without parameters unless a bracket is typed.
  local file=${1%%::*} id text
  local -A seen=()
  [[ -f $file ]] || return 0
  while IFS= read -r id; do
    [[ $id == *::* ]] || continue
    text=${id#*::} text=${text%%  \[open: *}
    [[ $1 == *\[* ]] || text=${text%%\[*}
    id=$file::$text
    [[ $id == "$1"* && -z ${seen[$id]:-} ]] || continue
    seen[$id]=1
    COMPREPLY+=("$id")
  done < <("${COMP_WORDS[0]/#\~/$HOME}" --discover "$file" 2>/dev/null)
}

_fastest_paths() {
  local path
  while IFS= read -r path; do
    if [[ -d $path ]]; then COMPREPLY+=("$path/"); elif [[ $2 == all || $path == *.py ]]; then COMPREPLY+=("$path"); fi
  done < <(compgen -f -- "$1")
  [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

_fastest_values() {
  case $1 in
    test) if [[ $2 == *.py::* ]]; then _fastest_ids "$2"; else _fastest_paths "$2" tests; fi ;;
    file) _fastest_paths "$2" all ;;
    folder) _fastest_paths "$2" folders ;;
    word:*) mapfile -t COMPREPLY < <(compgen -W "${1#word:}" -- "$2") ;;
  esac
}

_fastest_complete() {
  # The words between blanks. Those of COMP_WORDS are cut at colons and equal signs, too.
  local line=${COMP_LINE:0:COMP_POINT} cur before prev head="" i
  cur=${line##*[[:space:]]}
  before=${line%"$cur"} before=${before%"${before##*[![:space:]]}"} prev=${before##*[[:space:]]}
  COMPREPLY=()
  if [[ $cur == --*=* ]]; then
    head=${cur%%=*}=
    _fastest_values "$("$1" "${cur%%=*}" both)" "${cur#*=}"
    COMPREPLY=("${COMPREPLY[@]/#/$head}")
  elif [[ $prev == -* && -n $("$1" "$prev" next) ]]; then
    _fastest_values "$("$1" "$prev" next)" "$cur"
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$1")" -- "$cur")
  elif [[ $1 == _fastest_table ]]; then
    _fastest_values test "$cur"
  fi
  # bash only replaces what stands behind the last of these.
  head=""
  for ((i = ${#cur}; i > 0; i--)); do
    if [[ ${cur:i-1:1} == [:=] && $COMP_WORDBREAKS == *"${cur:i-1:1}"* ]]; then
      head=${cur:0:i}
      break
    fi
  done
  for i in "${!COMPREPLY[@]}"; do
    printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
    COMPREPLY[i]=${COMPREPLY[i]#"$(printf %q "$head")"}
  done
}

_fastest() { _fastest_complete _fastest_table; }
_fastest_agent() { _fastest_complete _fastest_agent_table; }

@TABLES@
complete -F _fastest fastest fastest-coordinator
complete -F _fastest_agent fastest-agent
"""

_ZSH = r"""#compdef fastest fastest-coordinator
_fastest_tests() {
  local file=${PREFIX%%::*} id text
  if [[ $PREFIX == *.py::* && -f $file ]]; then
    local -aU ids
    for id in ${(f)"$(${words[1]} --discover $file 2>/dev/null)"}; do
      [[ $id == *::* ]] || continue
      text=${${id#*::}%%  \[open: *}
      [[ $PREFIX == *\[* ]] || text=${text%%\[*}
      ids+=("$file::$text")
    done
    compadd -a ids
  else
    _files -g '*.py'
  fi
}
_arguments -s -S \
@TABLE@
  '*:test:_fastest_tests'
"""

_FISH = r"""# fish completion for @NAME@
function __fastest_ids
    set -l word (commandline -ct)
    set -l file (string split -m1 :: -- $word)[1]
    string match -q '*.py::*' -- $word; and test -f $file; or return
    @NAME@ --discover $file 2>/dev/null | string match '*::*' | string replace -r '  \[open: .*' '' | \
        string replace -r '^.*?::' "$file::" | string replace -r '\[.*' '' | sort -u
end
complete -c @NAME@ -a '(__fastest_ids)'
"""


def write(share: Path) -> None:
    """Writes the completions below `share`."""
    table = flags.coordinators()
    bash = _BASH.replace(
        "@TABLES@", _bash_table("_fastest_table", table) + _bash_table("_fastest_agent_table", flags.agents())
    )
    for name in (*_NAMES, "fastest-agent"):
        _write(share / "bash-completion/completions" / name, bash)
    _write(share / "zsh/site-functions/_fastest", _ZSH.replace("@TABLE@", "\n".join(map(_zsh_option, table))))
    for name in _NAMES:
        text = _FISH.replace("@NAME@", name) + "".join(_fish_option(name, flag) for flag in table)
        _write(share / f"fish/vendor_completions.d/{name}.fish", text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _bash_table(function: str, table: list[Flag]) -> str:
    """A function that prints all options, or with an option what its value is."""
    names = " ".join(name for flag in table for name in flag.names)
    lines = []
    for flag in table:
        if flag.kind:
            kind = "word:" + " ".join(flag.words) if flag.kind == "word" else flag.kind
            condition = "" if flag.takes_next else "[[ $2 == next ]] || "
            lines.append(f"    {' | '.join(flag.names)}) {condition}echo '{kind}' ;;")
    return "\n".join([f"{function}() {{", "  case ${1:-} in", f"    '') echo '{names}' ;;", *lines, "  esac", "}", ""])


def _zsh_option(flag: Flag) -> str:
    text = flag.help
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    text = text.replace("'", "'\\''")
    actions = {
        "word": f"({' '.join(flag.words)})",
        "file": "_files",
        "folder": "_files -/",
        "test": "_fastest_tests",
        "other": " ",
    }
    value = f":{flag.value.replace(':', ' ')}:{actions[flag.kind]}" if flag.kind else ""
    lines = []
    for name in flag.names:
        # Long options also take their value behind "=".
        joint = ("=" if name.startswith("--") else "+") if flag.takes_next else ("=-" if flag.value else "")
        lines.append(f"  '*{name}{joint}[{text}]{value}' \\")
    return "\n".join(lines)


def _fish_option(command: str, flag: Flag) -> str:
    spellings = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in flag.names)
    quoted = flag.help.replace("\\", "\\\\").replace("'", "\\'")
    value = {"": "", "word": f" -x -a '{' '.join(flag.words)}'", "other": " -x"}.get(flag.kind, " -r")
    if not flag.takes_next:
        value = ""
    return f"complete -c {command}{spellings}{value} -d '{quoted}'\n"
