//! Every reader of bytes from outside against 10,000 damaged files: it refuses them or reads them, and never panics,
//! hangs, or takes much memory.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]

#[path = "../../../dae/tests/data_support/mutation.rs"]
mod mutation;
mod readers;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use dae::random::stream;
use dae::train::linear::{Observation, Weights};
use dae::train::nonlinear::State;
use mutation::mutate;
use paper::Error;
use paper::runs::Runs;
use paper::system::progress::Progress;
use rand::RngExt;
use readers::{READERS, find};

const CASES: usize = 10_000;

/// The most that a reader may hold at a time, in bytes. Most of the half that was seen belongs to the compressor that
/// mends archives here.
const MOST: u64 = 1 << 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> BTreeSet<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect()
}

/// The files that a reader is known to accept.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/seeds").join(name);
    let names = names(&folder);
    let read = |name: &String| fs::read(folder.join(name)).unwrap();
    names.iter().map(read).collect()
}

/// Reads `bytes` as they are and mended; gives whether it was refused both times, and the most memory held.
fn feed(name: &str, bytes: &[u8]) -> (bool, u64) {
    let reader = find(name).unwrap();
    let mut refused = [false; 2];
    let start = Instant::now();
    let used = measure(|| {
        refused = [reader.read(bytes), reader.read_mended(bytes)].map(|outcome| outcome.is_err());
    });
    assert!(start.elapsed() < Duration::from_secs(10), "{name}: endless");
    (refused == [true; 2], used.bytes_max)
}

fn survives(name: &str) {
    let seeds = seeds(name);
    let mut rng = stream(5, &["hostile", name]);
    let (mut refused, mut most) = (0, 0);
    for case in 0..CASES {
        let [seed, other] = [0; 2].map(|_| &seeds[rng.random_range(0..seeds.len())]);
        let bytes = mutate(seed, other, &mut rng);
        match catch_unwind(AssertUnwindSafe(|| feed(name, &bytes))) {
            Ok((is_refused, used)) => {
                refused += usize::from(is_refused);
                most = most.max(used);
            }
            Err(_) => panic!("{name}, case {case}: {}", bytes.escape_ascii()),
        }
    }
    println!("{name}: {refused} of {CASES} refused, at most {most} bytes held");
    assert!(most < MOST, "{name} held {most} bytes");
    assert!(
        refused > CASES / 10,
        "{name}: only {refused} of {CASES} were refused, so the damage does not tell"
    );
}

/// A test for each reader, and the list of them.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        mod damaged {
            $(#[test] fn $name() { super::survives(stringify!($name)); })*
        }
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

tests!(
    idx_images,
    idx_labels,
    idx_gz,
    mnist_npz,
    cifar10_batch,
    cifar10_pickle,
    cifar10_labels,
    png_sheet,
    tar_gz,
    spectrum_csv,
    directions_csv,
    few_samples_csv,
    settings_toml,
    manifest_json,
    record_json,
    checkpoint,
    published_csv,
    table_csv,
    samples_npy,
    samples_npz,
    samples_csv,
    samples_idx,
);

#[test]
fn every_reader_has_a_test_a_fuzz_target_and_seeds() {
    let readers: BTreeSet<String> = READERS.iter().map(|r| r.name.to_owned()).collect();
    let tested: BTreeSet<String> = TESTED.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(readers, tested);
    assert_eq!(readers, names(&root().join("fuzz/seeds")));
    let targets = names(&root().join("fuzz/fuzz_targets"));
    let sources: BTreeSet<String> = readers.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(sources, targets);
}

#[test]
fn every_seed_is_accepted_as_it_is_and_mended() {
    for reader in READERS {
        for seed in seeds(reader.name) {
            for outcome in [reader.read(&seed), reader.read_mended(&seed)] {
                outcome.unwrap_or_else(|error| panic!("{}: {error}", reader.name));
            }
            assert!(seed.len() < 10_000, "{}: a seed is small", reader.name);
        }
    }
}

