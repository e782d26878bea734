"""Tests of what the notebooks rest on: the checks refuse what they should, and kernels do what a reader needs.

    python tests/test_notebooks.py
"""

import contextlib
import copy
import errno
import io
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from functools import partialmethod
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from threading import Thread, Timer
from unittest import mock

import nbformat
from jupyter_client import KernelManager
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.session import Session
from nbformat.v4 import new_code_cell, new_notebook, new_output

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts" / "notebooks"))
import check
import execute
import kernel
import places
import workspace
from metadata import pruned
from places import NOTEBOOKS


PRELUDE = check.prelude(nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4))


def sound():
    """A notebook that nothing is wrong with."""
    settings = new_code_cell("let x = 1;", execution_count=2, metadata={"tags": ["settings"]})
    picture = new_output("execute_result", {"image/svg+xml": "<svg/>"}, execution_count=3)
    figure = new_code_cell("figure(x)", execution_count=3, outputs=[picture], metadata={"tags": ["try-this"]})
    first = new_code_cell(":dep paper", execution_count=1)
    return new_notebook(cells=[first, settings, figure], metadata={"kernelspec": dict(check.KERNEL)})


ERROR = new_output("error", ename="Error", evalue="no", traceback=["no"])
WARNING = new_output("stream", name="stderr", text="warning")
# What is done to a sound notebook, and what is said of it.
WRONG = {
    "counts_out_of_order": ("execution counts", lambda n: n.cells[1].update(execution_count=5)),
    "no_outputs": ("no cell has an output", lambda n: n.cells[2].update(outputs=[])),
    "an_error": ("has an error: Error: no", lambda n: n.cells[2].outputs.append(ERROR)),
    "standard_error": ("standard error: warning", lambda n: n.cells[2].outputs.append(WARNING)),
    "another_kernel": ("the kernel is", lambda n: n.metadata.kernelspec.update(name="python3")),
    "another_first_cell": ("first cell", lambda n: n.cells[0].update(source=":dep dae")),
    "too_large": ("too large", lambda n: n.cells[2].update(source="x" * check.LARGEST)),
    "cells_changed_since": ("present crates and cells", lambda n: n.cells[1].update(source="let x = 2;")),
    "another_profile": ("of the profile smoke", lambda n: n.metadata.made_from.update(profile="smoke")),
}


class Checks(unittest.TestCase):
    """Each thing that must not be committed is found."""

    def setUp(self):
        self.folder = TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "01_x.ipynb"

    def problems(self, notebook):
        nbformat.write(notebook, str(self.path))
        return list(check.problems(self.path, ":dep paper"))

    def marked(self, change=lambda _: None):
        """A sound notebook with its fingerprint, then changed."""
        notebook = sound()
        notebook.metadata["made_from"] = {"profile": "quick", "fingerprint": check.fingerprint(self.path, notebook)}
        change(notebook)
        return self.problems(notebook)

    def finds(self, what, change):
        found = self.marked(change)
        self.assertTrue(any(what in problem for problem in found), f"`{what}` is not in {found}")

    def test_a_sound_notebook_passes(self):
        self.assertEqual(self.marked(), [])

    def test_an_absolute_path(self):
        # Put together here, so that this file itself names no such path.
        for path in ["/" + name for name in ("home/me/x.csv", "tmp/x")] + ["at C:" + "\\Users", '"/' + 'root/a"']:
            stream = new_output("stream", name="stdout", text=f"wrote {path}\n")
            self.finds("absolute path", lambda n: n.cells[2].outputs.append(stream))
        self.finds("names an absolute path", lambda n: n.cells[1].update(source='let p = "/' + 'home/me";'))

    def test_what_looks_like_a_path_but_is_none(self):
        text = "<svg xmlns='http://www.w3.org/home/2000'> results/tmp/x ../tmp/y a/home/b 1/2"
        stream = new_output("stream", name="stdout", text=text)
        self.assertEqual(self.marked(lambda n: n.cells[2].outputs.append(stream)), [])

    def test_text_in_place_of_a_picture_or_a_table(self):
        for kind, more in (("display_data", {}), ("execute_result", {"execution_count": 3})):
            for text in ("Picture { svg: " + "x" * 5000, "shape: (10, 6)", "1"):
                for data in ({"text/plain": text}, {"text/plain": text, "text/html": ""}):
                    value = new_output(kind, data=data, **more)
                    self.finds("no picture or table", lambda n: n.cells[2].outputs.append(value))
            for form in ("image/png", "text/html", "text/latex"):
                value = new_output(kind, data={"text/plain": text, form: "AAAA"}, **more)
                self.assertEqual(self.marked(lambda n: n.cells[2].outputs.append(value)), [])

    def test_missing_tags(self):
        self.finds("tagged `settings`", lambda n: n.cells[1].metadata.clear())
        self.finds("tagged `try-this`", lambda n: n.cells[2].metadata.clear())

    def test_a_fingerprint_changes_with_the_sources_and_the_settings(self):
        before = check.fingerprint(self.path, sound())
        inputs = copy.deepcopy(check.inputs())
        inputs["fig1"]["sources"] = "another"
        with mock.patch.object(check, "inputs", lambda: inputs):
            self.assertNotEqual(check.fingerprint(self.path, sound()), before)


