//! Data sets where other programs have left them, and folders in which there is nothing to be found.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]

mod data_support;

use std::fs;
use std::path::{Path, PathBuf};

use dae::data::{DataSet, Images, SourceOptions, cifar10, load_expected, mnist};
use data_support::*;
use tempfile::TempDir;

/// Loads from `mirror` alone; gives the error, if there is one.
fn get(images: &Images, mirror: &Path) -> Option<String> {
    let cache = tempfile::tempdir().unwrap();
    let mut options = SourceOptions::with_cache(cache.path());
    options.offline = true;
    options.mirror = Some(mirror.to_owned());
    match load_expected(&expected(images), &options, &mut |_| {}) {
        Ok(found) => {
            assert_eq!(&found, images);
            None
        }
        Err(error) => Some(error.to_string()),
    }
}

/// The line about the mirror in an error.
fn line(images: &Images, mirror: &Path) -> String {
    let error = get(images, mirror).unwrap();
    let mut lines = error.lines().filter(|line| line.starts_with("  mirror"));
    let line = lines.next().unwrap().to_owned();
    assert_eq!(lines.next(), None, "{error}");
    assert!(line.len() < 1_500, "{line}");
    line
}

fn folder(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    folder
}

#[test]
fn data_sets_are_taken_where_others_have_left_them() {
    for dataset in DataSet::ALL {
        let images = made_up(dataset);
        let mut other = images.clone();
        other.train.pixels[[3, 300]] ^= 1;
        for ((layout, files), (_, wrong)) in layouts(&images).iter().zip(layouts(&other)) {
            let good = folder(files);
            assert_eq!(get(&images, good.path()), None, "{layout}");
            // Verified as always.
            let error = get(&images, folder(&wrong).path()).unwrap();
            assert!(
                error.contains(&expected(&images).fingerprint),
                "{layout}: {error}"
            );
            // Pointing at the innermost folder, or at an archive, does as well.
            let first = good.path().join(&files[0].0);
            if let [_] = &files[..] {
                assert_eq!(get(&images, &first), None, "{layout}");
            }
            if !layout.contains("Kaggle") && !layout.contains("for each") {
                let inner = first.parent().unwrap();
                assert_eq!(get(&images, inner), None, "{layout}");
            }
        }
    }
}

/// Keras and torchvision keep other data sets beside these, under names that are no different.
#[test]
fn the_right_one_of_two_is_taken() {
    let images = made_up(DataSet::Mnist);
    let mut other = images.clone();
    other.test.labels.reverse();
    let place = folder(&under("FashionMNIST/raw", mnist_files(&other)));
    write(place.path(), &under("MNIST/raw", mnist_files(&images)));
    assert_eq!(get(&images, place.path()), None);
    // A bad dotted file does not hide the good one, nor the other way round.
    for (bad, good) in [("-idx", ".idx"), (".idx", "-idx")] {
        let mut files = mnist_files(&other);
        files.extend(mnist_files(&images));
        for (number, (name, _)) in files.iter_mut().enumerate() {
            *name = name.replace("-idx", if number < 4 { bad } else { good });
        }
        assert_eq!(get(&images, folder(&files).path()), None, "{bad}");
    }
}

#[test]
fn where_nothing_fits_the_message_says_what_was_looked_for_and_found() {
    let images = made_up(DataSet::Mnist);
    let place = tempfile::tempdir().unwrap();
    let says = |path: &Path, words: &[&str]| {
        let line = line(&images, path);
        for word in words {
            assert!(line.contains(word), "{word}: {line}");
        }
    };
    let name = place.path().to_str().unwrap();
    let sought = [
        name,
        "train-images-idx3-ubyte",
        ".gz",
        "mnist.npz",
        "MNIST/raw",
    ];
    says(
        place.path(),
        &[&sought[..], &["the folder is empty"]].concat(),
    );
    let photos = made_up(DataSet::Cifar10);
    let photos_line = line(&photos, place.path());
    for word in [
        "data_batch_1.bin",
        "cifar-10-python.tar.gz",
        "cifar-10-batches-py",
    ] {
        assert!(photos_line.contains(word), "{photos_line}");
    }

    let absent = place.path().join("absent");
    says(&absent, &["absent: there is no such folder"]);
    says(
        Path::new("~/data"),
        &["there is no such folder", "write the whole path"],
    );
    let blank = PathBuf::from(format!("{name}/x "));
    says(&blank, &["there is no such folder", "a blank"]);
    let below = PathBuf::from("no-such-folder-as-this");
    let here = std::env::current_dir().unwrap().join(&below);
    says(&below, &[here.to_str().unwrap()]);

    // Other files, many of them, and long names.
    for number in 0..200 {
        fs::write(
            place.path().join(format!("{number}-{}\n", "x".repeat(200))),
            b"",
        )
        .unwrap();
    }
    says(place.path(), &["0-xxx", "and 190 more"]);

    // Three files of four.
    let mut files = mnist_files(&images);
    let (missing, _) = files.remove(2);
    let three = folder(&under("MNIST/raw", files));
    says(three.path(), &[&format!("MNIST/raw lacks {missing}")]);

    // A file that has nothing to do with it, and one of four.
    let other = place.path().join("other.txt");
    fs::write(&other, b"").unwrap();
    says(&other, &["a file", "mnist.npz", "name a folder"]);
    says(
        &three.path().join("MNIST/raw/train-images-idx3-ubyte"),
        &["name a folder"],
    );
    // The archive of the other data set.
    let keras = folder(&layouts(&images).pop().unwrap().1);
    let error = line(&photos, &keras.path().join("mnist.npz"));
    assert!(
        error.contains("a file, and none of those that have all of cifar10"),
        "{error}"
    );
}

