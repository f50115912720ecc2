"""The script for Linux and macOS clients: any POSIX shell, with curl or wget."""

from collections.abc import Iterable

from rotation.reach.targets import Target
from rotation.text.plain_text import cell

_SCRIPT = """\
#!/bin/sh
# Asks each management server over plain HTTP whether it answers, and writes a CSV line for each.
# It changes nothing. Run it as root on every client, and put what all of them write into one file.
# Usage: sh network.sh > FILE
name=$(hostname -s 2>/dev/null || hostname)
quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"; }
answer() {
  if command -v curl >/dev/null 2>&1; then
    curl -sf -m 10 --noproxy '*' "$1" 2>/dev/null
  else
    wget -q -O - -T 10 -t 1 --no-proxy "$1" 2>/dev/null
  fi
}
local_address() {
  command -v ip >/dev/null 2>&1 || return 0
  remote=$(getent ahosts "$1" 2>/dev/null | sed -n '1s/ .*//p')
  ip route get "${remote:-$1}" 2>/dev/null | sed -n 's/.* src \\([^ ]*\\).*/\\1/p' | head -n 1
}
prefix_of() {
  ip -o addr show 2>/dev/null | sed -n 's/.* inet6* \\([^ ]*\\) .*/\\1/p' | while IFS=/ read -r address prefix; do
    if [ "$address" = "$1" ]; then echo "$prefix"; break; fi
  done
}
ask() {
  address=$(local_address "$2")
  prefix=
  if [ -n "$address" ]; then prefix=$(prefix_of "$address"); fi
  case $2 in *:*) host="[$2]" ;; *) host=$2 ;; esac
  if text=$(answer "http://$host:$3/secars/secars.dll?hello,secars"); then
    case $text in OK*) result=ok ;; *) result='another answer' ;; esac
  else
    result='no answer'
  fi
  for field in "$name" "$address" "$prefix" "$1" "$2" "$3" "$result"; do
    quoted "$field"
    printf ','
  done
  date -u '+"%Y-%m-%dT%H:%M:%SZ"'
}
echo 'client,address,prefix,server,host,port,result,time'
@@TARGETS@@
"""


def shell(targets: Iterable[Target]) -> str:
    """The script that asks `targets`."""
    rows = (f"ask {_quoted(cell(each.server))} {_quoted(each.host)} {each.port}" for each in targets)
    return _SCRIPT.replace("@@TARGETS@@", "\n".join(rows))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