for name, wrong in WRONG.items():
    setattr(Checks, f"test_{name}", partialmethod(Checks.finds, *wrong))


class Tables(unittest.TestCase):
    """A table that differs from the command's is found."""

    def compare(self, ours, theirs, must_compute=True):
        with TemporaryDirectory(dir=places.CLONE / "target") as folder:
            folders = Path(folder) / "ours", Path(folder) / "theirs"
            for path, tables in zip(folders, (ours, theirs)):
                path.mkdir()
                for name, text in tables.items():
                    (path / name).write_text(text)
            return execute.compare(*folders, must_compute)

    def differs(self, how, ours, theirs):
        with self.assertRaisesRegex(execute.Failure, how):
            self.compare(ours, theirs)

    def test_the_same(self):
        self.assertEqual(self.compare({"a.csv": "x\n1\n"}, {"a.csv": "x\n1\n", "b.csv": ""}), ["a.csv"])

    def test_a_different_number(self):
        self.differs("a.csv differs .*line 2: '1' here, '2' there", {"a.csv": "x\n1\n"}, {"a.csv": "x\n2\n"})

    def test_a_missing_row(self):
        self.differs("4 bytes here, 6 there", {"a.csv": "x\n1\n"}, {"a.csv": "x\n1\n2\n"})

    def test_a_table_that_the_command_does_not_write(self):
        self.differs("no such table", {"a.csv": ""}, {})

    def test_no_table_where_there_should_be_one(self):
        self.differs("nothing to compare", {}, {"a.csv": ""})
        self.assertEqual(self.compare({}, {}, must_compute=False), [])


class Heartbeats(unittest.TestCase):
    def test_nobody_asks_a_kernel_for_heartbeats(self):
        with mock.patch.object(AsyncKernelClient, "start_channels") as start:
            manager = execute.Client(sound(), kernel_name="rust").create_kernel_manager()
            manager.client().start_channels()
        start.assert_called_once_with(hb=False)


