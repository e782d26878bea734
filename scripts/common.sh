# Functions of the set-up scripts, which source this file from the root of the clone.

# What a shell may have been told elsewhere (BASH_ENV, BASHOPTS): CDPATH makes `cd` print, noclobber refuses to overwrite.
unset CDPATH BASH_ENV ENV GREP_OPTIONS
set +o noclobber
shopt -u failglob nullglob
IFS=$' \t\n'
# Another repository, as in a hook of git, is not this one.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX

fail() { echo "setup: $1" >&2; exit 1; }

# Cargo builds what the repository says, and where the repository says. What is about the network, about compilers and
# about speed (CARGO_HOME, RUSTC_WRAPPER, CARGO_BUILD_JOBS, mirrors in the configuration ...) remains the user's.
forget_cargo_settings() {
    local name
    for name in ${!CARGO_PROFILE_@} ${!CARGO_TARGET_@}; do
        case $name in
            CARGO_TARGET_*_LINKER | CARGO_TARGET_*_RUNNER) ;;
            *) unset "$name" ;;
        esac
    done
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_ENCODED_RUSTDOCFLAGS CARGO_BUILD_RUSTFLAGS
    unset CARGO_BUILD_TARGET CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR
    # Make's job server is for other makes; cargo has its own number of jobs.
    unset MAKEFLAGS MFLAGS MAKELEVEL CARGO_MAKEFLAGS
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}

# Installs packages with whatever package manager there is; the arguments are its names for them:
# Debian, Fedora, Arch, Homebrew. What it says goes to standard error: standard output belongs to the script.
install() {
    local debian=$1 fedora=$2 arch=$3 homebrew=$4 offline
    offline=$(bash scripts/offline.sh) || fail "$offline"
    [ -z "$offline" ] || fail "$debian is missing, and nothing is installed offline; install it, or run make once without OFFLINE"
    echo "setup: installing what is missing (${debian})" >&2
    if command -v apt-get >/dev/null; then
        as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $debian >/dev/null
    elif command -v dnf >/dev/null; then as_root dnf install -y -q $fedora
    # A fresh container has no package databases.
    elif command -v pacman >/dev/null; then as_root pacman -Sy --noconfirm --needed $arch
    elif command -v brew >/dev/null && [ -n "$homebrew" ]; then brew install $homebrew
    else return 1; fi >&2
}
