//! Downloads from sites that do not behave, played by a little server in this process.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]
#![cfg(feature = "download")]

mod data_support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use dae::data::{DataSet, Event, Images, SourceOptions, load_expected};
use data_support::*;
use tempfile::TempDir;

/// What the server does with one request.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Answers as it should, parts included.
    Well,
    /// Sends the whole file although a part was asked for.
    Whole,
    /// Promises the file, and closes after half of what it has to send.
    Half,
    /// Sends this status and nothing else.
    Status(u16),
    /// Promises more bytes than any data set has.
    Promise(u64),
    /// Sends without saying how much, for ever.
    Endless,
    /// Sends half and then nothing, without closing.
    Stall,
    /// Says that it goes on, but at another place.
    Elsewhere,
}

/// A site with files, and a list of manners: one for each request, then [`Manner::Well`].
struct Site {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

fn site(files: Files, manners: &[Manner]) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, mut manners) = (requests.clone(), manners.to_vec());
    // The thread ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let manner = if manners.is_empty() {
                Manner::Well
            } else {
                manners.remove(0)
            };
            // Whoever hangs up on us is entitled to.
            answer(stream.unwrap(), &files, manner, &seen).ok();
        }
    });
    Site { url, requests }
}

fn answer(
    mut stream: TcpStream,
    files: &[(String, Vec<u8>)],
    manner: Manner,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let (mut path, mut from) = (String::new(), 0);
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        if let Some(rest) = line.strip_prefix("GET /") {
            path = rest.split(' ').next().unwrap().to_owned();
        }
        if let Some((key, value)) = line.split_once(": ")
            && key.eq_ignore_ascii_case("range")
        {
            from = value
                .trim_start_matches("bytes=")
                .trim_end_matches('-')
                .parse()
                .unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    seen.lock().unwrap().push(format!("{path} from {from}"));
    let Some((_, file)) = files.iter().find(|(name, _)| *name == path) else {
        return write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        );
    };
    let total = file.len();
    let whole = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {total}\r\n\r\n");
    let part = |from: usize| {
        let length = total - from;
        let last = total - 1;
        format!(
            "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Content-Range: bytes {from}-{last}/{total}\r\n\r\n"
        )
    };
    let head = if from == 0 {
        whole.clone()
    } else {
        part(from.min(total))
    };
    let middle = from + (total - from.min(total)) / 2;
    match manner {
        Manner::Well if from >= total => write!(
            stream,
            "HTTP/1.1 416 No\r\nContent-Length: 0\r\nContent-Range: bytes */{total}\r\n\r\n"
        ),
        Manner::Well => stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&file[from..])),
        Manner::Whole => stream
            .write_all(whole.as_bytes())
            .and_then(|()| stream.write_all(file)),
        Manner::Half => {
            stream.write_all(head.as_bytes())?;
            stream.write_all(&file[from..middle])
        }
        Manner::Status(status) => {
            write!(
                stream,
                "HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
        }
        Manner::Promise(length) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            )
        }
        Manner::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[0; 1 << 16])?;
            }
        }
        Manner::Stall => {
            stream.write_all(head.as_bytes())?;
            stream.write_all(&file[from..middle])?;
            // Held open longer than any test waits, by a thread, so that the next request is
            // answered.
            thread::spawn(move || {
                thread::sleep(Duration::from_secs(60));
                drop(stream);
            });
            Ok(())
        }
        Manner::Elsewhere => {
            stream.write_all(part(1).as_bytes())?;
            stream.write_all(&file[1..])
        }
    }
}

/// Loads made-up images from `urls`; gives the error, if there is one, and the events.
fn get(images: &Images, urls: &[&str], cache: &TempDir) -> (Option<String>, Vec<Event>) {
    let mut options = SourceOptions::with_cache(cache.path());
    options.mnist_sites = urls.iter().map(|&url| url.to_owned()).collect();
    options.cifar10_sites = options.mnist_sites.clone();
    options.npm = "no-such-program-as-this".to_owned();
    options.stall_timeout = Duration::from_millis(300);
    options.back_off = Duration::from_millis(10);
    let mut events = Vec::new();
    let found = load_expected(&expected(images), &options, &mut |event| events.push(event));
    if let Ok(found) = &found {
        assert_eq!(found, images);
    }
    (found.err().map(|error| error.to_string()), events)
}