class Places(unittest.TestCase):
    """The cache is the command's, and what is started here gets an environment of ours."""

    def test_the_cache_is_that_of_the_command(self):
        for variables, expected in [
            ({"DAE_CACHE_DIR": "/a b", "XDG_CACHE_HOME": "/c", "HOME": "/d"}, "/a b"),
            ({"DAE_CACHE_DIR": "", "XDG_CACHE_HOME": "/c", "HOME": "/d"}, "/c/dae"),
            ({"XDG_CACHE_HOME": "", "HOME": "/d"}, "/d/.cache/dae"),
            ({"DAE_CACHE_DIR": "here", "HOME": "/d"}, Path.cwd() / "here"),
        ]:
            with mock.patch.dict(os.environ, variables, clear=True):
                self.assertEqual(places.cache(), Path(expected))
        for variables in ({}, {"HOME": ""}):
            with mock.patch.dict(os.environ, variables, clear=True), self.assertRaisesRegex(SystemExit, "set DAE_CACHE_DIR"):
                places.cache()

    def test_no_cell_is_loaded_from_a_path_with_a_blank(self):
        self.assertEqual(places.kernels(Path("/a/b")), Path("/a/b/kernels"))
        self.assertEqual(places.kernels(Path("/a b/c"), "/d").parent, Path("/d"))
        with self.assertRaisesRegex(SystemExit, "set TMPDIR"):
            places.kernels(Path("/a b/c"), "/d e")

    def test_settings_of_the_user_stay_outside(self):
        foreign = (
            "PYTHONPATH PYTHONHOME PYTHONSTARTUP JUPYTER_CONFIG_PATH JUPYTER_PREFER_ENV_PATH JUPYTERLAB_DIR IPYTHONDIR "
            "EVCXR_TMPDIR EVCXR_IS_RUNTIME CARGO_TARGET_DIR CARGO_BUILD_TARGET CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR "
            "CARGO_BUILD_RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_PROFILE_DEV_PANIC RUSTC RUSTC_WRAPPER RUSTFLAGS"
        ).split()
        kept = "PATH HOME CARGO_HOME CARGO_HTTP_PROXY CARGO_BUILD_JOBS RUSTUP_TOOLCHAIN LD_LIBRARY_PATH".split()
        theirs = dict.fromkeys(foreign + kept, "theirs") | {"PATH": os.environ["PATH"]}
        with mock.patch.dict(os.environ, theirs, clear=True):
            self.assertEqual(set(places.environment(OURS="1")), {*kept, "OURS"})

    def test_offline_means_what_it_means_to_make(self):
        for value, offline in {"1": True, "true": True, "YES": True, "on": True, "0": False, "off": False, "": False}.items():
            with mock.patch.dict(os.environ, {"DAE_OFFLINE": value}, clear=True):
                self.assertEqual("CARGO_NET_OFFLINE" in places.environment(), offline, value)
        with mock.patch.dict(os.environ, {"DAE_OFFLINE": "maybe"}), self.assertRaisesRegex(SystemExit, "OFFLINE=maybe"):
            places.environment()

    def test_our_kernel_is_found_before_others(self):
        with TemporaryDirectory() as home:
            for folder in (".local/share/jupyter", ".jupyter"):
                workspace.write(Path(home, folder, "kernels", "rust", "kernel.json"), '{"argv": ["false"], "display_name": "theirs"}')
            for prefer in ("0", "1"):
                variables = {"HOME": home, "JUPYTER_PREFER_ENV_PATH": prefer, "JUPYTER_PATH": home, "JUPYTER_DATA_DIR": home}
                with mock.patch.dict(os.environ, variables):
                    ours = places.jupyter_environment()
                with mock.patch.dict(os.environ, ours, clear=True):
                    self.assertIn(str(places.CLONE), " ".join(KernelSpecManager().get_kernel_spec("rust").argv))

    def test_what_cannot_be_written_is_said_in_one_line(self):
        for number, do in ((errno.EROFS, "DAE_CACHE_DIR"), (errno.EACCES, "DAE_CACHE_DIR"), (errno.ENOSPC, "make room")):
            with self.assertRaisesRegex(SystemExit, f"^notebooks: .*/x: .*{do}[^\n]*$"), places.in_one_line():
                raise OSError(number, os.strerror(number), str(places.CACHE / "x"))

    def test_a_kernel_that_cannot_be_copied_leaves_nothing(self):
        full = OSError(errno.ENOSPC, "No space left on device", "there")
        with TemporaryDirectory() as folder, mock.patch.object(places, "kernels", lambda: Path(folder, "kernels")):
            with mock.patch.object(workspace, "prepare"), mock.patch.object(workspace, "private", side_effect=full):
                with mock.patch.object(kernel, "find_evcxr", lambda: "evcxr"), self.assertRaises(OSError):
                    kernel.start("connection.json")
            self.assertEqual(list(Path(folder, "kernels").glob("*")), [])


