#!/usr/bin/env bash
# Makes the Python environment of the notebooks, where it is not there already, and prints its path:
#
#     python=$(bash scripts/python.sh)/bin/python
#
# It lives in the cache under a name that says what is in it: the interpreter and a hash of the pinned requirements, so
# that all clones share one, and another set of requirements gets another. REQUIREMENTS names another file than the
# notebooks' own.
set -euo pipefail
unset CDPATH BASH_ENV
cache=$(bash "$(dirname "$0")/cache.sh") || { echo "setup: $cache" >&2; exit 1; }
cd "$(dirname "$0")/.."
. scripts/common.sh

requirements=${REQUIREMENTS:-notebooks/requirements.txt}
offline=$(bash scripts/offline.sh) || fail "$offline"

# -I: nothing of the user's Python (PYTHONPATH, PYTHONHOME, packages in the home directory) has a part in this.
new_enough() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
makes_environments() { "$1" -I -c 'import venv, ensurepip' 2>/dev/null; }

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
        if command -v "$name" >/dev/null && new_enough "$name" && makes_environments "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

# Debian's python3 comes without the module that makes environments.
python=$(find_python || { install "python3 python3-venv" python3 python python && hash -r && find_python; }) ||
    fail "no Python 3.10 or later with venv; install it (Debian: sudo apt-get install python3-venv, macOS: brew install python)"

"$python" -I scripts/environment.py "$cache/python" "$requirements" ${offline:+--offline}
