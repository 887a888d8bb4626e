# Sourced by the scripts: where things are, and how steps are told.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sagelocal
mkdir -p "$cache"

# fail WHY: one clear line, and the end. A script may say it its own way by defining failed().
fail() {
  if declare -F failed >/dev/null; then failed "$*"; else echo "$(basename "$0"): $*" >&2; fi
  exit 1
}

# step NAME COMMAND...: names it, runs it, tells how long it took. Its output goes to a log which is shown when it fails.
step() {
  local name=$1 begin=$EPOCHREALTIME log; shift
  log=$(mktemp)
  printf '== %s\n' "$name"
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    fail "$name failed; its last lines are above"
  fi
  rm -f "$log"
  printf '   done in %s s\n' "$(seconds_since "$begin")"
}

seconds_since() {
  awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

# as_root COMMAND...: with sudo where this is not root
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

has_apt() { command -v apt-get >/dev/null; }

# apt_install PACKAGE...
apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}
