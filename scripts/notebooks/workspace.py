"""The crates of the notebooks, built once for all kernels of this clone.

evcxr compiles each cell as a crate called `ctx` in a temporary directory and builds its dependencies there, which would
take minutes in every new kernel; and two kernels cannot share a directory. So the dependencies are built once, in a
prepared workspace in the cache, and each kernel gets a copy of it in which the large files are hard links.

Beside `ctx` the workspace has a package `locked` that depends on everything a notebook may use. It keeps Cargo.lock
whole: evcxr checks a `:dep` line with a Cargo.toml that has only this one dependency, and cargo would forget the locked
versions of all others. And the workspace sets the build profile, because cargo ignores the one that evcxr writes into
`ctx`.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat

from places import CLONE, NOTEBOOKS, PREPARED, stop

# The packages of this clone: they change, so that kernels get copies of what was built of them, never links.
OWN = re.compile(r"^(lib)?(dae|paper|ctx|locked|notebook)[-.]")

MANIFEST = """\
[workspace]
resolver = "3"
members = [{members}]

# A cell is compiled in a hurry and its work is done in the crates, which are optimised as in the command: with the
# same checks, so that a notebook computes the same numbers and fails in the same places.
[profile.dev]
opt-level = 0
debug = false
debug-assertions = false
overflow-checks = false

# These are members of the workspace that the command is built in, but not of this one.
[profile.dev.package.dae]
opt-level = 3
[profile.dev.package.paper]
opt-level = 3

{packages}"""

LOCKED = """\
[package]
name = "locked"
version = "0.0.0"
edition = "2024"

[lib]
path = "lib.rs"

[dependencies]
"""


def write(path, text):
    """Writes a file unless it says this already, so that cargo sees no change where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def dependencies():
    """The dependencies of the notebooks as lines of a Cargo.toml, from the `:dep` lines of their common first cell."""
    notebook = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4)
    prelude = next(cell.source for cell in notebook.cells if cell.cell_type == "code")

    def absolute(match):
        return f'path = "{(NOTEBOOKS / match[1]).resolve()}"'

    lines = re.findall(r"^:dep (.*)$", prelude, flags=re.MULTILINE)
    return "".join(re.sub(r'path *= *"([^"]*)"', absolute, line) + "\n" for line in lines)


def manifest(members):
    """The Cargo.toml of a workspace: other people's packages are optimised as in the release profile, or not."""
    text = (CLONE / "Cargo.toml").read_text()
    packages = re.findall(r"^\[profile\.release\.package\.[^[]*", text, flags=re.MULTILINE)
    packages = "".join(packages).replace("[profile.release.", "[profile.dev.")
    return MANIFEST.format(members=", ".join(f'"{name}"' for name in members), packages=packages)


def linker():
    """The fast linker that evcxr will find and use, or None."""
    return None if os.uname().sysname == "Darwin" else next(filter(shutil.which, ("mold", "lld")), None)


def cargo_build(workspace):
    """The command and the environment with which evcxr builds, so that cargo takes what was built for its own."""
    host = re.search(r"^host: (.*)$", subprocess.check_output(["rustc", "-Vv"], text=True), flags=re.MULTILINE)[1]
    command = ["cargo", "build", "--package", "locked", "--target", host]
    flags = ["-Cprefer-dynamic"]
    if linker() == "mold":
        command = ["mold", "-run", *command]
    elif linker() == "lld":
        flags.append("-Clink-arg=-fuse-ld=lld")
    target = str(workspace / "ctx" / "target")
    environment = os.environ | {
        "CARGO_TARGET_DIR": target,
        "CARGO_BUILD_BUILD_DIR": target,
        "RUSTFLAGS": " ".join(flags),
    }
    return command, environment


@contextlib.contextmanager
def locked(path):
    """Holds the lock of a file, which ends with the process at the latest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(quiet=False):
    """Brings the prepared workspace up to date: in a second if nothing changed, in minutes the first time."""
    workspace = PREPARED / "workspace"
    with locked(PREPARED / "lock"):
        if not (workspace / "ctx" / "target").exists():
            start_from_another(workspace)
        write(workspace / "Cargo.toml", manifest(["locked"]))
        write(workspace / "locked" / "Cargo.toml", LOCKED + dependencies())
        write(workspace / "locked" / "lib.rs", "")
        # Cargo takes the packages of the notebooks out of the lock and leaves the versions as they are.
        lock = (CLONE / "Cargo.lock").read_text()
        seen = workspace / "Cargo.lock.clone"
        if not seen.exists() or seen.read_text() != lock:
            write(workspace / "Cargo.lock", lock)
        command, environment = cargo_build(workspace)
        built = subprocess.run(
            [*command, *(["--quiet"] if quiet else [])], cwd=workspace, env=environment, stdin=subprocess.DEVNULL
        )
        if built.returncode:
            return False
        write(seen, lock)
        write(workspace / "complete", "")
        return True


def start_from_another(workspace):
    """Takes over what another clone has built of the registry's crates, which are the same for all."""
    others = PREPARED.parent.glob("*/workspace/complete")
    newest = max((other for other in others), key=lambda other: other.stat().st_mtime, default=None)
    if newest is not None:
        half = workspace / "half"
        shutil.rmtree(half, ignore_errors=True)
        with locked(newest.parents[1] / "lock"):
            copy(newest.parent / "ctx" / "target", half)
        (workspace / "ctx").mkdir()
        half.rename(workspace / "ctx" / "target")


def copy(source, destination):
    """Copies a target directory; what rustc replaces but never changes in place is linked, if the file system can.

    Cargo writes its own small files (fingerprints, dependency lists, output of build scripts) in place, and two copies
    that share them would take each other's work for their own. Of the packages that may be built again in a copy,
    everything is copied.
    """
    links = True
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name != "incremental"]
        target = destination / Path(folder).relative_to(source)
        target.mkdir(parents=True, exist_ok=True)
        own = OWN.match(Path(folder).name)
        for name in files:
            original = os.path.join(folder, name)
            if links and not own and not OWN.match(name) and name.endswith((".rlib", ".rmeta", ".so", ".dylib", ".a")):
                try:
                    os.link(original, target / name)
                    continue
                except OSError:
                    links = False
            shutil.copy2(original, target / name)


def private(folder):
    """A copy of the prepared workspace for one kernel, in a new folder; the path of the crate that evcxr compiles."""
    with locked(PREPARED / "lock"):
        copy(PREPARED / "workspace" / "ctx" / "target", folder / "ctx" / "target")
        for name in ("locked/Cargo.toml", "locked/lib.rs", "Cargo.lock"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy2(PREPARED / "workspace" / name, folder / name)
    # evcxr takes the first member for its own.
    write(folder / "Cargo.toml", manifest(["ctx", "locked"]))
    return folder / "ctx"


def sweep(kernels):
    """Removes the copies of kernels that were killed: their locks are free."""
    for folder in kernels.glob("*"):
        with contextlib.suppress(OSError):
            # Half removed; a new one gets its lock at once.
            if not (folder / "lock").exists() and time.time() - folder.stat().st_mtime > 30:
                shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError), open(folder / "lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def new_folder():
    """A folder for a new kernel, and the file whose lock says that the kernel lives."""
    kernels = PREPARED / "kernels"
    kernels.mkdir(parents=True, exist_ok=True)
    sweep(kernels)
    folder = Path(tempfile.mkdtemp(dir=kernels))
    lock = open(folder / "lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock
