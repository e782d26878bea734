#!/usr/bin/env bash
# Prints 1 where nothing may be fetched, and nothing otherwise: OFFLINE, or else DAE_OFFLINE, is 1, true, yes or on; 0,
# false, no, off or empty. The argument is make's OFFLINE.
#
# The command reads DAE_OFFLINE by the same rule (crates/dae/src/data/source/options.rs). For any other value the message is
# printed, with exit code 1, because make hears nothing but standard output.
set -euo pipefail

value=${1:-${OFFLINE:-${DAE_OFFLINE:-}}}
case $(printf '%s' "$value" | LC_ALL=C tr '[:upper:]' '[:lower:]') in
    1 | true | yes | on) echo 1 ;;
    0 | false | no | off | '') ;;
    *) echo "OFFLINE=$value is neither 1 (true, yes, on) nor 0 (false, no, off)"; exit 1 ;;
esac
