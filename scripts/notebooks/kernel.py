"""Starts the Rust kernel of this clone: Jupyter runs this with the name of its connection file.

The kernel gets a copy of the built crates of its own (see workspace.py), which is removed when it ends. If something in
`crates/` was changed it is built first, so that restarting the kernel picks it up.
"""

import contextlib
import hmac
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import zmq

import places
import workspace
from places import CLONE, NOTEBOOKS, stop
from setup import find_evcxr


def kernels_of_blas():
    """The kernels of BLAS that the command uses, which knows better than BLAS where the processor is the newer one."""
    paper = CLONE / "target" / "release" / "paper"
    if not paper.exists():
        stop(f"{paper} is not there; run make build")
    return subprocess.check_output([paper, "machine", "--kernels"], text=True).strip()


# A cargo home of which rust-analyzer takes cargo before any other; see metadata.py.
CARGO = """\
#!/bin/sh
export CARGO_HOME={home}
[ "$1" = metadata ] || exec {cargo} "$@"
exec {python} -E -s {metadata} {cargo} "$@"
"""


def configure(folder):
    """Writes what evcxr does at its start, and the cargo that rust-analyzer asks about the crates."""
    home, ours = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo"), folder / "cargo"
    (ours / "bin").mkdir(parents=True)
    for path in home.glob("*"):
        if path.name != "bin":
            (ours / path.name).symlink_to(path)
    metadata = Path(__file__).with_name("metadata.py")
    named = {"home": home, "cargo": shutil.which("cargo"), "python": sys.executable, "metadata": metadata}
    quoted = {name: shlex.quote(str(path)) for name, path in named.items()}
    workspace.write(ours / "bin" / "cargo", CARGO.format(**quoted))
    (ours / "bin" / "cargo").chmod(0o755)
    workspace.write(folder / "init.evcxr", workspace.init(folder, home))
    shutil.copy(NOTEBOOKS / "evcxr.toml", folder)
    return ours


def environment(folder):
    """The environment of a kernel in its folder."""
    # Where the shared library of the crates is, and that of the standard library: evcxr links the cells with both. Its
    # own way of saying so, rpath, is in the profile that cargo ignores.
    search = "DYLD_FALLBACK_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    crates = folder / "ctx" / "target" / workspace.host() / "debug" / "deps"
    libraries = subprocess.check_output(["rustc", "--print", "target-libdir"], text=True).strip()
    return places.environment(
        **workspace.PROFILE,
        **{search: os.pathsep.join(filter(None, [str(crates), libraries, os.environ.get(search)]))},
        CARGO_HOME=str(configure(folder)),
        EVCXR_TMPDIR=str(folder / "ctx"),
        EVCXR_CONFIG_DIR=str(folder),
        DAE_KERNEL=str(folder),
        OPENBLAS_CORETYPE=os.environ.get("OPENBLAS_CORETYPE") or kernels_of_blas(),
        # evcxr would bring the kernel that it finds installed there to its own taste.
        JUPYTER_PATH=str(folder / "none"),
        # Of the kernel itself; the process that runs the cells gets its own.
        RUST_BACKTRACE="0",
        RUST_LIB_BACKTRACE="0",
    )


def in_place(frames, key):
    """A message of the kernel's, as Jupyter gets it: a line that begins with one carriage return loses its newline, so that
    the next one is written over it. evcxr passes on whole lines only."""
    at = frames.index(b"<IDS|MSG>") + 1
    content = json.loads(frames[at + 4])
    said = content.get("text", "") if b'"stream"' in frames[at + 1] else ""
    if said.startswith("\r") and not said.startswith("\r\r"):
        content["text"] = said.rstrip("\n")
        frames[at + 4] = json.dumps(content).encode()
        frames[at] = hmac.new(key, b"".join(frames[at + 1 : at + 5]), "sha256").hexdigest().encode()
    return frames


def relay(connection_file, folder):
    """Stands between the kernel's messages for everybody (iopub) and Jupyter; the connection file for the kernel."""
    connection = json.loads(Path(connection_file).read_text())
    if connection["transport"] != "tcp" or connection.get("signature_scheme", "hmac-sha256") != "hmac-sha256":
        return connection_file
    key, address = connection["key"].encode(), f"tcp://{connection['ip']}"
    context = zmq.Context.instance()
    outside, inside = context.socket(zmq.XPUB), context.socket(zmq.SUB)
    outside.bind(f"{address}:{connection['iopub_port']}")
    with socket.socket() as free:
        free.bind((connection["ip"], 0))
        connection["iopub_port"] = free.getsockname()[1]
    inside.subscribe(b"")
    inside.connect(f"{address}:{connection['iopub_port']}")

    def pass_on():
        while True:
            outside.send_multipart(in_place(inside.recv_multipart(), key))

    threading.Thread(target=pass_on, daemon=True).start()
    ours = folder / "connection.json"
    # It holds the key.
    ours.touch(mode=0o600)
    ours.write_text(json.dumps(connection))
    return str(ours)


def interrupt(kernel, folder):
    """Ends what compiles a cell; where nothing does, tells the process that runs the cells, or ends it if it does not
    listen, because the first cell has not run in it."""
    children = psutil.Process(kernel.pid).children()
    compilers = [child for child in children if not child.name().startswith("evcxr")]
    for compiler in compilers:
        for process in [compiler, *compiler.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    for cell in [] if compilers else children:
        cell.send_signal(signal.SIGUSR1 if (folder / f"watched-{cell.pid}").exists() else signal.SIGKILL)


def start(connection_file):
    """The kernel's process and its folder."""
    evcxr = find_evcxr() or stop("the Rust kernel is not installed; run make notebook-setup")
    # Without a lock the compiler's messages appear in the log; a cell that uses the crates shows them to the reader.
    workspace.prepare(quiet=True)
    folder, lock = workspace.new_folder()
    try:
        workspace.private(folder)
        # The kernel holds the lock, too: its copy is in use as long as either of the two lives.
        command = [evcxr, "--control_file", relay(connection_file, folder)]
        # What it says there is which configuration it has read; what cells print comes through Jupyter.
        out = {"stdout": subprocess.DEVNULL, "pass_fds": [lock.fileno()]}
        # Jupyter's interrupt reaches every process here, and is for this one to hand on.
        ignore = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)}
        return subprocess.Popen(command, env=environment(folder), **out, **ignore), folder, lock
    except BaseException:
        lock.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise


def main(connection_file):
    with places.in_one_line():
        kernel, folder, lock = start(connection_file)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, _: kernel.send_signal(number))

    def interrupted(*_):
        # What has ended by itself need not be.
        with contextlib.suppress(psutil.NoSuchProcess):
            interrupt(kernel, folder)

    signal.signal(signal.SIGINT, interrupted)
    code = kernel.wait()
    # Jupyter kills what does not end within seconds, so another process does it. What evcxr's helper still writes is
    # swept up before the next kernel starts.
    subprocess.Popen(["rm", "-rf", str(folder)], start_new_session=True, close_fds=True)
    lock.close()
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