class Told(unittest.TestCase):
    """What stands between the kernel and others."""

    def test_rust_analyzer_is_told_of_what_cells_meet_and_ask_for(self):
        depends = {"ctx": ["paper", "shared", "asked"], "shared": ["paper"], "paper": ["polars", "clap"], "polars": ["polars-io"]}
        depends |= {"asked": ["needed"], "needed": [], "clap": [], "polars-io": []}
        metadata = {
            "packages": [{"id": f"id of {name}", "name": name} for name in depends],
            "workspace_members": ["id of ctx", "id of shared"],
            "resolve": {
                "nodes": [
                    {"id": f"id of {name}", "dependencies": [f"id of {n}" for n in on], "deps": [{"pkg": f"id of {n}"} for n in on]}
                    for name, on in depends.items()
                ]
            },
        }
        found = pruned(metadata)
        self.assertEqual({p["name"] for p in found["packages"]}, {"ctx", "shared", "paper", "polars", "asked", "needed"})
        nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
        self.assertEqual(set(nodes), {p["id"] for p in found["packages"]})
        self.assertEqual(nodes["id of paper"]["dependencies"], ["id of polars"])
        self.assertEqual(nodes["id of paper"]["deps"], [{"pkg": "id of polars"}])
        self.assertEqual(nodes["id of asked"]["dependencies"], ["id of needed"])

    def test_only_a_line_to_be_written_over_is_changed_and_signed_anew(self):
        session = Session(key=b"the key")
        for kind, text, passed_on in [
            ("stream", "\r half\n", "\r half"),
            ("stream", "\r\rdone\n", "\r\rdone\n"),
            ("stream", "a line\n", "a line\n"),
            ("display_data", "\r half\n", "\r half\n"),
        ]:
            frames = [b"topic", *session.serialize(session.msg(kind, {"name": "stdout", "text": text}))]
            _, frames = session.feed_identities(kernel.in_place(frames, b"the key"))
            self.assertEqual(session.deserialize(frames)["content"]["text"], passed_on)


class Locks(unittest.TestCase):
    """A file system without locks stops nothing."""

    def test_without_locks_everything_goes_on_and_nothing_is_removed(self):
        for number in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            with TemporaryDirectory() as folder, mock.patch("fcntl.flock", side_effect=OSError(number, "no locks")):
                said = io.StringIO()
                workspace._said.clear()
                with contextlib.redirect_stderr(said), mock.patch.object(places, "kernels", lambda: Path(folder, "kernels")):
                    with workspace.locked(Path(folder, "lock")):
                        pass
                    kernels = [workspace.new_folder() for _ in range(2)]
                    self.assertTrue(all(folder.exists() for folder, _ in kernels))
                for _, lock in kernels:
                    lock.close()
                self.assertRegex(said.getvalue(), "^notebooks: .* has no file locks: [^\n]*\n$")
        workspace._said.clear()

    def test_other_errors_are_errors(self):
        with TemporaryDirectory() as folder, mock.patch("fcntl.flock", side_effect=OSError(errno.EIO, "broken")):
            with self.assertRaisesRegex(OSError, "broken"), workspace.locked(Path(folder, "lock")):
                pass


# What people have in ~/.cargo/config.toml and in their environment, at its worst.
CARGO_CONFIGURATION = """
[build]
target = "wasm32-unknown-unknown"
target-dir = "/nowhere/target"
build-dir = "/nowhere/build"
rustflags = ["-Cpanic=abort"]
rustc = "/bin/false"
rustc-wrapper = "/bin/false"
rustc-workspace-wrapper = "/bin/false"
incremental = false

[profile.dev]
panic = "abort"
lto = true
debug = 2
opt-level = 3
overflow-checks = true
debug-assertions = true

[target.'cfg(all())']
rustflags = ["--cfg", "theirs"]
runner = "/bin/false"
"""
CARGO_VARIABLES = {
    "CARGO_TARGET_DIR": "/nowhere/target",
    "CARGO_BUILD_TARGET_DIR": "/nowhere/target",
    "CARGO_BUILD_TARGET": "wasm32-unknown-unknown",
    "CARGO_ENCODED_RUSTFLAGS": "-Cpanic=abort",
    "CARGO_BUILD_RUSTFLAGS": "-Cpanic=abort",
    "RUSTFLAGS": "-Cpanic=abort",
    "RUSTC": "/bin/false",
    "RUSTC_WRAPPER": "/bin/false",
    "CARGO_PROFILE_DEV_PANIC": "abort",
}


