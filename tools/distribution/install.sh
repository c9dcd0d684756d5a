#!/bin/sh
# Installs Fastest from its tarball.
#
#   ./install.sh [--prefix DIR]               into DIR (default: /usr/local)
#   ./install.sh --service [--prefix DIR]     and the agent as a service of systemd, with a user `fastest`. Configure it
#                                             in /etc/fastest before you start it: share/doc/fastest/farm.md
#   ./install.sh --uninstall [--prefix DIR]   takes away what was installed, and stops the service
#
# A second call installs over the first one: an upgrade.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local
service=false
uninstall=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -gt 1 ] || { echo "install.sh: --prefix needs a folder" >&2; exit 4; }
      prefix=$2
      shift
      ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --service) service=true ;;
    --uninstall) uninstall=true ;;
    *)
      sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
      exit 4
      ;;
  esac
  shift
done
case $prefix in
  /*) ;;
  *) prefix=$(pwd)/$prefix ;;
esac
unit=/etc/systemd/system/fastest-agent.service
list=$prefix/lib/fastest/installed-files

has_systemd() { [ -d /run/systemd/system ]; }

# Takes away the files of an earlier installation, and the folders that are empty then.
remove() {
  [ -e "$list" ] || return 0
  while IFS= read -r file; do rm -f "$prefix/$file"; done <"$list"
  find "$prefix/lib/fastest" -name __pycache__ -type d -prune -exec rm -r {} +
  rm -f "$list"
  for folder in lib/fastest share/doc/fastest; do
    [ ! -d "$prefix/$folder" ] || find "$prefix/$folder" -depth -type d -empty -delete
  done
}

if $uninstall; then
  [ -e "$list" ] || { echo "install.sh: Fastest is not installed in $prefix ($list is not there)" >&2; exit 1; }
  if [ -e "$unit" ] && grep -qF "$prefix/bin/fastest-agent" "$unit"; then
    if has_systemd; then systemctl disable --now fastest-agent.service || true; fi
    rm -f "$unit"
    if has_systemd; then systemctl daemon-reload; fi
  fi
  remove
  exit 0
fi

remove
cd "$here"
mkdir -p "$prefix/lib/fastest"
find bin lib share -type f -o -type l | LC_ALL=C sort >"$list"
while IFS= read -r file; do
  mkdir -p "$prefix/$(dirname "$file")"
  # A program that runs keeps its old file.
  rm -f "$prefix/$file"
  cp -P "$file" "$prefix/$file"
done <"$list"
# Users may not be able to write bytecode there.
if command -v python3 >/dev/null; then python3 -m compileall -q "$prefix/lib/fastest" || true; fi

if $service; then
  getent passwd fastest >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fastest
  mkdir -p "$(dirname "$unit")"
  sed "s|/usr/local/|$prefix/|g" systemd/fastest-agent.service >"$unit"
  if has_systemd; then systemctl daemon-reload; fi
fi
echo "Fastest is installed in $prefix"
