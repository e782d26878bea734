#!/usr/bin/env bash
# Prints the path of the cache and creates nothing: $DAE_CACHE_DIR, else $XDG_CACHE_HOME/dae, else $HOME/.cache/dae. An
# empty variable counts as unset, a relative path begins in the current folder. The argument is make's CACHE, which comes
# before all three.
#
# The command has the same rule (crates/dae/src/data/source/options.rs). Without a cache the message is printed instead,
# with exit code 1, because make hears nothing but standard output.
set -euo pipefail

refuse() { echo "no place for the cache: $1"; exit 1; }

cache=${1:-}
case $cache in
    # Only bash replaces the tilde in `make CACHE=~/x`.
    '~' | '~/'*)
        [ -n "${HOME:-}" ] || refuse "CACHE begins with ~, and HOME is not set"
        cache=${HOME%/}${cache#'~'} ;;
    '~'*) refuse "write CACHE=$cache without ~" ;;
    '')
        if [ -n "${DAE_CACHE_DIR:-}" ]; then cache=$DAE_CACHE_DIR
        elif [ -n "${XDG_CACHE_HOME:-}" ]; then cache=${XDG_CACHE_HOME%/}/dae
        elif [ -n "${HOME:-}" ]; then cache=${HOME%/}/.cache/dae
        else refuse "set DAE_CACHE_DIR, XDG_CACHE_HOME or HOME"
        fi ;;
esac
case $cache in
    /*) ;;
    *) cache=${PWD%/}/$cache ;;
esac
printf '%s\n' "$cache"