class Prepared(unittest.TestCase):
    """What decides whether the crates are built is their content; tried on a small clone, in a path with blanks."""

    def setUp(self):
        folder = TemporaryDirectory(prefix="a clone ")
        self.addCleanup(folder.cleanup)
        self.clone = Path(folder.name).resolve() / "my clone"
        self.prepared = self.clone.parent / "the cache" / "notebooks" / "x"
        for name in ("dae", "paper", "plot"):
            manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n'
            workspace.write(self.clone / "crates" / name / "Cargo.toml", manifest)
            workspace.write(self.clone / "crates" / name / "src" / "lib.rs", "pub fn number() -> i32 { 1 }\n")
        workspace.write(self.clone / "Cargo.toml", '[workspace]\nmembers = ["crates/*"]\n')
        subprocess.run(["cargo", "generate-lockfile", "--quiet", "--offline"], cwd=self.clone, check=True)
        cell = new_code_cell("\n".join(f':dep {name} = {{ path = "../crates/{name}" }}' for name in ("dae", "paper", "plot")))
        (self.clone / "notebooks").mkdir()
        nbformat.write(new_notebook(cells=[cell]), str(self.clone / "notebooks" / "00_start_here.ipynb"))
        places_there = {"CLONE": self.clone, "NOTEBOOKS": self.clone / "notebooks", "PREPARED": self.prepared}
        for name, path in places_there.items():
            patch = mock.patch.object(workspace, name, path)
            patch.start()
            self.addCleanup(patch.stop)

    def write(self, text, age):
        """Writes what `dae` is, as of that many seconds ago."""
        path = self.clone / "crates" / "dae" / "src" / "lib.rs"
        path.write_text(text)
        os.utime(path, (time.time() - age,) * 2)

    def compiled(self, *options):
        """Whether all is well, and what cargo has built for it."""
        done = []
        run = subprocess.run

        def heard(command, **arguments):
            done.append(run(command, **arguments | {"stderr": subprocess.PIPE, "text": True}))
            return done[-1]

        with mock.patch("subprocess.run", heard):
            fine = workspace.prepare()
        said = "".join(each.stderr for each in done)
        return fine, {name for name in ("dae", "paper", "plot") if f"Compiling {name} " in said or f"Checking {name} " in said}

    def test_content_decides_and_not_time(self):
        self.assertEqual(self.compiled(), (True, {"dae", "paper", "plot"}))
        self.assertEqual((self.prepared / "clone").read_text(), f"{self.clone}\n")
        self.assertEqual(self.compiled(), (True, set()))
        self.write('compile_error!("seen");\n', age=1e6)
        self.assertFalse(self.compiled()[0])
        # What failed is not taken for done, whatever is there then.
        self.write("pub fn number() -> i32 { 1 }\n", age=2e6)
        self.assertEqual(self.compiled(), (True, {"dae", "paper", "plot"}))
        self.write("pub fn number() -> i32 { 2 }\n", age=3e6)
        self.assertEqual(self.compiled(), (True, {"dae", "paper", "plot"}))
        # The same content with other times: an hour ahead, which cargo alone would build again and again.
        self.write("pub fn number() -> i32 { 2 }\n", age=-3600)
        self.assertEqual(self.compiled(), (True, set()))

    def test_a_kernels_copy_has_nothing_left_to_build(self):
        self.assertTrue(workspace.prepare(quiet=True))
        self.write("pub fn number() -> i32 { 2 }\n", age=1e6)
        self.assertTrue(workspace.prepare(quiet=True))
        folder = self.clone.parent / "a kernel"
        ctx = workspace.private(folder)
        workspace.write(ctx / "Cargo.toml", '[package]\nname = "ctx"\nedition = "2024"\n\n[dependencies]\n' + workspace.dependencies())
        workspace.write(ctx / "src" / "lib.rs", "const TWO: [(); 2] = [(); dae::number() as usize];\n")
        for step in ("build", "check"):
            command, environment = workspace.cargo(folder, step)
            said = subprocess.run([*command, "--package", "ctx"], cwd=ctx, env=environment, stderr=subprocess.PIPE, text=True)
            self.assertNotRegex(said.stderr, "(Compiling|Checking) (dae|paper|plot|shared) ")

    def test_the_users_cargo_configuration_changes_nothing(self):
        self.assertEqual(self.compiled(), (True, {"dae", "paper", "plot"}))
        workspace.write(self.clone.parent / ".cargo" / "config.toml", CARGO_CONFIGURATION)
        with mock.patch.dict(os.environ, CARGO_VARIABLES):
            self.assertEqual(self.compiled(), (True, set()))
            self.write("pub fn number() -> i32 { 2 }\n", age=0)
            self.assertEqual(self.compiled(), (True, {"dae", "paper", "plot"}))
        self.assertEqual(self.compiled(), (True, set()))

    def test_another_clone_starts_from_what_is_built_but_not_from_its_crates(self):
        self.assertTrue(workspace.prepare(quiet=True))
        with mock.patch.object(workspace, "PREPARED", self.prepared.with_name("y")):
            workspace.start_from_another(workspace.PREPARED / "workspace")
            target = workspace.PREPARED / "workspace" / "ctx" / "target"
            self.assertTrue(target.is_dir())
            self.assertEqual([path for path in target.rglob("*") if workspace.OWN.match(path.name)], [])


