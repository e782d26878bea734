"""The crates of the notebooks, built once for all kernels of this clone.

evcxr compiles each cell as a crate called `ctx` in a temporary directory and builds its dependencies there, which would
take minutes in every new kernel; and two kernels cannot share a directory. So the dependencies are built once, in a
prepared workspace in the cache, and each kernel gets a copy of it in which the large files are hard links.

What cargo compares is times: it would take a crate that was built from newer files for built from older ones that came
later. So what decides is the content of the sources (see `sources`): where it differs from that of the last complete
build, cargo is made to forget what it built of our crates, and where it does not, what it built is made newer.

Beside `ctx` the workspace has a package `shared` that depends on everything a notebook may use. It is one shared library
of it all, so that a cell is linked with that and not with hundreds of crates (0.2 s instead of 1.6 s). And it keeps
Cargo.lock whole: evcxr checks a `:dep` line with a Cargo.toml that has only this one dependency, and cargo would forget
the locked versions of all others.
"""

import contextlib
import errno
import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import places
from places import CLONE, NOTEBOOKS, PREPARED

# The packages of this clone: they change, so that kernels get copies of what was built of them, never links.
OWN = re.compile(r"^(lib)?(dae|paper|plot|ctx|shared)[-.]")

MANIFEST = """\
[workspace]
resolver = "3"
members = [{members}]

# These are members of the workspace that the command is built in, but not of this one.
[profile.dev.package.dae]
opt-level = 3
[profile.dev.package.paper]
opt-level = 3
[profile.dev.package.plot]
opt-level = 3

{packages}"""

# A cell is compiled in a hurry and its work is done in the crates, which are optimised as in the command: with the same
# checks, so that a notebook computes the same numbers and fails in the same places. Cargo ignores the profile that evcxr
# writes into `ctx`, and takes variables before the user's own configuration.
PROFILE = {
    "CARGO_PROFILE_DEV_OPT_LEVEL": "0",
    "CARGO_PROFILE_DEV_DEBUG": "false",
    "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false",
    "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
    "CARGO_PROFILE_DEV_PANIC": "unwind",
    "CARGO_PROFILE_DEV_LTO": "false",
    "CARGO_INCREMENTAL": "0",
    "RUSTC": "rustc",
    "RUSTC_WRAPPER": "",
    "RUSTC_WORKSPACE_WRAPPER": "",
}

# What our crates are compiled from, beside their own folders: what they embed, and what chooses their dependencies.
EMBEDDED = ["Cargo.toml", "Cargo.lock", "data/*.csv", "data/*.toml", "docs/BIAS.md", "docs/DEVIATIONS.md"]
# Folders of a crate that are not compiled for a notebook.
ASIDE = {"tests", "examples", "benches"}

SHARED = """\
[package]
name = "shared"
version = "0.0.0"
edition = "2024"

[lib]
path = "lib.rs"
crate-type = ["dylib"]

[dependencies]
"""

# What the kernel does as it starts: it gets to know the crates and the shared library of them, and does what is in the
# common first cell, so that this cell has an answer at once.
INIT = """\
:build_env CARGO_HOME={home}
{dependencies}:dep shared = {{ path = {shared} }}
use shared as _;
{rest}"""


def write(path, text):
    """Writes a file unless it says this already, so that cargo sees no change where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def first_cell():
    """What is in the first cell of all notebooks."""
    # Not by nbformat, which takes three seconds to import: a kernel starts with this.
    notebook = json.loads((NOTEBOOKS / "00_start_here.ipynb").read_text())
    source = next(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return source if isinstance(source, str) else "".join(source)


def dependencies():
    """The dependencies of the notebooks as lines of a Cargo.toml, from the `:dep` lines of their common first cell."""

    def absolute(match):
        return f"path = {json.dumps(str((NOTEBOOKS / match[1]).resolve()), ensure_ascii=False)}"

    lines = re.findall(r"^:dep (.*)$", first_cell(), flags=re.MULTILINE)
    return "".join(re.sub(r'path *= *"([^"]*)"', absolute, line) + "\n" for line in lines)


def init(folder, home):
    """What a kernel in a folder does as it starts; `home` is cargo's."""
    shared = json.dumps(str(folder / "shared"), ensure_ascii=False)
    rest = re.sub(r"^:dep .*\n?", "", first_cell(), flags=re.MULTILINE)
    lines = "".join(f":dep {line}\n" for line in dependencies().splitlines())
    return INIT.format(home=home, dependencies=lines, shared=shared, rest=rest)


