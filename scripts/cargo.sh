#!/usr/bin/env bash
# Cargo for this clone, as make runs it; the arguments are cargo's.
#
# What is built is what the sources, Cargo.toml and Cargo.lock say, with their profile and no flags of the compiler from
# elsewhere, and lands in target/release, whatever the user's environment and cargo configuration say of flags, profiles,
# targets and folders. Where the checkout cannot be written, the cache takes the place of target.
set -euo pipefail
unset CDPATH BASH_ENV
cache=$(bash "$(dirname "$0")/cache.sh") || { echo "setup: $cache" >&2; exit 1; }
cd "$(dirname "$0")/.."
. scripts/common.sh

offline=$(bash scripts/offline.sh) || fail "$offline"
[ -z "$offline" ] || export CARGO_NET_OFFLINE=true
forget_cargo_settings
# Empty, this takes the place of every other list of flags, those in configuration files too.
export CARGO_ENCODED_RUSTFLAGS=
# These decide what a program does, and so does no other setting of a profile.
export CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=false CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=false CARGO_PROFILE_RELEASE_PANIC=unwind
CARGO_BUILD_BUILD_DIR=$(bash scripts/build-dir.sh "$cache")
export CARGO_BUILD_BUILD_DIR
export CARGO_TARGET_DIR=$PWD/target
mkdir -p target 2>/dev/null && [ -w target ] || CARGO_TARGET_DIR=$CARGO_BUILD_BUILD_DIR/target

[ "${1:-}" = build ] || exec cargo "$@"

# Nothing takes `build.target` out of a configuration file, and with it the command lands elsewhere.
triple=$(RUSTC_BOOTSTRAP=1 cargo -Zunstable-options config get --format json-value build.target 2>/dev/null | tr -d '[]" ') || triple=
host=$(rustc -vV | sed -n 's/^host: //p')
case $triple in
    host-tuple) triple=$host ;;
    '' | "$host") ;;
    *) fail "your cargo configuration builds for $triple (build.target), which cannot run here; take that out, or set CARGO_HOME to another folder" ;;
esac
if ! cargo "$@"; then
    [ -z "$offline" ] || cargo metadata --locked --format-version 1 >/dev/null 2>&1 ||
        fail "crates are missing, and nothing is fetched offline; run make build once without OFFLINE"
    exit 1
fi
if [ -n "$triple" ] && [ -f "$CARGO_TARGET_DIR/$triple/release/paper" ]; then
    mkdir -p "$CARGO_TARGET_DIR/release"
    ln -f "$CARGO_TARGET_DIR/$triple/release/paper" "$CARGO_TARGET_DIR/release/paper"
fi
[ "$CARGO_TARGET_DIR" = "$PWD/target" ] ||
    echo "setup: this checkout cannot be written; the command is $CARGO_TARGET_DIR/release/paper" >&2