/// What cannot be looked at is not called absent. A link to itself cannot even by the administrator, unlike a folder
/// without permissions.
#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_said() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let images = made_up(DataSet::Mnist);
    let place = tempfile::tempdir().unwrap();
    let itself = place.path().join("raw");
    symlink(&itself, &itself).unwrap();
    let loops = "Too many levels of symbolic links";
    assert!(line(&images, place.path()).contains(loops));
    assert!(line(&images, &itself).contains(loops));

    let closed = place.path().join("MNIST");
    write(&closed, &under("raw", mnist_files(&images)));
    let close = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    close(0o000);
    if fs::read_dir(&closed).is_ok() {
        println!("passed over: this user may read everything");
    } else {
        let line = line(&images, place.path());
        assert!(line.contains("Permission denied"), "{line}");
    }
    close(0o755);
    assert_eq!(get(&images, &closed), None);
}

fn refused<T: std::fmt::Debug>(result: dae::Result<T>, words: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(words), "{words}: {error}");
    assert!(!error.contains('\n') && error.len() < 400, "{error}");
}

/// Every kind of number for labels that NumPy may have been asked for, and everything that is no label.
#[test]
fn arrays_are_read_strictly() {
    let images = made_up(DataSet::Mnist);
    let good = npz(&images);
    let expected = expected(&images);
    let read = |bytes: &[u8]| mnist::read_arrays(bytes, &expected, Path::new("mnist.npz"));
    assert_eq!(read(&good).unwrap(), images);
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/mnist_npz");
    let small = dae::data::Expected {
        train: 2,
        test: 1,
        ..expected.clone()
    };
    // NumPy wrote these: bytes, then wide integers of both orders.
    let [stored, deflated] = ["stored.npz", "deflated.npz"].map(|name| {
        let bytes = fs::read(seeds.join(name)).unwrap();
        mnist::read_arrays(&bytes, &small, Path::new(name)).unwrap()
    });
    assert_eq!(stored.train.labels, [3, 9]);
    assert_eq!(stored.test.labels, [1]);
    assert_eq!(stored, deflated);

    // The checksum of a member, which is behind it, is looked at; so are sizes and types, before anything is reserved.
    let edited = |from: &[u8], to: &[u8]| {
        assert_eq!(from.len(), to.len());
        let at = good
            .windows(from.len())
            .position(|part| part == from)
            .unwrap();
        let mut bytes = good.clone();
        bytes[at..at + from.len()].copy_from_slice(to);
        bytes
    };
    refused(
        read(&edited(b"(11, 28, 28)", b"(11, 28, 29)")),
        "(11,28,29)",
    );
    refused(read(&edited(b"|u1", b"<f4")), "<f4");
    refused(read(&edited(b"|u1", b"|O8")), "|O8");
    refused(
        read(&edited(b"False, ", b"True,  ")),
        "'fortran_order':True",
    );
    refused(
        read(&edited(b"\x93NUMPY\x01", b"\x93NUMPY\x04")),
        "NumPy's format 1 to 3",
    );
    // The directory at the end says what there is.
    let name = b"x_train.npy";
    let at = good.windows(11).rposition(|part| part == name).unwrap();
    let mut renamed = good.clone();
    renamed[at] = b'z';
    refused(read(&renamed), "the member x_train.npy, found none");
    let pixels: Vec<u8> = images.train.pixels.row(1).iter().take(8).copied().collect();
    let mut other = pixels.clone();
    other[7] ^= 1;
    refused(read(&edited(&pixels, &other)), "damage");
    refused(read(&good[..good.len() - 30]), "zip archive");
    refused(read(b"PK"), "zip archive");
    let mut wide = images.clone();
    wide.test.labels[0] = 10;
    refused(read(&npz(&wide)), "label 10");
}

