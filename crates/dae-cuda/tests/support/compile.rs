//! The kernels, compiled for the processor with what stands for a card.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// As strict as the card: every operation rounded once.
const STRICT: [&str; 6] = [
    "-std=c++17",
    "-O1",
    "-g",
    "-ffp-contract=off",
    "-Wno-unknown-pragmas",
    "-o",
];

/// Compiles a source of this folder, with the first flags that the compiler takes; nothing where there is no compiler.
///
/// The result is kept beside what cargo builds, under a name that changes with the sources.
pub fn compile(source: &str, flags: &[&[&str]]) -> Option<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
    let support = crates.join("tests/support");
    let paths = [
        support.join(source),
        support.join("cuda.h"),
        crates.join("kernels/kernels.cu"),
    ];
    let text: String = paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let all = text.bytes().chain(flags.concat().concat().into_bytes());
    let hash = all.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let compiled = folder.join(format!("{source}-{hash:016x}"));
    if compiled.exists() {
        return Some(compiled);
    }
    fs::create_dir_all(folder).unwrap();
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    // Another process has another name for what it writes.
    let beside = folder.join(format!("{source}-{hash:016x}-{}", std::process::id()));
    let mut said = String::new();
    for flags in flags {
        let mut command = Command::new(&compiler);
        command.args(STRICT).arg(&beside).args(*flags);
        match command.arg(support.join(source)).output() {
            Ok(output) if output.status.success() => {
                fs::rename(&beside, &compiled).unwrap();
                return Some(compiled);
            }
            Ok(output) => said = String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(_) => {
                println!(
                    "skipped: there is no C++ compiler {compiler} to compile the kernels with"
                );
                return None;
            }
        }
    }
    panic!("{source} does not compile: {said}");
}
