#!/usr/bin/env bash
# Fuzzes every reader of outside bytes for SECONDS each (default: 60), JOBS at a time (default: 1), from the committed
# seeds.
#
#     [JOBS=3] [HANG=10] bash scripts/fuzz.sh [SECONDS] [READER...]
#
# An input may take HANG seconds by the clock: raise that where processes are suspended for a while.
# Needs cargo-fuzz (cargo install --locked cargo-fuzz) and a C++ compiler. The first build takes many minutes: everything
# is built once more with coverage. Without a sanitizer, because no reader has unsafe code: that needs no nightly
# compiler. What is found goes to fuzz/corpus, what crashes to fuzz/artifacts.
set -euo pipefail
unset CDPATH BASH_ENV
cache=$(bash "$(dirname "$0")/cache.sh") || { echo "setup: $cache" >&2; exit 1; }
cd "$(dirname "$0")/.."
. scripts/common.sh

seconds=${1:-60}
shift || true
cargo fuzz --version >/dev/null 2>&1 || fail "no cargo-fuzz; run: cargo install --locked cargo-fuzz"
# A folder of its own: a build with coverage must not keep others waiting.
forget_cargo_settings
CARGO_BUILD_BUILD_DIR=$(bash scripts/build-dir.sh "$cache" fuzz)
export CARGO_BUILD_BUILD_DIR CARGO_TARGET_DIR=$PWD/fuzz/target
export RUSTC_BOOTSTRAP=1 OPENBLAS_NUM_THREADS=1
[ $# -gt 0 ] || set -- $(ls fuzz/seeds)

export seconds logs
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# One reader; says how many inputs it read, how many branches they reached and how many inputs are worth keeping.
one() {
    local reader=$1 log=$logs/$1
    mkdir -p "fuzz/corpus/$reader"
    if cargo fuzz run --sanitizer none "$reader" "fuzz/corpus/$reader" "fuzz/seeds/$reader" -- \
        -max_total_time="$seconds" -timeout="${HANG:-10}" -rss_limit_mb=1024 -max_len=20000 -print_final_stats=1 >"$log" 2>&1; then
        echo "$reader: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) .*/\1 executions in \2 s/p' "$log"), no crash;" \
            "$(sed -n 's/.*DONE *cov: \([0-9]*\) .*corp: \([0-9]*\)\/.*/\1 branches, corpus of \2/p' "$log")"
    else
        echo "$reader: FAILED"
        tail -n 30 "$log"
        return 1
    fi
}

cargo fuzz build --sanitizer none
export -f one
printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-1}" bash -c 'one "$0"'