/// The archive of made-up photographs, which is one file, hence one request if all goes well.
fn photos() -> (Images, Files) {
    let images = made_up(DataSet::Cifar10);
    let archive = forms(&images).remove(2).1;
    (images, archive)
}

const ARCHIVE: &str = "cifar-10-binary.tar.gz";

/// Serves the archive with `manners`; gives the error and the requests.
fn serve(manners: &[Manner]) -> (Option<String>, Vec<String>) {
    let (images, archive) = photos();
    let (site, cache) = (site(archive, manners), tempfile::tempdir().unwrap());
    let (error, _) = get(&images, &[&site.url], &cache);
    let requests = site.requests.lock().unwrap().clone();
    (error, requests)
}

#[test]
fn good_sites_deliver() {
    for dataset in DataSet::ALL {
        let images = made_up(dataset);
        let files = match dataset {
            DataSet::Mnist => forms(&images).remove(1).1,
            DataSet::Cifar10 => forms(&images).remove(2).1,
        };
        let sizes: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let (site, cache) = (site(files, &[]), tempfile::tempdir().unwrap());
        let (error, events) = get(&images, &[&site.url], &cache);
        assert_eq!(error, None);
        assert_eq!(tags(&events), ["trying", "verified"]);
        let arrived: u64 = events
            .iter()
            .filter_map(|event| match event {
                Event::Progress { done, total, .. } if Some(*done) == *total => Some(done),
                _ => None,
            })
            .sum();
        assert_eq!(arrived, sizes);
    }
}

#[test]
fn a_broken_transfer_goes_on_where_it_stopped() {
    let half = photos().1[0].1.len() / 2;
    let both = [
        format!("{ARCHIVE} from 0"),
        format!("{ARCHIVE} from {half}"),
    ];
    for manners in [
        [Manner::Half, Manner::Well],
        [Manner::Half, Manner::Whole],
        [Manner::Stall, Manner::Well],
    ] {
        let (error, requests) = serve(&manners);
        assert_eq!(error, None, "{manners:?}");
        assert_eq!(requests, both, "{manners:?}");
    }
}

#[test]
fn the_next_call_goes_on_too() {
    let (images, archive) = photos();
    let size = archive[0].1.len();
    let cache = tempfile::tempdir().unwrap();
    // Twice half: a quarter is missing. Then the answer is a part elsewhere, and then all is well.
    let manners = [
        Manner::Half,
        Manner::Half,
        Manner::Elsewhere,
        Manner::Status(503),
    ];
    let site = site(archive, &manners);
    assert!(
        get(&images, &[&site.url], &cache)
            .0
            .unwrap()
            .contains("no source delivered")
    );
    assert!(
        get(&images, &[&site.url], &cache)
            .0
            .unwrap()
            .contains("status 503")
    );
    assert_eq!(get(&images, &[&site.url], &cache).0, None);
    let middle = size / 2;
    let later = middle + (size - middle) / 2;
    let from = [0, middle, later, 0, 0].map(|from| format!("{ARCHIVE} from {from}"));
    assert_eq!(*site.requests.lock().unwrap(), from);
    // Downloads are gone once their content is in the cache.
    let left: Vec<_> = walk(cache.path())
        .into_iter()
        .filter(|path| path.contains(ARCHIVE))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// All files below a folder.
fn walk(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path.display().to_string()]
            }
        })
        .collect()
}

#[test]
fn a_file_that_had_arrived_is_not_fetched_again() {
    // The first file of four arrives, the second does not: the next call finds the first complete.
    let images = made_up(DataSet::Mnist);
    let files = forms(&images).remove(1).1;
    let size = files[0].1.len();
    let (site, cache) = (
        site(files, &[Manner::Well, Manner::Status(403)]),
        tempfile::tempdir().unwrap(),
    );
    assert!(
        get(&images, &[&site.url], &cache)
            .0
            .unwrap()
            .contains("status 403")
    );
    assert_eq!(get(&images, &[&site.url], &cache).0, None);
    let requests = site.requests.lock().unwrap();
    assert_eq!(
        requests[2],
        format!("train-images-idx3-ubyte.gz from {size}")
    );
    assert_eq!(requests.len(), 6);
}

