#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs it, and prints where it is.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable ||
        { app="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" && [ -x "$app" ] && echo "$app"; }
}

find_chromium || { install chromium chromium chromium "" && hash -r && find_chromium; } ||
    fail "no Chromium for the browser tests; install it (Debian: sudo apt-get install chromium)"