def manifest(members):
    """The Cargo.toml of a workspace: other people's packages are optimised as in the release profile, or not."""
    text = (CLONE / "Cargo.toml").read_text()
    packages = re.findall(r"^\[profile\.release\.package\.[^[]*", text, flags=re.MULTILINE)
    packages = "".join(packages).replace("[profile.release.", "[profile.dev.")
    return MANIFEST.format(members=", ".join(f'"{name}"' for name in members), packages=packages)


def linker():
    """The fast linker that evcxr will find and use, or None."""
    return None if os.uname().sysname == "Darwin" else next(filter(shutil.which, ("mold", "lld")), None)


@functools.cache
def compiler():
    """What the compiler says about itself."""
    return subprocess.check_output(["rustc", "-Vv"], text=True, env=places.environment())


def host():
    """The platform that evcxr names to cargo."""
    return re.search(r"^host: (.*)$", compiler(), flags=re.MULTILINE)[1]


def cargo(workspace, *arguments):
    """A command line of cargo with its environment, as evcxr's, so that cargo takes what was built for its own."""
    command = ["cargo", *arguments, "--package", "shared", "--target", host()]
    flags = ["-Cprefer-dynamic"]
    if linker() == "mold":
        command = ["mold", "-run", *command]
    elif linker() == "lld":
        flags.append("-Clink-arg=-fuse-ld=lld")
    target = str(workspace / "ctx" / "target")
    build = {"CARGO_TARGET_DIR": target, "CARGO_BUILD_BUILD_DIR": target, "RUSTFLAGS": " ".join(flags)}
    return command, places.environment(**PROFILE, **build)


def sources():
    """All files that our crates are compiled from."""
    for crate in ("dae", "paper", "plot"):
        for path in sorted((CLONE / "crates" / crate).rglob("*")):
            if path.is_file() and path.relative_to(CLONE).parts[2] not in ASIDE:
                yield path
    for pattern in EMBEDDED:
        yield from sorted(CLONE.glob(pattern))


def fingerprint():
    """What our crates are compiled from and with, as a hash of names and contents, and the time of the newest file."""
    digest, newest = hashlib.sha256(), 0.0
    parts = [compiler().encode(), manifest([]).encode(), json.dumps(PROFILE).encode(), str(linker()).encode()]
    for path in sources():
        parts += [str(path.relative_to(CLONE)).encode(), path.read_bytes()]
        newest = max(newest, path.stat().st_mtime)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest(), newest


def forget(target):
    """Makes cargo forget what it has built of our crates."""
    for folder in target.glob("**/.fingerprint/*"):
        if OWN.match(folder.name):
            shutil.rmtree(folder)


def renew(target, newest):
    """Makes what was built of our crates newer than their sources, which are those that it was built from."""
    at = max(time.time(), newest)
    for folder, _, files in os.walk(target):
        own = OWN.match(Path(folder).name)
        for name in files:
            if own or OWN.match(name):
                os.utime(os.path.join(folder, name), (at, at))


@contextlib.contextmanager
def locked(path):
    """Holds the lock of a file, which ends with the process at the latest; without one where there are no locks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        hold(file)
        yield


def hold(file, at_once=False):
    """Waits for the lock of a file, or raises BlockingIOError; false where the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0))
        return True
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP):
            raise
        if not _said:
            _said.append(file.name)
            say = f"{Path(file.name).parent} has no file locks: going on without; start one kernel after another"
            print(f"notebooks: {say}", file=sys.stderr, flush=True)
        return False


_said = []


