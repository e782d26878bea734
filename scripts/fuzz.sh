#!/usr/bin/env bash
# Fuzzes every reader of outside bytes for SECONDS each (default: 60), one after the other, from the committed seeds.
#
#     bash scripts/fuzz.sh [SECONDS] [READER...]
#
# Needs cargo-fuzz (cargo install --locked cargo-fuzz) and a C++ compiler. The first build takes many minutes: everything
# is built once more with coverage. Without a sanitizer, because there is no unsafe code in this project: that needs no
# nightly compiler. What is found goes to fuzz/corpus, what crashes to fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

seconds=${1:-60}
shift || true
cargo fuzz --version >/dev/null 2>&1 || fail "no cargo-fuzz; run: cargo install --locked cargo-fuzz"
# A folder of its own: a build with coverage must not keep others waiting.
export CARGO_BUILD_BUILD_DIR=${DAE_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/dae}/build/fuzz
export RUSTC_BOOTSTRAP=1
[ $# -gt 0 ] || set -- $(ls fuzz/seeds)

failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for reader in "$@"; do
    mkdir -p "fuzz/corpus/$reader"
    if cargo fuzz run --sanitizer none "$reader" "fuzz/corpus/$reader" "fuzz/seeds/$reader" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=64 -max_len=20000 -print_final_stats=1 \
        >"$log" 2>&1; then
        echo "$reader: $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log") executions in $seconds s, no crash"
    else
        failed=1
        echo "$reader: FAILED"
        tail -n 30 "$log"
    fi
done
exit $failed
