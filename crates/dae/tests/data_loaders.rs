//! The readers of file formats against files that are not what they claim to be.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]

mod data_support;

use std::io::{self, Read};
use std::path::Path;

use dae::Result;
use dae::data::archive::{Member, read_members};
use dae::data::{DataSet, Images, Split, cifar10, mnist};
use dae::random::stream;
use data_support::*;

const FILE: &str = "some-file";

/// A reader turned into a function of bytes, which gives what was read as bytes, for comparison.
type Reader = Box<dyn Fn(&[u8]) -> Result<Vec<u8>>>;

/// Every reader, with bytes that it accepts and the number of bytes it then gives.
fn readers() -> Vec<(&'static str, Vec<u8>, Reader)> {
    let digits = made_up(DataSet::Mnist);
    let photos = made_up(DataSet::Cifar10);
    let (digits_are, photos_are) = (expected(&digits), expected(&photos));
    let (count, file) = (SIZES.0, Path::new(FILE));
    let [images, labels, ..] = mnist::write_files(&digits);
    let last = cifar10::write_files(&photos)[4].clone();
    let list = serde_json::to_vec(&photos.train.labels).unwrap();
    let mnist_package = tar(&under("package/data", mnist_files(&digits)));
    let archive = tar(&under("cifar-10-batches-bin", cifar10_files(&photos)));
    let cifar10_package = tar(&under("package", cifar10_sheets(&photos)));
    let again = (photos_are.clone(), photos_are);
    vec![
        (
            "idx images",
            images,
            Box::new(move |b: &[u8]| mnist::read_images(b, count, file)) as Reader,
        ),
        (
            "idx labels",
            labels,
            Box::new(move |b| mnist::read_labels(b, count, file)),
        ),
        (
            "batch",
            last.clone(),
            Box::new(|b| cifar10::read_batch(b, 3, file).map(flat_split)),
        ),
        (
            "sheet",
            sheet(&last),
            Box::new(|b| cifar10::read_sheet(b, 3, file)),
        ),
        (
            "list",
            list,
            Box::new(move |b| cifar10::read_label_list(b, count, file)),
        ),
        (
            "mnist package",
            mnist_package,
            Box::new(move |b| mnist::read_package(&gzip(b)[..], &digits_are, file).map(flat)),
        ),
        (
            "archive",
            archive,
            Box::new(move |b| cifar10::read_archive(&gzip(b)[..], &again.0, file).map(flat)),
        ),
        (
            "cifar10 package",
            cifar10_package,
            Box::new(move |b| cifar10::read_package(&gzip(b)[..], &again.1, file).map(flat)),
        ),
    ]
}

fn flat(images: Images) -> Vec<u8> {
    [flat_split(images.train), flat_split(images.test)].concat()
}

fn flat_split(split: Split) -> Vec<u8> {
    assert!(split.labels.iter().all(|label| *label <= 9));
    [split.labels, split.pixels.into_raw_vec_and_offset().0].concat()
}

/// Insists on an error that names the file and says what was expected and found.
fn refused<T>(result: Result<T>, words: &str) {
    let message = result.err().expect("this must be refused").to_string();
    assert!(
        message.contains(FILE) && message.contains("expected"),
        "{message}"
    );
    assert!(
        message.contains(words),
        "{message:?} does not mention {words:?}"
    );
}

#[test]
fn damaged_bytes_are_refused_whole_or_read_whole() {
    for (name, good, read) in readers() {
        let length = read(&good)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .len();
        let mut rng = stream(2, &["mutation", name]);
        let mut refusals = 0;
        for _ in 0..2_000 {
            match read(&mutate(&good, &good, &mut rng)) {
                // A changed pixel cannot be noticed here: that is what the fingerprint is for.
                Ok(bytes) => assert_eq!(bytes.len(), length, "{name}"),
                Err(error) => {
                    assert!(error.to_string().contains(FILE), "{name}: {error}");
                    refusals += 1;
                }
            }
        }
        assert!(
            refusals > 500,
            "{name}: only {refusals} of 2000 damaged files were refused"
        );
    }
}

#[test]
fn damaged_compression_is_refused_or_gives_the_same() {
    let photos = made_up(DataSet::Cifar10);
    let expected = expected(&photos);
    let good = tgz(under("cifar-10-batches-bin", cifar10_files(&photos)));
    let mut rng = stream(3, &["mutation", "gzip"]);
    for _ in 0..1_000 {
        let bad = mutate(&good, &good, &mut rng);
        if let Ok(images) = cifar10::read_archive(&bad[..], &expected, Path::new(FILE)) {
            assert_eq!(images, photos, "the checksum must have noticed");
        }
    }
}

#[test]
fn every_shorter_and_every_longer_file_is_refused() {
    for (name, good, read) in readers() {
        let step = 1 + good.len() / 300;
        // What follows the end of a tar archive is padding, of which there may be more or less.
        let padding = if name.contains("package") || name == "archive" {
            1024
        } else {
            0
        };
        for length in (0..good.len() - padding).step_by(step) {
            assert!(read(&good[..length]).is_err(), "{name} cut to {length}");
        }
        if padding == 0 && name != "sheet" {
            assert!(
                read(&[&good[..], b"x"].concat()).is_err(),
                "{name} with one byte more"
            );
        }
    }
}

#[test]
fn noise_is_refused() {
    let mut rng = stream(4, &["noise"]);
    for (name, good, read) in readers() {
        for _ in 0..100 {
            let mut noise = vec![0; good.len().min(10_000)];
            rand::Rng::fill_bytes(&mut rng, &mut noise);
            assert!(read(&noise).is_err(), "{name}");
        }
        assert!(read(&[]).is_err(), "{name} and no bytes");
    }
}

#[test]
fn idx_headers_are_believed_only_if_they_say_what_is_known() {
    let [images, labels, ..] = mnist::write_files(&made_up(DataSet::Mnist));
    let file = Path::new(FILE);
    for (at, value) in [
        (0, 0x0000_0801_u32),
        (4, 12),
        (4, u32::MAX),
        (8, u32::MAX),
        (12, 0),
    ] {
        let mut bad = images.clone();
        bad[at..at + 4].copy_from_slice(&value.to_be_bytes());
        refused(
            mnist::read_images(&bad[..], SIZES.0, file),
            "magic number 0x00000803 and sizes [11, 28, 28]",
        );
    }
    let mut bad = labels.clone();
    bad[7] = 12;
    refused(mnist::read_labels(&bad[..], SIZES.0, file), "sizes [12]");
    let mut bad = labels;
    bad[8 + 4] = 10;
    refused(
        mnist::read_labels(&bad[..], SIZES.0, file),
        "label 10 at image 4",
    );
}

#[test]
fn endless_input_ends() {
    let file = Path::new(FILE);
    refused(cifar10::read_batch(io::repeat(0), 3, file), "9219 bytes");
    let header = &mnist::write_files(&made_up(DataSet::Mnist))[0][..16];
    refused(
        mnist::read_images(header.chain(io::repeat(0)), SIZES.0, file),
        "found more",
    );
}

#[test]
fn decompression_ends() {
    let folder = tempfile::tempdir().unwrap();
    let images = made_up(DataSet::Mnist);
    let files = mnist_files(&images);
    let bomb = gzip(&[&files[0].1[..], &vec![0; 50_000_000]].concat());
    let paths = [0, 1, 2, 3].map(|index| {
        let path = folder.path().join(format!("{FILE}-{index}.gz"));
        let bytes = if index == 0 {
            bomb.clone()
        } else {
            gzip(&files[index].1)
        };
        std::fs::write(&path, bytes).unwrap();
        path
    });
    refused(mnist::read_files(&paths, &expected(&images)), "found more");

    // The same inside an archive, before, in and after the wanted member.
    let wanted = [Member::exactly("a", 3)];
    let (good, big) = (
        ("a".to_owned(), b"abc".to_vec()),
        ("b".to_owned(), vec![0; 20_000_000]),
    );
    for members in [vec![big.clone(), good.clone()], vec![good, big]] {
        refused(
            read_members(&tgz(members)[..], &wanted, 1 << 20, Path::new(FILE)),
            "less than 1048576",
        );
    }
}

