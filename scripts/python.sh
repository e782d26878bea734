#!/usr/bin/env bash
# Makes the Python environment of the notebooks, where it is not there already, and prints its path:
#
#     python=$(bash scripts/python.sh)/bin/python
#
# It lives in the cache under a name that says what is in it: the interpreter and a hash of the pinned requirements, so
# that all clones share one, and another set of requirements gets another. REQUIREMENTS names another file than the
# notebooks' own.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

requirements=${REQUIREMENTS:-notebooks/requirements.txt}
cache=${DAE_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/dae}/python

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
makes_environments() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
        if command -v "$name" >/dev/null && new_enough "$name" && makes_environments "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

# Debian's python3 comes without the module that makes environments.
python=$(find_python || { install "python3 python3-venv" python3 python python && hash -r && find_python; }) ||
    fail "no Python 3.10 or later with venv; install it (Debian: sudo apt-get install python3-venv, macOS: brew install python)"

identity=$("$python" - "$requirements" <<'END'
import hashlib, sys
digest = hashlib.sha256(open(sys.argv[1], "rb").read())
digest.update((sys.base_prefix + sys.version).encode())
print(f"{sys.version_info[0]}.{sys.version_info[1]}-{digest.hexdigest()[:16]}")
END
)
environment=$cache/$identity

# An environment counts once this file is in it; it is written last.
if [ ! -f "$environment/complete" ]; then
    mkdir -p "$cache"
    # Only one process makes it; the others wait for that and find it made. The lock ends with the process that holds it.
    "$python" - "$environment" "$requirements" "$cache/lock" >&2 <<'END' ||
import fcntl, os, shutil, subprocess, sys
environment, requirements, lock = sys.argv[1:]
with open(lock, "w") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    if not os.path.exists(f"{environment}/complete"):
        print(f"python: making the environment of {requirements}, once", flush=True)
        shutil.rmtree(environment, ignore_errors=True)
        install = [f"{environment}/bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
                   "--require-hashes", "--only-binary", ":all:", "--requirement", requirements]
        for command in ([sys.executable, "-m", "venv", environment], install):
            if subprocess.run(command).returncode:
                sys.exit(1)
        open(f"{environment}/complete", "w").close()
END
        fail "the environment could not be made, see above; run it again when the package index can be reached"
fi
echo "$environment"