#[test]
fn a_header_that_claims_four_gigabytes_is_an_error_and_no_allocation() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    // Magic number, 5,592,406 images of 28 x 28, and nothing that follows: 4.4 GB in 16 bytes.
    let idx = [0_u32, 0x803, 5_592_406, 28, 28].map(u32::to_be_bytes)[1..].concat();
    let labels = [0x801_u32, u32::MAX].map(u32::to_be_bytes).concat();
    let mut sized = seeds("idx_gz")[0].clone();
    let isize_at = sized.len() - 4;
    sized[isize_at..].fill(0xff);
    // A chunk of pixels, and one of text, that claim to be as long as a chunk can be.
    let png = seeds("png_sheet")[0].clone();
    let chunk = |kind: &[u8]| [&png[..33], &[0x7f, 0xff, 0xff, 0xff], kind, b"x"].concat();
    let mut huge = png.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
    // The header of a tar archive is 512 bytes, of which zeros are left out here by compressing.
    let mut tar = vec![0; 512];
    tar[..4].copy_from_slice(b"in/b");
    tar[124..136].copy_from_slice(b"40000000000\0");
    tar[257..263].copy_from_slice(b"ustar\0");
    // An array of 5,592,406 images, and one whose header has four gigabytes, where two images are.
    let npz = seeds("mnist_npz").pop().unwrap();
    let edited = |from: &[u8], to: &[u8]| {
        let at = npz
            .windows(from.len())
            .position(|part| part == from)
            .unwrap();
        [&npz[..at], to, &npz[at + to.len()..]].concat()
    };
    // A string, a byte array and a tuple without an end.
    let pickle = |instructions: &[u8]| [b"\x80\x05}(", instructions].concat();
    // Epoch 0, weights in version 1 of ndarray's form, 65,536 x 65,536 of them, 2^32 to follow.
    let matrix = [
        1, 0x80, 0x80, 4, 0x80, 0x80, 4, 0x80, 0x80, 0x80, 0x80, 0x10,
    ];
    let content = [&[0][..], &matrix].concat();
    let header = serde_json::json!({
        "key": "k", "epoch": 1, "epochs": 2, "seconds": 1.0, "sha256": paper::system::files::sha256(&content),
    });
    let saved = [header.to_string().as_bytes(), b"\n", &content].concat();
    let spectrum = String::from_utf8(seeds("spectrum_csv")[0].clone()).unwrap();
    let modes = spectrum.replace("# modes: 4", "# modes: 4294967296");
    assert_ne!(modes, spectrum);
    // Arrays of 2^40 rows, of rows of 2^40 numbers, of a header of four gigabytes, and of 2^31 rows in IDX.
    let npy = |shape: &str, fortran: &str| {
        let text = format!("{{'descr': '<f8', 'fortran_order': {fortran}, 'shape': {shape}}}");
        let head = format!("{text:118}\n");
        [b"\x93NUMPY\x01\x00\x77\x00", head.as_bytes()].concat()
    };
    let samples = [
        &[0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 2][..],
        b"abcd",
    ]
    .concat();
    for (name, bytes) in [
        ("samples_npy", npy("(1099511627776, 2)", "False")),
        ("samples_npy", npy("(1099511627776, 2)", "True")),
        ("samples_npy", npy("(2, 1099511627776)", "False")),
        ("samples_npy", npy("(18446744073709551615, 9999)", "True")),
        (
            "samples_npy",
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec(),
        ),
        ("samples_idx", samples),
        ("idx_images", idx.clone()),
        ("idx_labels", labels),
        ("idx_gz", gzip(&idx)),
        ("idx_gz", sized),
        ("mnist_npz", edited(b"(2, 28, 28), }", b"(5592406, 28, 28)")),
        (
            "mnist_npz",
            edited(b"NUMPY\x01\x00", b"NUMPY\x02\x00\xff\xff\xff\xff"),
        ),
        ("cifar10_pickle", pickle(b"T\xff\xff\xff\xff")),
        ("cifar10_pickle", pickle(b"\x96\xff\xff\xff\xff\0\0\0\0")),
        ("cifar10_pickle", pickle(b"M\xff\xffJ\xff\xff\xff\x7f\x86")),
        ("cifar10_pickle", pickle(&b"]".repeat(500_000))),
        ("png_sheet", chunk(b"IDAT")),
        ("png_sheet", chunk(b"tEXt")),
        ("png_sheet", chunk(b"iCCP")),
        ("png_sheet", chunk(b"eXIf")),
        ("png_sheet", chunk(b"PLTE")),
        ("png_sheet", huge),
        ("tar_gz", tar),
        ("checkpoint", saved),
        ("spectrum_csv", modes.into_bytes()),
    ] {
        let (refused, used) = feed(name, &bytes);
        assert!(refused, "{name}");
        println!("{name}: {} bytes led to {used}", bytes.len());
        assert!(used < MOST, "{name} held {used} bytes");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = |open: &str| open.repeat(100_000).into_bytes();
    for (name, text) in [
        ("settings_toml", deep("a.")),
        ("settings_toml", [b"a=".to_vec(), deep("[")].concat()),
        ("settings_toml", [b"a=".to_vec(), deep("{a=")].concat()),
        (
            "settings_toml",
            [b"[".to_vec(), deep("a."), b"a]".to_vec()].concat(),
        ),
        ("manifest_json", deep("[")),
        ("manifest_json", deep("{\"figures\":")),
        ("record_json", deep("{\"inputs\":")),
        ("cifar10_labels", deep("[")),
        (
            "samples_npy",
            [&b"\x93NUMPY\x02\x00\xa0\x86\x01\x00"[..], &deep("(")].concat(),
        ),
        (
            "samples_npy",
            [&b"\x93NUMPY\x01\x00\xe8\x03"[..], &deep("{")].concat(),
        ),
        (
            "cifar10_pickle",
            [&b"\x80\x02N"[..], &[0x85; 100_000], b"."].concat(),
        ),
    ] {
        assert!(feed(name, &text).0, "{name}");
    }
}

