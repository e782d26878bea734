"""Where things are: the clone, the cache that clones share, and what belongs to this clone in it; and the environment of
what is started here, which is ours and not the user's."""

import contextlib
import errno
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def stop(message):
    """Ends the program: one line that says what to do next."""
    sys.exit(f"notebooks: {message}")


def say(line):
    """Prints a line at once. Where nobody reads it any more, what is being done goes on without a word."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


CLONE = Path(__file__).resolve().parents[2]


def said_by(script):
    """What one of the scripts says that make and the command have their rules in common with."""
    done = subprocess.run(["bash", "-p", CLONE / "scripts" / script], stdout=subprocess.PIPE, text=True)
    return done.stdout.removesuffix("\n") if done.returncode == 0 else stop(done.stdout.strip())


def cache():
    """The cache. Its path is absolute from here on: Jupyter and its kernels run in other folders."""
    return Path(said_by("cache.sh"))


def offline():
    """Whether nothing may be fetched."""
    return bool(said_by("offline.sh"))


NOTEBOOKS = CLONE / "notebooks"
# Everything that Jupyter would write to the home directory goes here; git ignores it, and `make clean` removes it.
JUPYTER = CLONE / "target" / "jupyter"
CACHE = cache()
EVCXR_VERSION = "0.22.0"
# The crates are known to cargo by their path, so that two clones cannot share what was built of them.
PREPARED = CACHE / "notebooks" / hashlib.sha256(str(CLONE).encode()).hexdigest()[:16]


def kernels(prepared=PREPARED, temporary=None):
    """The folder of the kernels' copies: evcxr loads no cell from a path with a blank."""
    if not re.search(r"\s", str(prepared)):
        return prepared / "kernels"
    folder = Path(temporary or tempfile.gettempdir()).resolve() / f"dae-notebooks-{os.getuid()}-{prepared.name}"
    if re.search(r"\s", str(folder)):
        stop(f"evcxr cannot work in a folder with a blank in its name ({folder}); set TMPDIR to one without")
    return folder


# What decides how Python, Jupyter, evcxr and cargo work, and where cargo builds. Mirrors, proxies, certificates, the
# number of jobs and a linker of the user's stay.
FOREIGN = re.compile(
    r"PYTHON|JUPYTER|IPYTHON|EVCXR_|RUSTC|RUSTFLAGS$|RUSTDOCFLAGS$"
    r"|CARGO_(BUILD_(?!JOBS)|PROFILE_|TARGET_DIR$|ENCODED_|INCREMENTAL$|UNSTABLE_)"
)


# The environment as it was given to this process.
GIVEN = dict(os.environ)


def environment(**ours):
    """The environment without the user's settings of the tools that we start, and with these."""
    kept = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
    return kept | ({"CARGO_NET_OFFLINE": "true"} if offline() else {}) | ours


def jupyter_environment():
    """The environment in which Jupyter finds the kernel of this clone and writes nothing to the home directory."""
    return environment(
        DAE_CACHE_DIR=str(CACHE),
        JUPYTER_PATH=str(JUPYTER / "share"),
        JUPYTER_DATA_DIR=str(JUPYTER / "data"),
        JUPYTER_RUNTIME_DIR=str(JUPYTER / "runtime"),
        JUPYTER_CONFIG_DIR=str(JUPYTER / "config"),
        IPYTHONDIR=str(JUPYTER / "ipython"),
        JUPYTER_PLATFORM_DIRS="1",
    )


def adopt(ours):
    """Makes an environment that of this process."""
    os.environ.clear()
    os.environ.update(ours)


@contextlib.contextmanager
def in_one_line():
    """Ends the program with one line where a file cannot be read or written."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        path = Path(os.fsdecode(error.filename))
        do = "make room there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "make it writable"
        if path.is_relative_to(CACHE):
            do += f", or set DAE_CACHE_DIR (make: CACHE=folder) to another cache than {CACHE}"
        stop(f"{path}: {error.strerror}; {do}")