#[test]
fn gzip_with_something_behind_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let images = made_up(DataSet::Mnist);
    let paths = mnist_files(&images).into_iter().map(|(name, bytes)| {
        let path = folder.path().join(format!("{FILE}-{name}.gz"));
        std::fs::write(&path, [gzip(&bytes), gzip(&[])].concat()).unwrap();
        path
    });
    let paths: [_; 4] = paths.collect::<Vec<_>>().try_into().unwrap();
    refused(
        mnist::read_files(&paths, &expected(&images)),
        "more bytes after the end",
    );
}

#[test]
fn archives_give_only_what_was_asked_for() {
    let read = |bytes: Vec<u8>| {
        let wanted = [Member::exactly("in/a", 3), Member::at_most("in/b", 3)];
        read_members(&gzip(&bytes)[..], &wanted, 1 << 20, Path::new(FILE))
    };
    let member = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let (a, b) = (member("in/a", b"aaa"), member("in/b", b"bb"));

    let other = member("in/c", b"c");
    let found = read(tar(&[other, b.clone(), a.clone()])).unwrap();
    assert_eq!(found, [b"aaa".to_vec(), b"bb".to_vec()]);

    refused(read(tar(std::slice::from_ref(&a))), "in/b");
    refused(
        read(tar(&[a.clone(), b.clone(), a.clone()])),
        "two of that name",
    );
    refused(
        read(tar(&[member("in/a", b"aaaa"), b.clone()])),
        "found 4 bytes",
    );
    refused(
        read(tar(&[a.clone(), member("in/b", b"bbbb")])),
        "at most 3 bytes",
    );

    // Names that would lead out of a folder are other names, and nothing is written anywhere.
    let climbing = |name: &str| {
        let mut bytes = tar(&[a.clone(), b.clone()]);
        bytes[..100].fill(0);
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        set_checksum(&mut bytes[..512]);
        bytes
    };
    // Those of an archive that was packed again are the same.
    for name in ["in/a", "./in/a", "././in/a", "./a", "a"] {
        assert!(read(climbing(name)).is_ok(), "{name}");
    }
    for name in [
        "../in/a",
        "/in/a",
        "in/../in/a",
        "in//a",
        "in/a/",
        "../a",
        ".in/a",
        "./",
        "other/a",
    ] {
        refused(read(climbing(name)), "in/a");
    }
}

#[test]
fn links_and_absurd_sizes_are_refused() {
    let good = tar(&[("a".to_owned(), b"aaa".to_vec())]);
    let read = |edit: &dyn Fn(&mut [u8])| {
        let mut bytes = good.clone();
        edit(&mut bytes[..512]);
        set_checksum(&mut bytes[..512]);
        read_members(
            &gzip(&bytes)[..],
            &[Member::exactly("a", 3)],
            1 << 20,
            Path::new(FILE),
        )
    };
    for kind in *b"123456S" {
        refused(read(&|header| header[156] = kind), "another kind");
    }
    refused(
        read(&|header| header[124..136].copy_from_slice(b"77777777777\0")),
        "8589934591 bytes",
    );
    // Sizes beyond octal are binary, with the highest bit set: here about 2^63.
    refused(
        read(&|header| {
            header[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff")
        }),
        "a",
    );
}

/// Makes a changed tar header valid again: the sum of its bytes, with blanks for the sum itself.
fn set_checksum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn sheets_of_another_kind_are_refused() {
    let file = Path::new(FILE);
    let read = |png: &[u8]| cifar10::read_sheet(png, 3, file);
    let good = sheet(&cifar10::write_files(&made_up(DataSet::Cifar10))[4]);
    read(&good).unwrap();
    let rgb = png::ColorType::Rgb;
    refused(read(&png_of(1024, 4, rgb, &[0; 4 * 3072])), "1024 x 4");
    refused(read(&png_of(32, 96, rgb, &[0; 3 * 3072])), "32 x 96");
    refused(
        read(&png_of(1024, 3, png::ColorType::Grayscale, &[0; 3 * 1024])),
        "Grayscale",
    );
    refused(
        read(&png_of(1024, 3, png::ColorType::Rgba, &[0; 3 * 4096])),
        "Rgba",
    );
    // The header of a PNG: width, height, depth, colour type, compression, filter, interlacing.
    let with_header = |at: usize, value: &[u8]| {
        let mut png = good.clone();
        png[16 + at..16 + at + value.len()].copy_from_slice(value);
        let mut crc = flate2::Crc::new();
        crc.update(&png[12..29]);
        png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        png
    };
    let huge = 0x7fff_ffff_u32.to_be_bytes();
    refused(read(&with_header(0, &huge)), "2147483647 x 3");
    refused(read(&with_header(4, &huge)), "1024 x 2147483647");
    refused(read(&with_header(8, &[16])), "Sixteen bits");
    refused(read(&with_header(9, &[3])), "");
    refused(read(&with_header(12, &[1])), "interlaced: true");
}

#[test]
fn lists_of_anything_but_labels_are_refused() {
    let read = |json: &str| cifar10::read_label_list(json.as_bytes(), 3, Path::new(FILE));
    assert_eq!(read(" [1, 2,\n9] ").unwrap(), [1, 2, 9]);
    for bad in [
        "",
        "[1,2",
        "[1,2,3]x",
        "[1,2]",
        "[1,2,3,4]",
        "[1,2,-3]",
        "[1,2,300]",
        "[1,2,3.0]",
    ] {
        refused(read(bad), "");
    }
    for bad in [
        "{}",
        "null",
        "[1,2,null]",
        "[1,2,\"3\"]",
        "[[1],2,3]",
        "\u{feff}[1,2,3]",
    ] {
        refused(read(bad), "");
    }
    refused(read("[1,10,3]"), "label 10 at image 1");
    refused(read(&"[".repeat(100_000)), "");
}

#[test]
fn a_named_pipe_or_a_folder_in_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let images = made_up(DataSet::Mnist);
    let path = folder.path().join(FILE);
    std::fs::create_dir(&path).unwrap();
    let read = || mnist::read_files(&[0; 4].map(|_| &path), &expected(&images));
    refused(read(), "a regular file");
    std::fs::remove_dir(&path).unwrap();
    // Reading an empty pipe would wait for ever.
    if std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .is_ok_and(|s| s.success())
    {
        refused(read(), "a regular file");
    }
}

