#!/usr/bin/env bash
# Runs the first commands of a newcomer on a bare Debian: a root of its own, made by debootstrap, in it nothing but make,
# a clone of the last commit and this machine's Rust. Says what happened and how long each step took.
#
#     bash scripts/fresh.sh [bookworm|trixie] [TARGET...]
#
# Debian 12 (bookworm), and `make fig1`, `make verify` and `make notebook-setup`, unless others are named. Whatever else
# these need the set-up has to install. Needs root and debootstrap (Debian: sudo apt-get install debootstrap), the network,
# some 6 GB of disk, and an hour of two cores.
#
#   FRESH    the folder for the root (default: one for temporary files)
#   KEEP     1: leave the root there
#   BASE     a bare root to copy instead of calling debootstrap
#   MIRROR   where Debian's packages are (default: http://deb.debian.org/debian)
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

suite=bookworm
case ${1:-} in
    bookworm | trixie)
        suite=$1
        shift ;;
esac
[ $# -gt 0 ] || set -- fig1 verify notebook-setup

[ "$(id -u)" = 0 ] || fail "only root can make a root of its own; run: sudo -E env PATH=\"\$PATH\" bash scripts/fresh.sh"
[ -n "${BASE:-}" ] || command -v debootstrap >/dev/null ||
    fail "no debootstrap; install it (Debian: sudo apt-get install debootstrap)"
command -v rustc >/dev/null || fail "no Rust to lend; install it from https://rustup.rs"

# Mounts and processes of a namespace end with this script, however it ends.
if [ -z "${FRESH_NAMESPACE:-}" ]; then
    export FRESH_NAMESPACE=1
    exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc bash scripts/fresh.sh "$suite" "$@"
fi

folder=${FRESH:-$(mktemp -d)}
mkdir -p "$folder"
root=$folder/$suite
mkdir "$root" 2>/dev/null || fail "$root is there already; remove it, or set FRESH to another folder"

clean_up() {
    local place
    for place in opt/rust dev proc; do
        ! mountpoint -q "$root/$place" || umount --recursive --lazy "$root/$place"
    done
    # What is mounted there is not ours to remove.
    if [ -n "${KEEP:-}" ] || grep -qF " $root/" /proc/self/mounts; then
        echo "fresh: kept $root"
    else
        rm -rf --one-file-system "$root"
        [ -n "${FRESH:-}" ] || rm -rf --one-file-system "$folder"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step() {
    local what=$1 begin=$SECONDS code=0
    shift
    echo "fresh: $suite: $what ..."
    "$@" || code=$?
    if [ $code = 0 ]; then echo "fresh: $suite: $what: done in $((SECONDS - begin)) s"
    else echo "fresh: $suite: $what: FAILED with exit code $code after $((SECONDS - begin)) s"; fi
    return $code
}

bare_root() {
    if [ -n "${BASE:-}" ]; then cp -a "$BASE/." "$root"
    else
        debootstrap --variant=minbase "$suite" "$root" "${MIRROR:-http://deb.debian.org/debian}" >"$folder/$suite.log" ||
            { tail -n 5 "$folder/$suite.log" >&2; return 1; }
    fi
}
step "a bare root" bare_root

# How this machine reaches the network: names, proxies, and the authorities that its environment names, in a place where no
# package of the root's writes.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
surroundings=(HOME=/root PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
while IFS='=' read -r name value; do
    case $name in
        *_proxy | *_PROXY | PIP_INDEX_URL) surroundings+=("$name=$value") ;;
        *_CERT | *_CERTS | *_CERT_FILE | *_CA_BUNDLE | *_CAINFO)
            if [ -f "$value" ]; then
                mkdir -p "$root/opt/authorities"
                cp -L "$value" "$root/opt/authorities/$name"
                surroundings+=("$name=/opt/authorities/$name")
            fi ;;
    esac
done < <(env)

mkdir -p "$root/opt/rust"
mount --bind "$(rustc --print sysroot)" "$root/opt/rust"
mount -o remount,bind,ro "$root/opt/rust"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

in_root() { chroot "$root" /usr/bin/env -i "${surroundings[@]}" "$@" </dev/null; }
step "a clone" git clone --quiet --no-hardlinks "file://$PWD" "$root/srv/clone"
step "make itself" in_root sh -c \
    'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make >/dev/null 2>&1'

failed=0
for target in "$@"; do
    step "make $target" in_root make --no-print-directory -C /srv/clone "$target" || failed=1
done
exit $failed