#[test]
fn transient_errors_get_one_more_chance_and_others_none() {
    for status in [408, 429, 500, 502, 503] {
        assert_eq!(serve(&[Manner::Status(status)]).0, None);
        let (error, requests) = serve(&[Manner::Status(status); 2]);
        assert!(error.unwrap().contains(&format!("status {status}")));
        assert_eq!(requests.len(), 2);
    }
    for status in [204, 400, 401, 403, 404, 410] {
        let (error, requests) = serve(&[Manner::Status(status)]);
        assert!(error.unwrap().contains(&format!("status {status}")));
        assert_eq!(requests.len(), 1);
    }
}

#[test]
fn too_much_is_refused() {
    for manner in [
        Manner::Promise(1 << 40),
        Manner::Promise(u64::MAX),
        Manner::Endless,
    ] {
        let (error, requests) = serve(&[manner]);
        let error = error.unwrap();
        assert!(error.contains("bytes allowed"), "{manner:?}: {error}");
        assert_eq!(requests.len(), 1, "{manner:?}");
    }
}

#[test]
fn a_silent_site_is_given_up() {
    let start = Instant::now();
    let (error, requests) = serve(&[Manner::Stall; 2]);
    assert!(error.unwrap().contains("timeout"));
    assert_eq!(requests.len(), 2);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_site_that_stalls_or_breaks_off_twice_leads_to_the_next_one() {
    for manner in [Manner::Stall, Manner::Half, Manner::Status(503)] {
        let (images, archive) = photos();
        let (bad, good) = (site(archive.clone(), &[manner; 2]), site(archive, &[]));
        let cache = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let (error, events) = get(&images, &[&bad.url, &good.url], &cache);
        assert_eq!(error, None, "{manner:?}");
        assert_eq!(tags(&events), ["trying", "failed", "trying", "verified"]);
        assert_eq!(bad.requests.lock().unwrap().len(), 2, "{manner:?}");
        assert!(start.elapsed() >= Duration::from_millis(10), "no pause");
    }
}

#[test]
fn wrong_content_leads_to_the_next_site_and_is_not_kept() {
    let (images, archive) = photos();
    let mut other = images.clone();
    other.train.pixels[[4, 1_000]] ^= 1;
    let other = forms(&other).remove(2).1;
    let (bad, good) = (site(other, &[]), site(archive, &[]));
    let cache = tempfile::tempdir().unwrap();
    let (error, events) = get(&images, &[&bad.url, &good.url], &cache);
    assert_eq!(error, None);
    assert_eq!(tags(&events), ["trying", "failed", "trying", "verified"]);
    assert!(
        walk(cache.path())
            .iter()
            .all(|path| !path.contains(ARCHIVE))
    );
}

#[test]
fn sites_that_are_not_there_are_passed_by_quickly() {
    // A port that was free a moment ago, and a name that is reserved for not existing.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let urls = [
        format!("http://{port}/"),
        "https://no-such-host.invalid/".to_owned(),
    ];
    let start = Instant::now();
    let (images, cache) = (photos().0, tempfile::tempdir().unwrap());
    let (error, events) = get(&images, &[&urls[0], &urls[1]], &cache);
    let error = error.unwrap();
    assert!(
        error.contains(&urls[0]) && error.contains(&urls[1]),
        "{error}"
    );
    assert_eq!(tags(&events), ["trying", "failed"].repeat(3));
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    println!("three sources that are not there: {:?}", start.elapsed());
}

#[test]
fn two_at_once_do_not_write_into_one_file() {
    let (images, archive) = photos();
    let (site, cache) = (site(archive, &[]), tempfile::tempdir().unwrap());
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert_eq!(get(&images, &[&site.url], &cache).0, None));
        }
    });
}