/// A sheet whose pixels are followed by zeros, a thousand of which take a byte.
#[test]
fn a_sheet_that_decompresses_without_end_ends() {
    let pixels = vec![0; 2 * (1 + 3 * 1024)];
    for extra in [0, 200_000_000] {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(&pixels).unwrap();
        for _ in 0..extra / 1_000_000 {
            zlib.write_all(&vec![0; 1_000_000]).unwrap();
        }
        let data = zlib.finish().unwrap();
        let good = &seeds("png_sheet")[0];
        let chunk = |kind: &[u8], data: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            let length = (data.len() as u32).to_be_bytes();
            [&length, kind, data, &crc.sum().to_be_bytes()].concat()
        };
        let png = [&good[..33], &chunk(b"IDAT", &data), &chunk(b"IEND", b"")].concat();
        let start = Instant::now();
        let (refused, used) = feed("png_sheet", &png);
        println!(
            "{} bytes of sheet, refused: {refused}, {used} bytes held, {:?}",
            png.len(),
            start.elapsed()
        );
        assert!(used < MOST, "{used}");
        assert!(extra > 0 || !refused);
    }
}

#[test]
fn a_manifest_or_a_record_may_only_name_files_in_its_folder() {
    for name in ["manifest_json", "record_json"] {
        let good = String::from_utf8(seeds(name)[0].clone()).unwrap();
        for bad in ["/etc/hostname", "../../README.md", "tables/../../a.csv"] {
            let text = good.replace("tables/fig1_paths.csv", bad);
            assert_ne!(text, good);
            let error = find(name).unwrap().read(text.as_bytes()).unwrap_err();
            assert!(
                matches!(&error, Error::Damaged { problem, .. } if problem.contains(bad)),
                "{error}"
            );
        }
    }
}

/// Otherwise damage would be done to a form that is no longer written. The times in the first lines differ.
#[test]
fn the_seed_of_checkpoints_is_what_a_stopped_run_writes() {
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::kept_in(folder.path());
    runs.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let side = |name| stream(1, &["seed", name]);
    let weights = Weights::normal([&mut side("a"), &mut side("b")], 4, 2, 0.1).unwrap();
    let state = State::start(&weights);
    let seen = Observation {
        epoch: 3,
        loss: 0.5,
        mappings: vec![0.1, 0.2],
        singular_values: vec![0.3],
    };
    let stopped = runs.get_or("seed", &1, &Progress::Silent, |slot| {
        slot.tick(3, 10, || {
            Ok((3_u64, weights.clone(), state.clone(), vec![seen.clone()]))
        })?;
        Ok(0)
    });
    assert!(matches!(stopped, Err(Error::Interrupted { .. })));
    let written = fs::read(folder.path().join("seed.checkpoint")).unwrap();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seed.checkpoint");
    fs::write(&kept, &written).unwrap();
    let content = |bytes: &[u8]| {
        bytes
            .split(|&byte| byte == b'\n')
            .skip(1)
            .flatten()
            .copied()
            .collect::<Vec<u8>>()
    };
    assert!(
        content(&seeds("checkpoint")[0]) == content(&written),
        "the form of checkpoints has changed: copy {} to fuzz/seeds/checkpoint/small",
        kept.display()
    );
}