class Embedded(unittest.TestCase):
    def test_every_file_that_the_crates_are_compiled_from_decides(self):
        """Cargo's own lists, made when the crates were built, beside ours."""
        ours = {str(path) for path in workspace.sources()}
        lists = [
            path
            for name in ("dae", "paper", "plot", "build_script_build")
            for path in (workspace.PREPARED / "workspace" / "ctx" / "target").glob(f"**/{name}-*.d")
        ]
        named = {word.rstrip(":") for path in lists for word in path.read_text().replace("\\ ", "\0").split()}
        named = {word.replace("\0", " ") for word in named}
        theirs = {os.path.normpath(path) for path in named if path.startswith(str(places.CLONE))}
        theirs = {path for path in theirs if os.path.exists(path)}
        self.assertGreater(len(theirs), 50)
        self.assertEqual(theirs - ours, set())


class Kernel:
    """A kernel of this clone and what its cells say."""

    def __init__(self):
        folders = set(places.kernels().glob("*"))
        self.manager = KernelManager(kernel_name="rust")
        self.manager.start_kernel(cwd=str(NOTEBOOKS))
        self.client = self.manager.client()
        self.client.start_channels(hb=False)
        self.client.wait_for_ready(timeout=900)
        # Of two kernels that start at once each sees both.
        self.folders = set(places.kernels().glob("*")) - folders

    def run(self, code, until="", timeout=300, interrupt_at=None):
        """Everything that a cell says, and whether it succeeds.

        What a cell writes to stderr may come after its reply: with `until` this goes on listening, for a minute at
        most, until the cell has said that. When it says `interrupt_at` it is interrupted.
        """
        said, interrupted = [], []

        def hear(message):
            content = message["content"]
            said.append(content.get("text") or content.get("data", {}).get("text/plain") or "")
            said.extend(content.get("traceback", []) + [content.get("evalue", "")])
            if interrupt_at and interrupt_at in (content.get("text") or "") and not interrupted:
                interrupted.append(self.manager.interrupt_kernel())

        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=hear)
        deadline = time.monotonic() + 60
        while until not in check.plain("\n".join(said)) and time.monotonic() < deadline:
            try:
                hear(self.client.get_iopub_msg(timeout=1))
            except Empty:
                pass
        return check.plain("\n".join(said)), reply["content"]["status"] == "ok"

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


