# Functions of the set-up scripts, which source this file.

fail() { echo "setup: $1" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}

# Installs packages with whatever package manager there is; the arguments are its names for them:
# Debian, Fedora, Arch, Homebrew. What it says goes to standard error: standard output belongs to the script.
install() {
    local debian=$1 fedora=$2 arch=$3 homebrew=$4
    echo "setup: installing what is missing (${debian})" >&2
    if command -v apt-get >/dev/null; then
        as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $debian >/dev/null
    elif command -v dnf >/dev/null; then as_root dnf install -y -q $fedora
    elif command -v pacman >/dev/null; then as_root pacman -S --noconfirm --needed $arch
    elif command -v brew >/dev/null && [ -n "$homebrew" ]; then brew install $homebrew
    else return 1; fi >&2
}