/// Nothing that a pickle asks for is run, and nothing in it makes a reader work without end.
#[test]
fn pickles_are_read_strictly() {
    let images = made_up(DataSet::Cifar10);
    let good = &cifar10_pickles(&images)[0].1;
    let read = |bytes: &[u8]| cifar10::read_pickle(bytes, 2, Path::new("data_batch_1"));
    let batch = read(good).unwrap();
    assert_eq!(
        batch.pixels,
        images.train.pixels.slice(ndarray::s![..2, ..])
    );
    assert_eq!(batch.labels, images.train.labels[..2]);
    // Those of other protocols, which NumPy 2 wrote.
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/cifar10_pickle");
    let all = ["python2", "protocol3", "protocol4", "protocol5"];
    let [first, rest @ ..] = all.map(|name| read(&fs::read(seeds.join(name)).unwrap()).unwrap());
    assert_eq!(first.labels, [3, 9]);
    assert!(rest.iter().all(|other| *other == first));

    refused(
        read(b"\x80\x02cos\nsystem\n(U\x04truetR."),
        "`os.system`, which is not run",
    );
    refused(
        read(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93."),
        "`builtins.eval`",
    );
    refused(read(b"\x80\x02cnumpy\nload\n."), "`numpy.load`");
    refused(read(b"\x80\x02(icopy_reg\n."), "instruction 0x69");
    refused(read(b"\x80\x02I12\n."), "a number in words");
    refused(read(b"(dp1\n."), "instruction 0x64");
    refused(read(b"\x80\x06}."), "protocol 6");
    refused(read(b"\x80\x02N."), "something else than a dictionary");
    refused(read(b"\x80\x02}."), "no entry `data`");
    refused(read(b"\x80\x02}}."), "more than one object");
    refused(read(&good[..good.len() - 1]), "are left");
    refused(read(&[good, &b"."[..]].concat()), "more than one object");
    refused(
        read(b"\x80\x02T\xff\xff\xff\xff"),
        "4294967295 bytes announced where 0 are left",
    );
    refused(
        read(b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff"),
        "announced where 0",
    );
    let edited = |from: &[u8], to: &[u8]| {
        let at = good
            .windows(from.len())
            .position(|part| part == from)
            .unwrap();
        [&good[..at], to, &good[at + from.len()..]].concat()
    };
    assert!(read(&edited(b"K\x02M\x00\x0c", b"M\x02\x00M\x00\x0c")).is_ok());
    assert!(
        read(&edited(b"\x89T", b"I00\nT")[2..]).is_ok(),
        "protocol 1"
    );
    refused(read(&edited(b"\x89T", b"I01\nT")), "another form");
    refused(
        read(&edited(b"K\x02M\x00\x0c", b"K\x03M\x00\x0c")),
        "[3, 3072]",
    );
    refused(
        read(&edited(b"K\x02M\x00\x0c", b"K\x02J\xff\xff\xff\x7f")),
        "[2, 2147483647]",
    );
    refused(read(&edited(b"u1", b"f8")), "other numbers than bytes");
    refused(read(&edited(b"\x89T", b"\x88T")), "another form");
    refused(read(&edited(b"labels", b"fables")), "no entry `labels`");
    let label = [b'K', images.train.labels[1], b'e'];
    refused(read(&edited(&label, &[b'K', 10, b'e'])), "label 10");
    refused(read(&edited(&label, b"Ne")), "labels that are no numbers");
    refused(read(&edited(&label, b"e")), "1 labels");

    // Tuples in tuples, lists in themselves, a list that doubles with each step, and instructions without end.
    let within = [b"\x80\x02N".to_vec(), vec![0x85; 10_000_000], b".".to_vec()].concat();
    refused(read(&within), "more than 4112 instructions");
    refused(
        read(b"\x80\x02]q\x00h\x00ah\x00h\x00a."),
        "more than one object",
    );
    let doubles = |key: u8| [b'h', key, b'h', key, 0x86, b'q', key + 1, b'0'];
    let doubling: Vec<u8> = (0..200)
        .flat_map(|key| doubles(key)[..7].to_vec())
        .collect();
    refused(
        read(&[&b"\x80\x02]q\x00"[..], &doubling, b"."].concat()),
        "more than one object",
    );
    refused(
        read(&[&b"\x80\x02"[..], &b"(".repeat(1 << 20)].concat()),
        "instructions",
    );
}
