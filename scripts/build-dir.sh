#!/usr/bin/env bash
# Prints the folder in which cargo keeps what it builds for this clone, ready for a build, and is run in the clone's root:
#
#     CARGO_BUILD_BUILD_DIR=$(bash scripts/build-dir.sh CACHE) cargo build --release
#
# A second argument names a folder that all clones share (fuzz); --clean removes what was built of our own crates
# and creates nothing.
#
# Cargo compares times only, so each clone has a folder of its own: in a shared one a clone could run what was built from
# another one's sources. A new folder starts from the dependencies that another clone has built, as hard links, which takes
# seconds instead of minutes. What cargo writes over in place is copied.
#
# Times are not enough even for one clone: an archive keeps those of its files, and may be older than what was built from
# the one that was in its place before. So the folder holds a list of what the sources were at the last call, and where one
# has changed that is no newer than what was built, our own crates are built anew.
set -euo pipefail
. scripts/common.sh

builds=$1/build
what=${2:-}
folder=$builds/$(pwd -P | cksum | cut -d' ' -f1)
case $what in
    '' | --clean) ;;
    *) folder=$builds/$what ;;
esac

for path in "$folder" "$PWD"; do
    case $path in
        *:*) [ "$what" = --clean ] || fail "cargo cannot build in a path with a colon ($path); give the clone or the cache (CACHE) another" ;;
    esac
done

# What cargo knows of our own crates (bench, dae, dae-cuda, dae-fuzz, paper, plot), with and without a target, in the present and in
# the coming layout of its folder; cargo before 1.91 keeps it in target.
own_artefacts() {
    local place
    for place in "$folder"/* "$folder"/*/* target/*; do
        for artefact in "$place"/.fingerprint/{bench,dae,paper,plot}-* "$place"/build/{bench,dae,paper,plot}-* "$place"/build/{bench,dae,paper,plot}; do
            [ ! -e "$artefact" ] || artefacts+=("$artefact")
        done
    done
}
artefacts=()

if [ "$what" = --clean ]; then
    own_artefacts
    for artefact in ${artefacts+"${artefacts[@]}"}; do rm -rf "$artefact"; done
    exit 0
fi

create() {
    local donor
    mkdir -p "$builds" && started=$(mktemp -d "$builds/new.XXXXXX") || return 1
    trap 'rm -rf "$started"' EXIT
    chmod 755 "$started"
    donor=$(ls -td "$builds"/[0-9]*/release 2>/dev/null | head -n 1 || true)
    if [ -n "$donor" ] && [ -z "$what" ]; then
        mkdir "$started/release"
        # Fingerprints first: one without its artefact is built again, an artefact without its fingerprint as well.
        cp -Rp "$donor/.fingerprint" "$donor/build" "$started/release" 2>/dev/null &&
            cp -Rpl "$donor/deps" "$started/release" 2>/dev/null || rm -rf "$started/release"
        if [ -d "$started/release" ]; then
            find "$started/release" -depth \( -name 'bench-*' -o -name 'kernels-*' -o -name 'dae[-_]*' -o -name 'libdae[-_]*' \
                -o -name 'paper-*' -o -name 'libpaper-*' -o -name 'plot-*' -o -name 'libplot-*' \) -exec rm -rf {} +
        fi
    fi
    # Another process may have been faster: mv then puts this folder into that of the other.
    mv -n "$started" "$folder" 2>/dev/null || true
    rm -rf "${folder:?}/${started##*/}"
}

[ -d "$folder" ] || (create) 2>/dev/null || true
if [ ! -w "$folder" ]; then
    # A cache saves time; without one cargo builds in the clone.
    folder=$PWD/target
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] ||
        fail "neither the cache ($1) nor this checkout can be written: set CACHE to a folder of yours"
fi

# A cache that is tidied up knows by this which clones are gone.
if [ -z "$what" ] && [ ! -s "$folder/clone" ]; then pwd -P >"$folder/clone"; fi

# One process at a time. A process that died here leaves the lock behind, so nobody waits for long.
lock=$folder/sources.lock
tries=0
until mkdir "$lock" 2>/dev/null || [ $tries -ge 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
now=$(mktemp "$folder/sources.XXXXXX")
trap 'rm -f "$now"; rmdir "$lock" 2>/dev/null || true' EXIT

# Whatever our crates are built from, by content; the files that editors leave for a moment are not.
{
    find Cargo.toml Cargo.lock crates data docs fuzz \
        \( -name target -o -path data/downloads -o -path fuzz/corpus -o -path fuzz/artifacts \) -prune -o \
        -type f ! -name '.*' ! -name '*~' ! -name '#*' -print0 2>/dev/null || true
} | xargs -0 cksum | LC_ALL=C sort >"$now"

if ! cmp -s "$now" "$folder/sources"; then
    own_artefacts
    newest=
    [ ${#artefacts[@]} = 0 ] || newest=$(ls -t "${artefacts[@]/%//invoked.timestamp}" 2>/dev/null | head -n 1 || true)
    # What is newer than anything that was built cargo finds by itself, and builds no more than that needs.
    anew=
    if [ ! -f "$folder/sources" ]; then
        anew=yes
    elif [ -n "$newest" ]; then
        while read -r _ _ path; do
            if [ ! -f "$path" ] || [ ! "$path" -nt "$newest" ]; then anew=yes; fi
        done < <(LC_ALL=C comm -3 "$folder/sources" "$now")
    fi
    # The list goes first and comes last: whoever is interrupted in between begins again.
    if [ -n "$anew" ]; then
        rm -f "$folder/sources"
        for artefact in ${artefacts+"${artefacts[@]}"}; do rm -rf "$artefact"; done
    fi
    mv -f "$now" "$folder/sources"
fi
printf '%s\n' "$folder"
