"""Tests of the set-up on machines that are not like ours: caches, settings and file systems of other kinds.

    python3 -I scripts/test_setup.py [TEST...]

Seconds, no network. What needs a build is built in a toy clone: this Makefile and these scripts around two crates of a few
lines. The command's part is tested where target/release/paper has been built.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "target" / "release" / "paper"
OLD = 1_000_000_000
sys.dont_write_bytecode = True

MAIN = """\
#![allow(unexpected_cfgs)]
fn main() {
    let sum = |a: i32| a.wrapping_add(1);
    let checks = std::hint::black_box(sum)(0) + i32::from(cfg!(debug_assertions)) + 2 * i32::from(cfg!(overflow_checks_on));
    println!("paper {} {} {:?}", dae::WHO, checks, std::env::args().nth(1));
}
"""


def environment(home, **variables):
    """A small environment: nothing of whoever runs this test but the path, cargo and rustup."""
    kept = ("PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH")
    small = {name: os.environ[name] for name in kept if name in os.environ}
    if "CARGO_HOME" not in small:
        small["CARGO_HOME"] = str(Path.home() / ".cargo")
    if "RUSTUP_HOME" not in small:
        small["RUSTUP_HOME"] = str(Path.home() / ".rustup")
    return small | {"HOME": str(home), **{name: str(value) for name, value in variables.items()}}


def run(command, folder, variables):
    return subprocess.run([str(part) for part in command], cwd=folder, env=variables, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


class Case(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="test-setup-")
        self.addCleanup(temporary.cleanup)
        # With a blank, as on many a Mac.
        self.work = Path(temporary.name).resolve() / "of a user"
        self.home = self.work / "home"
        self.home.mkdir(parents=True)

    def pass_over(self, why):
        print(f"{self.id()} is passed over: {why}", file=sys.stderr)
        self.skipTest(why)

    def good(self, command, folder, variables):
        done = run(command, folder, variables)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def refused(self, command, folder, variables, *words):
        """Refused in one line that has these words."""
        done = run(command, folder, variables)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        said = [line for line in done.stderr.splitlines() if not re.match(r"make(\[\d+\])?: \*\*\* \[", line)]
        self.assertEqual(len(said), 1, done.stderr)
        for word in words:
            self.assertIn(str(word), said[0])

    def toy(self):
        """A clone in miniature."""
        clone = self.work / "the clone"
        for name in ("dae", "paper"):
            (clone / "crates" / name / "src").mkdir(parents=True)
            (clone / "crates" / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nedition = "2024"\n')
        with open(clone / "crates" / "paper" / "Cargo.toml", "a") as file:
            file.write('[dependencies]\ndae = { path = "../dae" }\n')
        (clone / "Cargo.toml").write_text('[workspace]\nresolver = "3"\nmembers = ["crates/*"]\n# What setup.sh looks for.\n'
                                          '[workspace.package]\nrust-version = "1.90"\n')
        (clone / "crates" / "paper" / "src" / "main.rs").write_text(MAIN)
        self.say(clone, "first")
        (clone / "results").mkdir()
        shutil.copy(ROOT / "Makefile", clone)
        (clone / "scripts").mkdir()
        for script in ROOT.glob("scripts/*.*"):
            shutil.copy(script, clone / "scripts")
        self.good(["cargo", "generate-lockfile", "--offline"], clone, environment(self.home))
        return clone

    def say(self, clone, who, time=None):
        path = clone / "crates" / "dae" / "src" / "lib.rs"
        path.write_text(f'pub const WHO: &str = "{who}";\n' if who else 'compile_error!("on purpose");\n')
        if time:
            os.utime(path, (time, time))

    def build(self, clone, **variables):
        return self.good(["bash", "scripts/cargo.sh", "build", "--release", "--package", "paper"], clone,
                         environment(self.home, **variables))

    def said(self, clone):
        return subprocess.check_output([clone / "target" / "release" / "paper"], text=True).split()[1]


class Cache(Case):
    """Make, the scripts and the command agree on one cache, and asking for help creates nothing."""

    def answers(self, variables, *arguments):
        said = self.good(["make", "help", *arguments], ROOT, variables).stdout
        made = re.search(r"^  CACHE .*? are kept \((.*)\)$", said, flags=re.MULTILINE)[1]
        script = self.good(["bash", "scripts/cache.sh"], ROOT, variables).stdout[:-1]
        command = None
        if PAPER.exists():
            command = os.path.join(ROOT, self.good([PAPER, "data", "path"], ROOT, variables).stdout[:-1])
        return made, script, command

    def test_names(self):
        for name in ("plain", "two  blanks", "$HOME $(x) it's", '"quoted" #a,b)', "100% back\\slash größe *", "a/"):
            for place in (str(self.work / name), "no/such " + name):
                here = os.path.join(ROOT, place)
                plain = here.rstrip("/") if name == "a/" else here
                for variables, expected in (
                    ({"DAE_CACHE_DIR": place, "XDG_CACHE_HOME": "/elsewhere"}, here),
                    ({"DAE_CACHE_DIR": "", "XDG_CACHE_HOME": place}, f"{plain}/dae"),
                    ({"XDG_CACHE_HOME": "", "HOME": here}, f"{plain}/.cache/dae"),
                ):
                    with self.subTest(variables=variables):
                        made, script, command = self.answers(environment(self.home) | variables)
                        self.assertEqual((made, script), (expected, expected))
                        self.assertIn(command, (expected, None))
                with self.subTest(argument=place):
                    self.assertEqual(self.answers(environment(self.home), f"CACHE={place}")[0], here)
                    self.assertEqual(self.answers(environment(self.home), f"DAE_CACHE_DIR={place}")[0], here)
        self.assertEqual(list(self.home.iterdir()), [])
        self.assertFalse((ROOT / "no").exists())

    def test_tilde(self):
        # Of all shells only bash replaces it in an argument of make.
        self.assertEqual(self.answers(environment(self.home), "CACHE=~/x y")[0], f"{self.home}/x y")
        self.refused(["make", "build", "CACHE=~somebody/x"], ROOT, environment(self.home), "CACHE=~somebody/x")

    def test_no_place(self):
        for variables in ({}, {"HOME": ""}, {"HOME": "", "XDG_CACHE_HOME": "", "DAE_CACHE_DIR": ""}):
            small = environment(self.home)
            del small["HOME"]
            small |= variables
            self.refused(["make", "build"], ROOT, small, "set DAE_CACHE_DIR")
            self.refused(["bash", "scripts/python.sh"], ROOT, small, "set DAE_CACHE_DIR")
            self.good(["make", "help"], ROOT, small)
            if PAPER.exists():
                self.refused([PAPER, "data", "path"], ROOT, small, "set DAE_CACHE_DIR")
        self.assertFalse(Path("/.cache/dae").exists())

    def test_a_colon(self):
        # Cargo cannot put such a path into LD_LIBRARY_PATH.
        clone = self.toy()
        self.refused(["make", "build"], clone, environment(self.home, DAE_CACHE_DIR=self.work / "a:b"), "colon")
        self.refused(["make", "build"], clone.rename(self.work / "c:d"), environment(self.home), "colon")

    def test_help_creates_nothing(self):
        clone = self.toy()
        files = lambda: sorted(str(path) for path in self.work.rglob("*"))
        before = files()
        for arguments in (["help"], ["-n"], ["-n", "test"], ["-pn", "help"], ["-n", "clean"], ["help", "CACHE=rel ative"]):
            self.good(["make", *arguments], clone, environment(self.home))
        self.assertEqual(files(), before)
        self.good(["make", "clean"], clone, environment(self.home))
        self.good(["make", "-C", clone, "clean", f"CACHE={self.home}"], self.work, environment(self.home))
        self.assertEqual(files(), before)

    def test_clean_cache_removes_nothing_but_a_cache(self):
        clone = self.toy()
        for name in ("build/1", "mnist", "python", "notebooks/diary", "thesis"):
            (self.home / name).mkdir(parents=True)
        before = sorted(self.home.rglob("*"))
        self.refused(["make", "clean-cache", "CACHE=~"], clone, environment(self.home), "more than a cache (it holds thesis)")
        self.assertEqual(sorted(self.home.rglob("*")), before)
        (self.home / "thesis").rmdir()
        cache = self.home / "a cache"
        for name in ("build/1", "mnist", "cifar10.bad-2", "python", "evcxr-0.22.0"):
            (cache / name).mkdir(parents=True)
        self.good(["make", "clean-cache", f"CACHE={cache}"], clone, environment(self.home))
        self.assertFalse(cache.exists())
        self.assertTrue((self.home / "notebooks" / "diary").exists())

    def test_a_cache_that_cannot_be_written(self):
        clone = self.toy()
        (self.work / "file").write_text("")
        # A file is in the way, which stops root too.
        self.build(clone, DAE_CACHE_DIR=self.work / "file" / "cache")
        self.assertEqual(self.said(clone), "first")


class Offline(Case):
    """OFFLINE and DAE_OFFLINE mean the same to make and to the scripts; of the command there is a unit test."""

    def test_values(self):
        for values, expected in (("1 true yes on YES True", "1"), ("0 false no off NO Off", ""), ([""], "")):
            for value in values.split() if isinstance(values, str) else values:
                for name in ("OFFLINE", "DAE_OFFLINE"):
                    with self.subTest(name=name, value=value):
                        variables = environment(self.home, **{name: value})
                        self.assertEqual(self.good(["bash", "scripts/offline.sh"], ROOT, variables).stdout.strip(), expected)
                        for command in (["make", "-n", "data-if-possible"], ["make", "-n", "data-if-possible", f"{name}={value}"]):
                            said = self.good(command, ROOT, variables).stdout
                            self.assertEqual("data fetch" in said, not expected)
        # The argument comes first.
        said = self.good(["make", "-n", "data-if-possible", "OFFLINE=0"], ROOT, environment(self.home, DAE_OFFLINE=1)).stdout
        self.assertIn("data fetch", said)

    def test_other_values_are_refused(self):
        for name in ("OFFLINE", "DAE_OFFLINE"):
            variables = environment(self.home, **{name: "maybe"})
            self.refused(["make", "data"], ROOT, variables, "=maybe")
            self.refused(["bash", "scripts/python.sh"], ROOT, variables, "=maybe")
        if PAPER.exists():
            self.refused([PAPER, "data", "verify"], ROOT, environment(self.home, DAE_OFFLINE="maybe"), "DAE_OFFLINE=maybe")

    def test_nothing_is_fetched(self):
        variables = environment(self.home, DAE_OFFLINE="yes")
        self.refused(["bash", "-c", ". scripts/common.sh; install gcc gcc gcc gcc"], ROOT, variables, "gcc", "offline")
        self.refused(["bash", "scripts/python.sh"], ROOT, variables, "notebooks/requirements.txt", "offline")
        self.good(["bash", "scripts/linker.sh"], ROOT, variables)
        if PAPER.exists():
            said = run([PAPER, "data", "fetch"], ROOT, variables)
            self.assertIn("not asked, because offline", said.stderr)
        clone = self.toy()
        with open(clone / "crates" / "dae" / "Cargo.toml", "a") as file:
            file.write('[dependencies]\na-crate-that-is-not-there = "1"\n')
        done = run(["bash", "scripts/cargo.sh", "build"], clone, environment(self.home, OFFLINE="on"))
        self.assertIn("setup: crates are missing, and nothing is fetched offline", done.stderr.splitlines()[-1])


class Content(Case):
    """What decides whether something is built is the content of the sources, whatever their times say."""

    def test_an_older_archive_in_the_same_place(self):
        clone = self.toy()
        self.build(clone)
        self.assertEqual(self.said(clone), "first")
        shutil.rmtree(clone)
        self.say(self.toy(), "second", OLD)
        self.build(clone)
        self.assertEqual(self.said(clone), "second")

    def test_a_failed_build_is_not_taken_for_current(self):
        clone = self.toy()
        self.build(clone)
        self.say(clone, None, OLD)
        self.assertNotEqual(run(["bash", "scripts/cargo.sh", "build"], clone, environment(self.home)).returncode, 0)
        self.say(clone, "third", OLD)
        self.build(clone)
        self.assertEqual(self.said(clone), "third")
        self.say(clone, "first", OLD)
        self.build(clone)
        self.assertEqual(self.said(clone), "first")

    def test_interrupted_between_list_and_build(self):
        clone = self.toy()
        self.build(clone)
        self.say(clone, "second", OLD)
        folder = next((self.home / ".cache" / "dae" / "build").iterdir())
        # As left by a process that was killed: locked, without a list.
        (folder / "sources.lock").mkdir()
        (folder / "sources").unlink()
        self.build(clone)
        self.assertEqual(self.said(clone), "second")

    def test_two_at_once(self):
        clone = self.toy()
        self.build(clone)
        self.say(clone, "second", OLD)
        command = ["bash", "scripts/cargo.sh", "run", "--quiet", "--release", "--package", "paper"]
        both = [subprocess.Popen(command, cwd=clone, env=environment(self.home), stdout=subprocess.PIPE, text=True)
                for _ in range(2)]
        self.assertEqual([process.communicate()[0].split()[1] for process in both], ["second", "second"])

    def test_an_edit_builds_no_more_than_it_needs(self):
        clone = self.toy()
        self.build(clone)
        with open(clone / "crates" / "paper" / "src" / "main.rs", "a") as file:
            file.write("// A comment.\n")
        said = self.build(clone).stderr
        self.assertIn("Compiling paper", said)
        self.assertNotIn("Compiling dae", said)
        self.assertNotIn("Compiling", self.build(clone).stderr)

    def test_clean_builds_anew(self):
        clone = self.toy()
        self.build(clone)
        self.good(["make", "clean"], clone, environment(self.home))
        self.assertIn("Compiling dae", self.build(clone).stderr)

    def test_shared_folders(self):
        clone = self.toy()
        self.build(clone, BUILD_FOLDER="fuzz")
        self.say(clone, "second", OLD)
        self.build(clone, BUILD_FOLDER="fuzz")
        self.assertEqual(self.said(clone), "second")

    def test_the_folder_names_its_clone(self):
        clone = self.toy()
        self.build(clone)
        folder = next((self.home / ".cache" / "dae" / "build").iterdir())
        self.assertEqual((folder / "clone").read_text(), f"{clone}\n")


class Surroundings(Case):
    """What shells, cargo and git are told elsewhere."""

    def test_cargo_settings(self):
        clone = self.toy()
        host = re.search(r"^host: (.*)$", subprocess.check_output(["rustc", "-Vv"], text=True), flags=re.MULTILINE)[1]
        (self.work / ".cargo").mkdir()
        (self.work / ".cargo" / "config.toml").write_text(
            f'[build]\ntarget = "{host}"\ntarget-dir = "/elsewhere/target"\nbuild-dir = "/elsewhere/build"\n'
            'rustflags = ["--cfg", "overflow_checks_on"]\n[profile.release]\ndebug-assertions = true\n')
        elsewhere = {
            "CARGO_TARGET_DIR": "/elsewhere/target", "CARGO_BUILD_TARGET_DIR": "/elsewhere/target",
            "CARGO_BUILD_BUILD_DIR": "/elsewhere/build", "CARGO_BUILD_TARGET": "wasm32-unknown-unknown",
            "RUSTFLAGS": "--cfg overflow_checks_on", "CARGO_BUILD_RUSTFLAGS": "--cfg overflow_checks_on",
            "CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS": "true", "MAKEFLAGS": "-j8 --jobserver-auth=3,4",
        }
        for variables in ({}, elsewhere, {"CARGO_ENCODED_RUSTFLAGS": "--cfg\x1foverflow_checks_on"}):
            shutil.rmtree(clone / "target", ignore_errors=True)
            self.build(clone, **variables)
            said = subprocess.check_output([clone / "target" / "release" / "paper"], text=True)
            self.assertEqual(said.split()[:3], ["paper", "first", "1"])
        (self.work / ".cargo" / "config.toml").write_text('[build]\ntarget = "wasm32-unknown-unknown"\n')
        self.refused(["bash", "scripts/cargo.sh", "build"], clone, environment(self.home), "wasm32-unknown-unknown", "build.target")

    def test_shell_settings(self):
        clone = self.toy()
        (self.work / "bash_env").write_text("echo noise; set -o noclobber; shopt -s nullglob failglob; cd() { builtin cd \"$@\"; pwd; }\n")
        blank = self.work / "temporary files"
        blank.mkdir()
        for variables in (
            {"CDPATH": f"{self.work}:/tmp", "GREP_OPTIONS": "--color=always", "ENV": "/none"},
            {"LC_ALL": "xx_XX.UTF-8"}, {"LANG": "de_DE.UTF-8"}, {"TMPDIR": blank},
        ):
            with self.subTest(variables=variables):
                made = self.good(["make", "build"], clone, environment(self.home, **variables))
                self.assertEqual(self.said(clone), "first", made)
        variables = environment(self.home, BASH_ENV=self.work / "bash_env", CDPATH="/tmp:.")
        self.good(["make", "build", "-j8"], clone, variables)
        link = self.work / "link"
        link.symlink_to(clone)
        self.good(["make", "-C", link, "build"], "/", environment(self.home, CDPATH="/tmp"))
        self.assertEqual(len(list((self.home / ".cache" / "dae" / "build").iterdir())), 1)
        self.refused(["bash", "scripts/setup.sh"], clone, environment(self.home, TMPDIR="/no/such folder"), "TMPDIR")

    def test_another_rust(self):
        for text, words in (("echo rustc 1.70.0", "1.70.0 is too old"), ("echo no such toolchain >&2; exit 1", "no such toolchain")):
            rustc = self.work / "rustc"
            rustc.write_text(f"#!/bin/sh\n{text}\n")
            rustc.chmod(0o755)
            self.refused(["bash", "scripts/setup.sh"], ROOT, environment(self.home, RUSTC=rustc), words)

    def test_environment_of_git_and_python(self):
        clone = self.toy()
        with open(clone / "Makefile", "a") as file:
            file.write("\nshow:\n\t@env\n")
        said = self.good(["make", "show"], clone, environment(self.home, GIT_DIR="/elsewhere", GIT_WORK_TREE="/", PYTHONPATH="/x",
                                                              PYTHONSAFEPATH="1")).stdout
        for name in ("GIT_DIR", "GIT_WORK_TREE", "PYTHONPATH", "PYTHONSAFEPATH"):
            self.assertNotIn(f"{name}=", said)

    def test_a_checkout_that_cannot_be_written(self):
        clone = self.toy()
        target = "is writable all the same, even read-only, for this user"
        with contextlib.ExitStack() as stack:
            if os.geteuid() == 0:
                if run(["mount", "--bind", clone, clone], "/", os.environ).returncode:
                    self.pass_over("nothing may be mounted here, and for root everything can be written")
                stack.callback(run, ["umount", clone], "/", os.environ)
                run(["mount", "-o", "remount,bind,ro", clone], "/", os.environ)
            else:
                for path in (clone, clone / "results"):
                    path.chmod(0o555)
                    stack.callback(path.chmod, 0o755)
            self.assertFalse(os.access(clone / "results", os.W_OK), target)
            variables = environment(self.home)
            done = self.good(["make", "verify"], clone, variables)
            self.assertIn('paper first 1 Some("verify")', done.stdout)
            self.assertEqual(len(done.stderr.strip().splitlines()[-1:]), 1)
            self.assertIn(f"the command is {self.home}/.cache/dae/build/", done.stderr)
            self.good(["make", "help"], clone, variables)
            for goal in ("all", "fig1", "report", "notebooks", "clean"):
                self.refused(["make", goal], clone, variables, "cannot be written", "--results")


class Blas(Case):
    """Set-up runs what it links."""

    def test_a_library_outside_of_the_path_of_the_loader(self):
        if sys.platform == "darwin":
            self.pass_over("a Mac's libraries carry their own paths")
        library = self.work.parent / "lib"
        library.mkdir()
        (library / "a.c").write_text("char *openblas_get_config(void) { return \"x\"; }\nvoid dsyevd_(void) {}\n")
        self.good(["cc", "-shared", "-fPIC", library / "a.c", "-o", library / "libopenblas.so",
                   "-Wl,-soname,libopenblas-of-a-module.so.7"], "/", environment(self.home))
        shutil.copy(library / "libopenblas.so", library / "libopenblas-of-a-module.so.7")
        (library / "openblas.pc").write_text(f"Name: openblas\nVersion: 1\nDescription: x\nLibs: -L{library} -lopenblas\n")
        kinds = [{"PKG_CONFIG": "/no/such/program", "LIBRARY_PATH": library}]
        if shutil.which("pkg-config"):
            kinds.append({"PKG_CONFIG_PATH": library})
        for variables in kinds:
            self.refused(["bash", "scripts/setup.sh"], ROOT, environment(self.home, **variables),
                         f"export LD_LIBRARY_PATH={library}")
            self.good(["bash", "scripts/setup.sh"], ROOT, environment(self.home, LD_LIBRARY_PATH=library, **variables))


class Lines(Case):
    """A clone has the same bytes whatever git is told of line ends; so has an archive."""

    def test_line_ends(self):
        variables = environment(self.home, GIT_CONFIG_NOSYSTEM=1)
        listed = run(["git", "ls-files", "-s", "-z"], ROOT, variables)
        if listed.returncode:
            self.pass_over("this is not a repository")
        for number, options in enumerate((
            ["core.autocrlf=true", "core.eol=crlf"], ["core.autocrlf=input", "core.safecrlf=true", "core.symlinks=false"],
        )):
            clone = self.work / f"clone{number}"
            settings = [part for option in options for part in ("-c", option)]
            self.good(["git", "clone", "--quiet", *settings, ROOT, clone], "/", variables)
            # What is in the working tree is hashed as it lies there, and is what was committed.
            committed = self.good(["git", "ls-tree", "-r", "-z", "HEAD"], clone, variables).stdout.split("\0")[:-1]
            paths = [line.split("\t", 1)[1] for line in committed]
            hashed = subprocess.run(["git", "hash-object", "--no-filters", "--stdin-paths"], cwd=clone, env=variables, check=True,
                                    input="\n".join(paths), capture_output=True, text=True).stdout.split()
            self.assertEqual(hashed, [line.split()[2] for line in committed])
            self.assertEqual(self.good(["git", "status", "--porcelain"], clone, variables).stdout, "")
        archive = subprocess.run(["git", "-c", "core.autocrlf=true", "archive", "--format=zip", "HEAD"], cwd=clone, env=variables,
                                 check=True, capture_output=True).stdout
        with zipfile.ZipFile(io.BytesIO(archive)) as archived:
            for path in paths:
                self.assertEqual(archived.read(path), (clone / path).read_bytes(), path)


if __name__ == "__main__":
    unittest.main(verbosity=1)
