#!/usr/bin/env bash
# Finds what the build needs and installs what is missing where that is possible without asking.
# What it cannot install it names in one line, and exits with 1.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

scratch=$(mktemp -d 2>/dev/null) || fail "no temporary folder can be made in ${TMPDIR:-/tmp}; set TMPDIR to one that can be written"
trap 'rm -rf "$scratch"' EXIT

# The flags with which the crate openblas-src links.
openblas_flags() {
    local package
    if command -v "${PKG_CONFIG:-pkg-config}" >/dev/null && "${PKG_CONFIG:-pkg-config}" --libs openblas 2>/dev/null; then return; fi
    if [ "$(uname)" = Darwin ]; then
        for package in openblas libomp; do printf '%s ' "-L$(brew --prefix "$package")/lib"; done
    fi
    echo -lopenblas
}

links_openblas() {
    if [ "$(uname)" = Darwin ]; then
        command -v brew >/dev/null && brew list openblas libomp >/dev/null 2>&1 || return 1
    fi
    flags=$(openblas_flags)
    cat >"$scratch/a.c" <<'C'
char *openblas_get_config(void);
void dsyevd_(void);
int main(void) { return openblas_get_config() == 0 || dsyevd_ == 0; }
C
    cc -w "$scratch/a.c" -o "$scratch/a" $flags 2>/dev/null
}

# Linking is not running: a library outside the loader's path (of conda, of an environment module) is found only once the
# minutes of building are over.
runs_openblas() {
    local folder
    ! "$scratch/a" >/dev/null 2>"$scratch/said" || return 0
    [ "$(uname)" != Darwin ] ||
        fail "OpenBLAS links but does not load ($flags); let Homebrew's be found: brew install openblas libomp, and unset PKG_CONFIG_PATH and LIBRARY_PATH"
    folder=$(printf '%s\n' $flags | sed -n 's/^-L//p' | while read -r place; do
        ! ls "$place"/lib*openblas*.so* >/dev/null 2>&1 || { echo "$place"; break; }
    done)
    [ -n "$folder" ] || folder=$(dirname "$(cc -print-file-name=libopenblas.so)")
    folder=$(cd "$folder" 2>/dev/null && pwd) || folder=
    case $folder in
        /*) fail "OpenBLAS is in $folder, where the loader does not look; run: export LD_LIBRARY_PATH=$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" ;;
        *) fail "OpenBLAS links but does not run: $(tail -n 1 "$scratch/said")" ;;
    esac
}

# Cargo fetches crates over HTTPS, and a bare system believes nobody.
knows_authorities() {
    local file
    [ "$(uname)" != Darwin ] && [ -z "${SSL_CERT_DIR:-}" ] || return 0
    for file in "${SSL_CERT_FILE:-}" "${CARGO_HTTP_CAINFO:-}" /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem \
        /etc/ssl/ca-bundle.pem /etc/pki/tls/certs/ca-bundle.crt; do
        [ ! -s "$file" ] || return 0
    done
    return 1
}

offline=$(bash scripts/offline.sh) || fail "$offline"
[ -n "$offline" ] || knows_authorities || install ca-certificates ca-certificates ca-certificates "" ||
    echo "setup: no certificate authorities; if crates cannot be fetched, install them (Debian: sudo apt-get install ca-certificates)" >&2

command -v cc >/dev/null || install build-essential "gcc make" base-devel gcc ||
    fail "no C compiler; install one (Debian: sudo apt-get install build-essential, macOS: xcode-select --install)"

cargo_home=${CARGO_HOME:-${HOME:-}/.cargo}
if ! command -v cargo >/dev/null && [ -f "$cargo_home/env" ]; then . "$cargo_home/env"; fi
command -v cargo >/dev/null || fail "no Rust; install it from https://rustup.rs and run make again"
version=$("${RUSTC:-rustc}" --version 2>"$scratch/said" | cut -d' ' -f2) ||
    fail "${RUSTC:-rustc} does not run: $(head -n 1 "$scratch/said"); run: rustup update stable, and unset RUSTUP_TOOLCHAIN and RUSTC"
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
[ "$(printf '%s\n%s\n' "$oldest" "$version" | LC_ALL=C sort -V | head -n 1)" = "$oldest" ] ||
    fail "Rust $version is too old, $oldest or later is needed; run: rustup update stable${RUSTUP_TOOLCHAIN:+, and unset RUSTUP_TOOLCHAIN}"

links_openblas || { install libopenblas-dev openblas-devel openblas "openblas libomp" && links_openblas; } ||
    fail "no OpenBLAS; install it (Debian: sudo apt-get install libopenblas-dev, Fedora: sudo dnf install openblas-devel, Arch: sudo pacman -S openblas, macOS: brew install openblas libomp)"
runs_openblas
