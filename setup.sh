#!/usr/bin/env bash
# Prepares this checkout: uv, the virtual environment with compiled bytecode, and the system libraries WeasyPrint loads.
# Needs Python 3.11 or 3.12 and nothing else of ours. Running it again when nothing changed takes well under a second.
set -euo pipefail
cd "$(dirname "$0")"

stamp=.venv/.reos-ready
fingerprint=$(cat requirements.lock pyproject.toml setup.sh | sha256sum | cut -d' ' -f1)
[ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ] && exit 0

say() { printf 'setup: %s\n' "$*" >&2; }

find_python() {
  for candidate in python3.11 python3.12 python3; do
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && { command -v "$candidate"; return; }
  done
  say "Python 3.11 or 3.12 is needed and was not found. On Debian: apt-get install python3.11"
  exit 1
}

# Installs Debian packages when root; otherwise prints the exact command and stops.
need_packages() {
  [ $# -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "these system packages are missing. Install them and run again:"
    say "  sudo apt-get update && sudo apt-get install -y $*"
    exit 1
  fi
  say "installing system packages: $*"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

missing_packages() {
  ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
  libraries=$("$ldconfig" -p)
  for pair in libpango-1.0.so.0:libpango-1.0-0 libpangoft2-1.0.so.0:libpangoft2-1.0-0 \
    libharfbuzz-subset.so.0:libharfbuzz-subset0 libfontconfig.so.1:libfontconfig1; do
    grep -q "${pair%%:*}" <<<"$libraries" || echo "${pair##*:}"
  done
  [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  [ -e /usr/share/zoneinfo/America/New_York ] || echo tzdata
  command -v setpriv >/dev/null || echo util-linux
}

find_uv() {
  command -v uv && return
  tools=.reos/tools
  if [ ! -x "$tools/bin/uv" ]; then
    say "bootstrapping uv"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages "python3-venv"
    "$python" -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
  fi
  echo "$tools/bin/uv"
}

python=$(find_python)
# shellcheck disable=SC2046
need_packages $(missing_packages)
uv=$(find_uv)

say "creating .venv with $("$python" --version)"
"$uv" venv --quiet --allow-existing --python "$python" .venv
# Bytecode compiled now makes every later import two to three times faster.
"$uv" pip sync --quiet --python .venv --require-hashes --compile-bytecode requirements.lock
"$uv" pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
.venv/bin/python -m compileall -q plugins serving
echo "$fingerprint" >"$stamp"
say "ready"
