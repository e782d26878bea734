"""Tests of the set-up on machines that are not like ours: caches, settings and file systems of other kinds.

    python3 -I tests/test_setup.py [TEST...]

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
    """A small environment: nothing of whoever runs this test but the path, cargo and rustup. None takes a variable away."""
    kept = ("PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH")
    small = {name: Path.home() / f".{name[:-5].lower()}" for name in ("CARGO_HOME", "RUSTUP_HOME")}
    small |= {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": home} | variables
    return {name: str(value) for name, value in small.items() if value is not None}


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

    def call(self, command, folder=ROOT, **variables):
        return run(command, folder, environment(self.home, **variables))

    def good(self, command, folder=ROOT, **variables):
        done = self.call(command, folder, **variables)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def refused(self, command, folder, *words, **variables):
        """Refused in one line that has these words."""
        done = self.call(command, folder, **variables)
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
        figure = clone / "crates" / "paper" / "src" / "experiments" / "fig1"
        figure.mkdir(parents=True)
        (figure / "mod.rs").touch()
        self.say(clone, "first")
        (clone / "results").mkdir()
        shutil.copy(ROOT / "Makefile", clone)
        (clone / "scripts").mkdir()
        for script in ROOT.glob("scripts/*.*"):
            shutil.copy(script, clone / "scripts")
        self.good(["cargo", "generate-lockfile", "--offline"], clone)
        return clone

    def say(self, clone, who, time=None):
        path = clone / "crates" / "dae" / "src" / "lib.rs"
        path.write_text(f'pub const WHO: &str = "{who}";\n' if who else 'compile_error!("on purpose");\n')
        if time:
            os.utime(path, (time, time))

    def build(self, clone, **variables):
        return self.good(["bash", "scripts/cargo.sh", "build", "--release", "--package", "paper"], clone, **variables)

    def said(self, clone):
        return subprocess.check_output([clone / "target" / "release" / "paper"], text=True).split()[1]


class Cache(Case):
    """Make, the scripts and the command agree on one cache, and asking for help creates nothing."""

    def answers(self, *arguments, **variables):
        said = self.good(["make", "help", *arguments], **variables).stdout
        made = re.search(r"^  CACHE .*? are kept \((.*)\)$", said, flags=re.MULTILINE)[1]
        script = self.good(["bash", "scripts/cache.sh"], **variables).stdout[:-1]
        command = None
        if PAPER.exists():
            command = os.path.join(ROOT, self.good([PAPER, "data", "path"], **variables).stdout[:-1])
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
                        made, script, command = self.answers(**variables)
                        self.assertEqual((made, script), (expected, expected))
                        self.assertIn(command, (expected, None))
                with self.subTest(argument=place):
                    self.assertEqual(self.answers(f"CACHE={place}")[0], here)
                    self.assertEqual(self.answers(f"DAE_CACHE_DIR={place}")[0], here)
        self.assertEqual(list(self.home.iterdir()), [])
        self.assertFalse((ROOT / "no").exists())

    def test_tilde(self):
        # Of all shells only bash replaces it in an argument of make.
        self.assertEqual(self.answers("CACHE=~/x y")[0], f"{self.home}/x y")
        self.refused(["make", "build", "CACHE=~somebody/x"], ROOT, "CACHE=~somebody/x")

    def test_no_place(self):
        for variables in ({}, {"HOME": ""}, {"HOME": "", "XDG_CACHE_HOME": "", "DAE_CACHE_DIR": ""}):
            small = {"HOME": None} | variables
            self.refused(["make", "build"], ROOT, "set DAE_CACHE_DIR", **small)
            self.refused(["bash", "scripts/python.sh"], ROOT, "set DAE_CACHE_DIR", **small)
            self.good(["make", "help"], **small)
            if PAPER.exists():
                self.refused([PAPER, "data", "path"], ROOT, "set DAE_CACHE_DIR", **small)
        self.assertFalse(Path("/.cache/dae").exists())

    def test_a_colon(self):
        # Cargo cannot put such a path into LD_LIBRARY_PATH.
        clone = self.toy()
        self.refused(["make", "build"], clone, "colon", DAE_CACHE_DIR=self.work / "a:b")
        self.refused(["make", "build"], clone.rename(self.work / "c:d"), "colon")

    def test_help_creates_nothing(self):
        clone = self.toy()
        files = lambda: sorted(str(path) for path in self.work.rglob("*"))
        before = files()
        for arguments in (["help"], ["-n"], ["-n", "test"], ["-pn", "help"], ["-n", "clean"], ["help", "CACHE=rel ative"]):
            self.good(["make", *arguments], clone)
        self.assertEqual(files(), before)
        self.good(["make", "clean"], clone)
        self.good(["make", "-C", clone, "clean", f"CACHE={self.home}"], self.work)
        self.assertEqual(files(), before)

    def test_clean_cache_removes_nothing_but_a_cache(self):
        clone = self.toy()
        for name in ("build/1", "mnist", "python", "notebooks/diary", "thesis"):
            (self.home / name).mkdir(parents=True)
        before = sorted(self.home.rglob("*"))
        self.refused(["make", "clean-cache", "CACHE=~"], clone, "more than a cache (it holds thesis)")
        self.assertEqual(sorted(self.home.rglob("*")), before)
        (self.home / "thesis").rmdir()
        cache = self.home / "a cache"
        for name in ("build/1", "mnist", "cifar10.bad-2", "python", "evcxr-0.22.0", "bench/linear-mnist", ".npm-a1b2"):
            (cache / name).mkdir(parents=True)
        self.good(["make", "clean-cache", f"CACHE={cache}"], clone)
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
                        variables = {name: value}
                        self.assertEqual(self.good(["bash", "scripts/offline.sh"], **variables).stdout.strip(), expected)
                        for command in (["make", "-n", "data-if-possible"], ["make", "-n", "data-if-possible", f"{name}={value}"]):
                            said = self.good(command, **variables).stdout
                            self.assertEqual("data fetch" in said, not expected)
        # The argument comes first.
        said = self.good(["make", "-n", "data-if-possible", "OFFLINE=0"], ROOT, DAE_OFFLINE=1).stdout
        self.assertIn("data fetch", said)

    def test_other_values_are_refused(self):
        for name in ("OFFLINE", "DAE_OFFLINE"):
            variables = {name: "maybe"}
            self.refused(["make", "data"], ROOT, "=maybe", **variables)
            self.refused(["bash", "scripts/python.sh"], ROOT, "=maybe", **variables)
        if PAPER.exists():
            self.refused([PAPER, "data", "verify"], ROOT, "DAE_OFFLINE=maybe", DAE_OFFLINE="maybe")

    def test_nothing_is_fetched(self):
        variables = {"DAE_OFFLINE": "yes"}
        self.refused(["bash", "-c", ". scripts/common.sh; install gcc gcc gcc gcc"], ROOT, "gcc", "offline", **variables)
        self.refused(["bash", "scripts/python.sh"], ROOT, "notebooks/requirements.txt", "offline", **variables)
        self.good(["bash", "scripts/linker.sh"], **variables)
        if PAPER.exists():
            said = self.call([PAPER, "data", "fetch"], **variables)
            self.assertIn("not asked, because offline", said.stderr)
        clone = self.toy()
        with open(clone / "crates" / "dae" / "Cargo.toml", "a") as file:
            file.write('[dependencies]\na-crate-that-is-not-there = "1"\n')
        done = self.call(["bash", "scripts/cargo.sh", "build"], clone, OFFLINE="on")
        self.assertIn("setup: crates are missing, and nothing is fetched offline", done.stderr.splitlines()[-1])


class Options(Case):
    """What make is told besides."""

    def test_help_explains_them(self):
        said = self.good(["make", "help"]).stdout
        makefile = (ROOT / "Makefile").read_text()
        options = re.findall(r"^([A-Z]+) \?=", makefile, flags=re.MULTILINE) + re.findall(r"\$\(if \$\(filter-out 0,\$\(([A-Z]+)", makefile)
        for name in (*options, "TRAIN"):
            self.assertRegex(said, rf"(?m)^  {name} ")

    def test_zero_means_no(self):
        for name, goal, effect in (("GPU", "build", "--features cuda"), ("RECOMPUTE", "verify", "--recompute"),
                                   ("ADVISORIES", "audit", "sources advisories")):
            for value, expected in (("1", True), ("0", False), ("", False)):
                said = self.good(["make", "-n", goal, f"{name}={value}"]).stdout
                self.assertEqual(effect in said, expected, (name, value))


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
        self.assertNotEqual(self.call(["bash", "scripts/cargo.sh", "build"], clone).returncode, 0)
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
        self.good(["make", "clean"], clone)
        self.assertIn("Compiling dae", self.build(clone).stderr)

    def test_shared_folders(self):
        clone = self.toy()
        build = "CARGO_BUILD_BUILD_DIR=$(bash scripts/build-dir.sh ~/cache fuzz) cargo build --release"
        for who in ("first", "second"):
            self.say(clone, who, OLD)
            self.good(["bash", "-c", build], clone)
            self.assertEqual(self.said(clone), who)

    def test_a_new_clone_gets_nothing_of_our_own_crates(self):
        release = self.work / "cache" / "build" / "1" / "release"
        (release / "deps").mkdir(parents=True)
        for name in (*os.listdir(ROOT / "crates"), "serde"):
            for place in (".fingerprint", "build"):
                (release / place / f"{name}-0").mkdir(parents=True)
            file = name.replace("-", "_")
            (release / "deps" / f"{file}-0.d").touch()
            # The benchmarks are no library.
            if name != "bench":
                (release / "deps" / f"lib{file}-0.rlib").touch()
        folder = self.good(["bash", "scripts/build-dir.sh", self.work / "cache"], self.toy()).stdout[:-1]
        names = {path.name for path in Path(folder, "release").rglob("*")}
        self.assertEqual(names, {".fingerprint", "build", "deps", "serde-0", "serde-0.d", "libserde-0.rlib"})

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
        self.refused(["bash", "scripts/cargo.sh", "build"], clone, "wasm32-unknown-unknown", "build.target")

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
                made = self.good(["make", "build"], clone, **variables)
                self.assertEqual(self.said(clone), "first", made)
        self.good(["make", "build", "-j8"], clone, BASH_ENV=self.work / "bash_env", CDPATH="/tmp:.")
        link = self.work / "link"
        link.symlink_to(clone)
        self.good(["make", "-C", link, "build"], "/", CDPATH="/tmp")
        self.assertEqual(len(list((self.home / ".cache" / "dae" / "build").iterdir())), 1)
        self.refused(["bash", "scripts/setup.sh"], clone, "TMPDIR", TMPDIR="/no/such folder")

    def test_another_rust(self):
        for text, words in (("echo rustc 1.70.0", "1.70.0 is too old"), ("echo no such toolchain >&2; exit 1", "no such toolchain")):
            rustc = self.work / "rustc"
            rustc.write_text(f"#!/bin/sh\n{text}\n")
            rustc.chmod(0o755)
            self.refused(["bash", "scripts/setup.sh"], ROOT, words, RUSTC=rustc)

    def test_environment_of_git_and_python(self):
        clone = self.toy()
        with open(clone / "Makefile", "a") as file:
            file.write("\nshow:\n\t@env\n")
        names = ("GIT_DIR", "GIT_WORK_TREE", "PYTHONPATH", "PYTHONSAFEPATH")
        said = self.good(["make", "show"], clone, **dict.fromkeys(names, "/elsewhere")).stdout
        for name in names:
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
            done = self.good(["make", "verify"], clone)
            self.assertIn('paper first 1 Some("verify")', done.stdout)
            self.assertEqual(len(done.stderr.strip().splitlines()[-1:]), 1)
            self.assertIn(f"the command is {self.home}/.cache/dae/build/", done.stderr)
            self.good(["make", "help"], clone)
            for goal in ("all", "fig1", "report", "notebooks", "clean"):
                self.refused(["make", goal], clone, "this checkout is read-only", "run `make build`", "--results FOLDER")


class Authorities(Case):
    """Set-up installs certificate authorities where there are none: cargo believes nobody without them."""

    def test_a_bare_system(self):
        if sys.platform == "darwin" or os.geteuid() != 0:
            self.pass_over("only root can hide the system's authorities, and only on Linux")
        tools = self.work / "tools"
        tools.mkdir()
        log = self.work / "installed"
        (tools / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>"{log}"\n')
        (tools / "apt-get").chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        hide = ("for place in /etc/ssl /etc/pki; do [ ! -d $place ] || mount -t tmpfs none $place || exit 77; done; "
                "exec bash scripts/setup.sh")
        hidden = ["unshare", "--mount", "sh", "-c", hide]
        done = self.call(hidden, PATH=path, OFFLINE="1")
        if done.returncode == 77 or "unshare" in done.stderr:
            self.pass_over("nothing may be mounted here")
        self.assertEqual((done.returncode, log.exists()), (0, False), done.stderr)
        for variables in ({"SSL_CERT_FILE": ROOT / "LICENSE"}, {"SSL_CERT_DIR": "/somewhere"}, {"CARGO_HTTP_CAINFO": ROOT / "LICENSE"}):
            self.good(hidden, PATH=path, **variables)
            self.assertFalse(log.exists(), variables)
        self.good(hidden, PATH=path, SSL_CERT_FILE="/no/such/file")
        self.assertIn("install -y -qq ca-certificates", log.read_text())
        # Without them the crates may be here already: that is for cargo to find out.
        (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
        done = self.good(hidden, PATH=path)
        self.assertIn("apt-get install ca-certificates", done.stderr.splitlines()[-1])


class Arch(Case):
    """A fresh container has no package databases, without which pacman finds nothing."""

    def test_databases_first(self):
        tools = self.work / "tools"
        tools.mkdir()
        for name in ("bash", "tr"):
            (tools / name).symlink_to(shutil.which(name))
        for name, text in (("id", "echo 0"), ("pacman", f'echo "$@" >"{self.work}/said"')):
            (tools / name).write_text(f"#!/bin/sh\n{text}\n")
            (tools / name).chmod(0o755)
        self.good([tools / "bash", "-c", ". scripts/common.sh; install debian fedora 'gcc make' homebrew"], PATH=tools)
        self.assertEqual((self.work / "said").read_text(), "-Sy --noconfirm --needed gcc make\n")


class Blas(Case):
    """Set-up runs what it links."""

    def test_a_library_outside_of_the_path_of_the_loader(self):
        if sys.platform == "darwin":
            self.pass_over("a Mac's libraries carry their own paths")
        library = self.work.parent / "lib"
        library.mkdir()
        (library / "a.c").write_text("char *openblas_get_config(void) { return \"x\"; }\nvoid dsyevd_(void) {}\n")
        self.good(["cc", "-shared", "-fPIC", library / "a.c", "-o", library / "libopenblas.so",
                   "-Wl,-soname,libopenblas-of-a-module.so.7"], "/")
        shutil.copy(library / "libopenblas.so", library / "libopenblas-of-a-module.so.7")
        (library / "openblas.pc").write_text(f"Name: openblas\nVersion: 1\nDescription: x\nLibs: -L{library} -lopenblas\n")
        kinds = [{"PKG_CONFIG": "/no/such/program", "LIBRARY_PATH": library}]
        if shutil.which("pkg-config"):
            kinds.append({"PKG_CONFIG_PATH": library})
        for variables in kinds:
            self.refused(["bash", "scripts/setup.sh"], ROOT, f"export LD_LIBRARY_PATH={library}", **variables)
            self.good(["bash", "scripts/setup.sh"], LD_LIBRARY_PATH=library, **variables)


class Lines(Case):
    """A clone has the same bytes whatever git is told of line ends; so has an archive."""

    def test_line_ends(self):
        known = {"GIT_CONFIG_NOSYSTEM": 1}
        variables = environment(self.home, **known)
        if self.call(["git", "ls-files"], **known).returncode:
            self.pass_over("this is not a repository")
        for number, options in enumerate((
            ["core.autocrlf=true", "core.eol=crlf"], ["core.autocrlf=input", "core.safecrlf=true", "core.symlinks=false"],
        )):
            clone = self.work / f"clone{number}"
            settings = [part for option in options for part in ("-c", option)]
            self.good(["git", "clone", "--quiet", *settings, ROOT, clone], "/", **known)
            # What is in the working tree is hashed as it lies there, and is what was committed.
            committed = self.good(["git", "ls-tree", "-r", "-z", "HEAD"], clone, **known).stdout.split("\0")[:-1]
            # A link is the name of its target, and a file with that name where git makes no links.
            links = [line.split("\t", 1)[1] for line in committed if line.startswith("120000")]
            for path in links:
                target = os.readlink(clone / path) if (clone / path).is_symlink() else (clone / path).read_text()
                self.assertEqual(self.good(["git", "show", f"HEAD:{path}"], clone, **known).stdout, target)
            committed = [line for line in committed if not line.startswith("120000")]
            paths = [line.split("\t", 1)[1] for line in committed]
            hashed = subprocess.run(["git", "hash-object", "--no-filters", "--stdin-paths"], cwd=clone, env=variables, check=True,
                                    input="\n".join(paths), capture_output=True, text=True).stdout.split()
            self.assertEqual(hashed, [line.split()[2] for line in committed])
            self.assertEqual(self.good(["git", "status", "--porcelain"], clone, **known).stdout, "")
        archive = subprocess.run(["git", "-c", "core.autocrlf=true", "archive", "--format=zip", "HEAD"], cwd=clone, env=variables,
                                 check=True, capture_output=True).stdout
        with zipfile.ZipFile(io.BytesIO(archive)) as archived:
            for path in paths:
                self.assertEqual(archived.read(path), (clone / path).read_bytes(), path)


if __name__ == "__main__":
    unittest.main(verbosity=1)
