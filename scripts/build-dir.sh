#!/usr/bin/env bash
# Prints the folder in which cargo keeps what it builds for this clone; the argument is the cache.
#
# Cargo tells two clones' artefacts apart by time alone, so each clone has a folder of its own: in a shared one a clone
# could run what was built from another one's sources. A new folder starts from the dependencies that another clone has
# built, as hard links, which takes seconds instead of minutes. What cargo writes over in place is copied.
set -euo pipefail

builds=$1/build
folder=$builds/$(pwd -P | cksum | cut -d' ' -f1)
echo "$folder"
[ ! -d "$folder" ] || exit 0

mkdir -p "$builds"
started=$(mktemp -d "$builds/new.XXXXXX")
chmod 755 "$started"
trap 'rm -rf "$started"' EXIT
donor=$(ls -td "$builds"/[0-9]*/release 2>/dev/null | head -n 1 || true)
if [ -n "$donor" ]; then
    mkdir "$started/release"
    # Fingerprints first: one without its artefact is built again, an artefact without its fingerprint as well.
    cp -Rp "$donor/.fingerprint" "$donor/build" "$started/release" 2>/dev/null &&
        cp -Rpl "$donor/deps" "$started/release" 2>/dev/null || rm -rf "$started/release"
    if [ -d "$started/release" ]; then
        find "$started/release" -depth \( -name 'dae-*' -o -name 'paper-*' -o -name 'libdae-*' -o -name 'libpaper-*' \) \
            -exec rm -rf {} +
    fi
fi
# Whoever else was at it may have been faster: mv then puts this one into the other one's folder.
mv -n "$started" "$folder" 2>/dev/null || true
rm -rf "${folder:?}/${started##*/}"