class Kernels(unittest.TestCase):
    """What a reader needs of a kernel."""

    shared = None

    def kernel(self):
        kernel = Kernel()
        self.addCleanup(kernel.stop)
        return kernel

    def opened(self, kernel=None):
        """A kernel whose first cell has run: the one that tests share, because a new one takes its time, or this one."""
        if kernel is None:
            if Kernels.shared is None:
                Kernels.shared = Kernel()
                self.addClassCleanup(Kernels.shared.stop)
            kernel = Kernels.shared
        said, ok = kernel.run(PRELUDE)
        self.assertEqual((said.strip(), ok), ("", True))
        return kernel

    def test_after_a_panic_or_an_error_other_variables_are_usable(self):
        kernel = self.opened()
        self.assertTrue(kernel.run('let words = vec!["kept".to_string()];')[1])
        for code, message in [
            ('panic!("the message of the panic");', "the message of the panic"),
            ('let empty: Vec<u8> = Vec::new(); empty[3]', "index out of bounds"),
            ('let number: i32 = "no number".parse()?;', "invalid digit"),
            ("let number: i32 = words;", "mismatched types"),
            ('let _ = std::thread::spawn(|| panic!("in a thread")).join();', "in a thread"),
            ('dae::theory::Mode::denoising(-1.0, 0.5)?', "lambda"),
        ]:
            with self.subTest(code):
                said, _ = kernel.run(code, until=message)
                after, ok = kernel.run('println!("{words:?}");')
                self.assertIn(message, said)
                self.assertNotIn("backtrace", said)
                self.assertIn('["kept"]', after)
                self.assertTrue(ok)

    def test_when_the_variables_are_gone_a_reader_is_told_and_the_first_cell_brings_everything_back(self):
        kernel = self.opened()
        gone = "Run its cells again, from the first on"
        self.assertTrue(kernel.run('let words = vec!["kept".to_string()];')[1])
        # A first cell that runs twice brings no second message.
        self.assertTrue(kernel.run(PRELUDE)[1])
        for code, interrupt_at in [
            ("std::process::exit(0);", None),
            ("std::process::abort();", None),
            ('println!("at it"); loop { std::thread::sleep(std::time::Duration::from_secs(1)); }', "at it"),
        ]:
            with self.subTest(code):
                said, ok = kernel.run(code, until=gone, interrupt_at=interrupt_at)
                self.assertEqual((said.count(gone), ok), (1, False), said)
                said, ok = kernel.run(PRELUDE)
                self.assertEqual((said.strip(), ok), ("", True))
        self.assertFalse(kernel.run('println!("{words:?}");')[1])
        said, _ = kernel.run('panic!("the message of the panic");', until="the message of the panic")
        self.assertIn("the message of the panic", said)
        self.assertNotIn("backtrace", said)
        # An interrupt when nothing runs: the next cell says it.
        kernel.manager.interrupt_kernel()
        time.sleep(1)
        said, ok = kernel.run('println!("{}", 1 + 1);', until=gone)
        self.assertEqual((gone in said, ok), (True, False), said)
        self.assertEqual(kernel.run('println!("{}", 1 + 1);')[0].strip(), "2")

    def test_an_interrupt_ends_a_training_run_with_what_it_has_come_to(self):
        kernel = self.opened()
        train = "let trained = notebook.train_linear(&notebook.settings.fig5.clone().check()?, DataSet::Mnist, Model::Dae)?;"
        said, ok = kernel.run(train, interrupt_at=" s left  loss ")
        self.assertTrue(ok, said)
        epoch = int(re.search(r"interrupted at epoch (\d+) of 5000", said)[1])
        said, ok = kernel.run('println!("{:?} {}", trained.epochs.last(), trained.loss.len());')
        self.assertEqual((said.strip(), ok), (f"Some({epoch}) {epoch // 50 + 1}", True))

    def test_the_type_of_what_the_crates_give_is_found(self):
        kernel = self.opened()
        for code, shown in [
            ("let spectra = spectra::committed()?;\nlet largest = spectra[0].1.lambda[0];", None),
            ('let table = frame([("a", vec![1.0, 2.0])])?;\nlet height = table.height();\nlet second = table.column("a")?.f64()?.get(1);', None),
            ("let matrix = dae::data::Sums::new(2).eigenvalues(1.0)?;", None),
            ('println!("{largest:.2} {height} {second:?} {matrix:?}");', "38.29 2 Some(2.0) [0.0, 0.0]"),
        ]:
            said, ok = kernel.run(code)
            self.assertEqual((said.strip(), ok), (shown or "", True))

    def test_an_interrupt_while_a_cell_is_compiled_keeps_the_variables(self):
        kernel = self.opened()
        self.assertTrue(kernel.run('let words = vec!["kept".to_string()];')[1])
        timer = Timer(0.8, kernel.manager.interrupt_kernel)
        timer.start()
        _, ok = kernel.run("let more = words.len() + 1;")
        timer.join()
        if not ok:  # Otherwise the cell was too fast.
            self.assertEqual(kernel.run('println!("{words:?}");')[0].strip(), '["kept"]')

    def test_a_new_kernel_has_nothing_of_the_users_settings_and_builds_nothing_for_the_first_mistake(self):
        configuration = places.PREPARED / ".cargo" / "config.toml"
        self.addCleanup(shutil.rmtree, configuration.parent)
        workspace.write(configuration, CARGO_CONFIGURATION)
        with TemporaryDirectory() as theirs:
            workspace.write(Path(theirs) / "json.py", "raise SystemExit('theirs')\n")
            variables = dict.fromkeys(("PYTHONPATH", "PYTHONHOME", "EVCXR_CONFIG_DIR", "EVCXR_TMPDIR"), theirs) | {"EVCXR_IS_RUNTIME": "1"}
            with mock.patch.dict(os.environ, CARGO_VARIABLES | variables):
                kernel = self.opened(self.kernel())
            (folder,) = kernel.folders

            def built():
                return {path for path in folder.rglob(".fingerprint/*") if not path.name.startswith("ctx-")}

            before = built()
            self.assertTrue(any(path.name.startswith("paper-") for path in before))
            for _ in range(2):
                said, ok = kernel.run('let number: i32 = "text";', until="mismatched types")
                self.assertEqual(("mismatched types" in said, ok), (True, False))
            self.assertEqual(built(), before)
            said, _ = kernel.run('panic!("the message of the panic");', until="the message of the panic")
            self.assertIn("the message of the panic", said)
            self.assertEqual(kernel.run('println!("{}", 1 + 1);')[0].strip(), "2")

    def test_two_kernels_at_once(self):
        said = {}

        def work(number):
            kernel = self.kernel()
            cells = [PRELUDE] + [f'let n{step} = {number} * 100 + {step}; println!("{{n{step}}}");' for step in range(3)]
            said[number] = [kernel.run(cell) for cell in cells]

        threads = [Thread(target=work, args=[number]) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in (1, 2):
            expected = [("", True)] + [(f"{number * 100 + step}", True) for step in range(3)]
            self.assertEqual([(text.strip(), ok) for text, ok in said[number]], expected)

    def test_a_kernel_that_ends_leaves_nothing_behind(self):
        folders = places.kernels()
        kernel = Kernel()
        own = kernel.folders
        self.assertTrue(own)
        kernel.stop()
        # Jupyter kills a kernel that takes its time; what is left then is swept up before the next one starts.
        deadline = time.monotonic() + 120
        while own & set(folders.glob("*")) and time.monotonic() < deadline:
            time.sleep(1)
            workspace.sweep(folders)
        self.assertFalse(own & set(folders.glob("*")))


if __name__ == "__main__":
    places.adopt(places.jupyter_environment())
    unittest.main(verbosity=1)
