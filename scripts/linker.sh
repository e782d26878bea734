#!/usr/bin/env bash
# Installs a fast linker if there is none and it can be had: each cell of a notebook is linked, and takes longer without.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

[ "$(uname)" != Darwin ] || exit 0
offline=$(bash scripts/offline.sh) || fail "$offline"
[ -z "$offline" ] || exit 0
command -v mold >/dev/null || command -v lld >/dev/null || install mold mold mold "" ||
    echo "setup: no fast linker; the cells of the notebooks start sooner with one (Debian: sudo apt-get install mold)" >&2