def prepare(quiet=False):
    """Brings the prepared workspace up to date: in a second if nothing changed, in minutes the first time."""
    workspace = PREPARED / "workspace"
    target = workspace / "ctx" / "target"
    with locked(PREPARED / "lock"):
        # Whose this is, for whoever wants to know whether it is still needed.
        write(PREPARED / "clone", f"{CLONE}\n")
        if not target.exists():
            start_from_another(workspace)
        write(workspace / "Cargo.toml", manifest(["shared"]))
        write(workspace / "shared" / "Cargo.toml", SHARED + dependencies())
        names = [line.split()[0] for line in dependencies().splitlines()]
        write(workspace / "shared" / "lib.rs", "".join(f"pub use {name};\n" for name in names))
        # Cargo takes the packages of the notebooks out of the lock and leaves the versions as they are.
        lock = (CLONE / "Cargo.lock").read_text()
        seen = workspace / "Cargo.lock.clone"
        if not seen.exists() or seen.read_text() != lock:
            write(workspace / "Cargo.lock", lock)
        found, newest = fingerprint()
        built_from = workspace / "sources"
        steps = ["build"]
        if built_from.exists() and built_from.read_text() == found:
            renew(target, newest)
        else:
            built_from.unlink(missing_ok=True)
            forget(target)
            # A cell that does not compile is checked for its message: that needs the crates as `check` makes them.
            steps.append("check")
        for step in steps:
            command, environment = cargo(workspace, step, *(["--quiet"] if quiet else []))
            if subprocess.run(command, cwd=workspace, env=environment, stdin=subprocess.DEVNULL).returncode:
                return False
        write(seen, lock)
        write(built_from, found)
        write(workspace / "complete", "")
        return True


def start_from_another(workspace):
    """Takes over what another clone has built of the registry's crates, which are the same for all."""
    others = PREPARED.parent.glob("*/workspace/complete")
    newest = max((other for other in others), key=lambda other: other.stat().st_mtime, default=None)
    if newest is not None:
        (workspace / "ctx").mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix="half-", dir=workspace))
        with locked(newest.parents[1] / "lock"):
            copy(newest.parent / "ctx" / "target", half, own=False)
        half.chmod(0o755)
        half.rename(workspace / "ctx" / "target")


def copy(source, destination, own=True):
    """Copies a target directory; what rustc replaces but never changes in place is linked, if the file system can.

    Cargo writes its own small files (fingerprints, dependency lists, output of build scripts) in place, and two copies
    that share them would take each other's work for their own. Of the packages that may be built again in a copy,
    everything is copied, or nothing.
    """
    links = True
    for folder, folders, files in os.walk(source):
        # Incremental data are what earlier versions left.
        folders[:] = [name for name in folders if name != "incremental" and (own or not OWN.match(name))]
        target = destination / Path(folder).relative_to(source)
        target.mkdir(parents=True, exist_ok=True)
        ours = OWN.match(Path(folder).name)
        for name in files:
            original = os.path.join(folder, name)
            changes = ours or OWN.match(name)
            if changes and not own:
                continue
            # Linkers do not write in place either, and this library has most of the bytes.
            fixed = not changes or name.startswith("libshared.")
            if links and fixed and name.endswith((".rlib", ".rmeta", ".so", ".dylib", ".a")):
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
        for name in ("shared/Cargo.toml", "shared/lib.rs", "Cargo.lock"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy2(PREPARED / "workspace" / name, folder / name)
    # evcxr takes the first member for its own.
    write(folder / "Cargo.toml", manifest(["ctx", "shared"]))
    return folder / "ctx"


def sweep(kernels):
    """Removes the copies of kernels that were killed: their locks are free. Without locks nobody knows, and all stay."""
    for folder in kernels.glob("*"):
        with contextlib.suppress(OSError):
            # Half removed; a new one gets its lock at once.
            if not (folder / "lock").exists() and time.time() - folder.stat().st_mtime > 30:
                shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError), open(folder / "lock") as file:
            if hold(file, at_once=True):
                shutil.rmtree(folder, ignore_errors=True)


def new_folder():
    """A folder for a new kernel, and the file whose lock says that the kernel lives."""
    kernels = places.kernels()
    kernels.mkdir(mode=0o700, parents=True, exist_ok=True)
    if kernels.stat().st_uid != os.getuid():
        places.stop(f"{kernels} belongs to somebody else; remove it, or set TMPDIR to a folder of your own")
    sweep(kernels)
    folder = Path(tempfile.mkdtemp(dir=kernels))
    lock = open(folder / "lock", "w")
    hold(lock)
    return folder, lock