#[test]
fn no_more_images_are_handed_out_than_there_are() {
    let train = made_up(DataSet::Mnist).train;
    let x = train.first(SIZES.0).unwrap();
    assert_eq!(x.dim(), (SIZES.0, 784));
    assert!(
        x.iter()
            .zip(&train.pixels)
            .all(|(value, byte)| *value == f64::from(*byte) / 255.0)
    );
    assert_eq!(
        train.first_f32(2).unwrap()[[1, 5]],
        f32::from(train.pixels[[1, 5]]) / 255.0
    );
    let message = train.first(SIZES.0 + 1).unwrap_err().to_string();
    assert_eq!(
        message,
        "12 images were asked for, but there are 11; ask for fewer"
    );
    train.first_f32(usize::MAX).unwrap_err();
}

#[test]
fn the_fingerprint_notices_every_kind_of_change() {
    let images = made_up(DataSet::Mnist);
    let mut seen = std::collections::BTreeSet::from([images.fingerprint()]);
    let mut differs = |edit: &dyn Fn(&mut Images)| {
        let mut images = images.clone();
        edit(&mut images);
        assert!(seen.insert(images.fingerprint()));
    };
    differs(&|images| images.train.pixels[[3, 400]] ^= 1);
    differs(&|images| images.test.pixels[[2, 783]] ^= 128);
    differs(&|images| images.train.labels.swap(0, 1));
    differs(&|images| images.test.labels[0] ^= 1);
    differs(&|images| std::mem::swap(&mut images.train, &mut images.test));
    differs(&|images| images.dataset = DataSet::Cifar10);
}

#[test]
fn data_sets_have_one_name_everywhere() {
    for (dataset, name) in DataSet::ALL.into_iter().zip(["mnist", "cifar10"]) {
        assert_eq!(dataset.to_string(), name);
        assert_eq!(name.parse::<DataSet>().unwrap(), dataset);
        let json = format!("\"{name}\"");
        assert_eq!(serde_json::to_string(&dataset).unwrap(), json);
        assert_eq!(serde_json::from_str::<DataSet>(&json).unwrap(), dataset);
    }
    let message = "MNIST".parse::<DataSet>().unwrap_err().to_string();
    assert!(message.contains("\"mnist\" or \"cifar10\""), "{message}");
}
