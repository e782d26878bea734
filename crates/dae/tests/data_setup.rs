//! Machines that are set up otherwise: a certificate authority of one's own, a cache that cannot be written, a file
//! system without locks.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]
#![cfg(all(unix, feature = "download"))]

mod data_support;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{env, thread};

use dae::data::{CacheState, DataSet, Images, SourceOptions, load_expected, verify_expected};
use dae::files::write_atomically;
use data_support::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use tempfile::TempDir;

/// Runs a program to its end; `None` if there is no such program.
fn run(program: &str, arguments: &[impl AsRef<OsStr>], folder: &Path) -> Option<()> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output();
    let output = output.ok()?;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {complaint}");
    Some(())
}

/// An authority `ca.pem`, and a certificate `site.pem` of its for this machine with the key `site.key`.
fn authority() -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        run("openssl", &words, folder.path())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=made-up"
    ))?;
    openssl(&format!(
        "req {key} -keyout site.key -out site.csr -subj /CN=localhost"
    ))?;
    fs::write(
        folder.path().join("names"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
    )
    .unwrap();
    openssl(
        "x509 -req -in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out site.pem",
    )?;
    Some(folder)
}

/// Serves one file over HTTPS; gives the address.
fn secure_site((name, bytes): (String, Vec<u8>), authority: &Path) -> String {
    let certificates = CertificateDer::pem_file_iter(authority.join("site.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(authority.join("site.key")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates.map(Result::unwrap).collect(), key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://localhost:{}/",
        listener.local_addr().unwrap().port()
    );
    let answer = move |mut socket: TcpStream| -> std::io::Result<()> {
        let mut session = ServerConnection::new(config.clone()).unwrap();
        let mut stream = Stream::new(&mut session, &mut socket);
        let mut request = BufReader::new(&mut stream).lines();
        let first = request.next().unwrap()?;
        assert_eq!(first, format!("GET /{name} HTTP/1.1"));
        while !request.next().unwrap()?.is_empty() {}
        let length = bytes.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        )?;
        stream.write_all(&bytes)?;
        stream.conn.send_close_notify();
        stream.flush()
    };
    // The thread ends with the process.
    thread::spawn(move || {
        for socket in listener.incoming() {
            // Whoever does not believe us hangs up.
            answer(socket.unwrap()).ok();
        }
    });
    url
}

/// Photographs, with the archive that has them.
fn photos() -> (Images, (String, Vec<u8>)) {
    let images = made_up(DataSet::Cifar10);
    let archive = forms(&images).remove(2).1.remove(0);
    (images, archive)
}

fn options(cache: &Path, site: &str) -> SourceOptions {
    let mut options = SourceOptions::with_cache(cache);
    options.cifar10_sites = vec![site.to_owned()];
    options.npm = "no-such-program-as-this".to_owned();
    options
}

#[test]
fn an_authority_of_ones_own_is_believed_where_it_is_named() {
    let Some(authority) = authority() else {
        println!("passed over: openssl is not installed");
        return;
    };
    let (images, archive) = photos();
    let site = secure_site(archive, authority.path());
    let get = |edit: &dyn Fn(&mut SourceOptions)| {
        let cache = tempfile::tempdir().unwrap();
        let mut options = options(cache.path(), &site);
        edit(&mut options);
        let found = load_expected(&expected(&images), &options, &mut |_| {});
        found.map(|found| assert_eq!(found, images))
    };
    let path = |name: &str| Some(authority.path().join(name));
    get(&|options| options.cert_file = path("ca.pem")).unwrap();
    // A folder with authorities, and nothing else.
    fs::create_dir(authority.path().join("all")).unwrap();
    fs::copy(path("ca.pem").unwrap(), authority.path().join("all/ca.pem")).unwrap();
    get(&|options| options.cert_folder = path("all")).unwrap();
    let several = env::join_paths([path("absent").unwrap(), path("all").unwrap()]).unwrap();
    get(&|options| options.cert_folder = Some(PathBuf::from(&several))).unwrap();

    let refused = |edit: &dyn Fn(&mut SourceOptions), words: &[&str]| {
        let error = get(edit).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{word}: {error}");
        }
        error
    };
    // Without, the error says what to set.
    refused(&|_| (), &["UnknownIssuer", "SSL_CERT_FILE"]);
    // What is set, but of no use, is said once, and nobody is asked.
    fs::write(authority.path().join("empty"), "no certificate").unwrap();
    fs::create_dir(authority.path().join("none")).unwrap();
    for (name, words) in [
        ("absent", "No such file"),
        ("empty", "it has none"),
        ("site.key", "it has none"),
        ("none", "it has none"),
    ] {
        let set = |options: &mut SourceOptions| options.cert_file = path(name);
        let error = refused(
            &set,
            &["network: SSL_CERT_FILE = ", name, words, "or unset"],
        );
        assert!(
            !error.contains(&site) && !error.contains("npm package"),
            "{error}"
        );
    }
    for name in ["absent", "none"] {
        let set = |options: &mut SourceOptions| options.cert_folder = path(name);
        refused(&set, &["network: SSL_CERT_DIR = ", name, "or unset"]);
    }
}

/// npm knows neither the system's authorities nor `SSL_CERT_FILE`, unless it is told.
#[test]
fn npm_is_told_of_the_authority() {
    let Some(authority) = authority() else {
        println!("passed over: openssl is not installed");
        return;
    };
    let (images, _) = photos();
    let place = tempfile::tempdir().unwrap();
    let (npm, told) = (place.path().join("npm"), place.path().join("told"));
    let script = format!(
        "#!/bin/sh\necho \"$NODE_EXTRA_CA_CERTS,$NODE_USE_SYSTEM_CA\" > {}\nexit 1\n",
        told.display()
    );
    fs::write(&npm, script).unwrap();
    fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).unwrap();
    let ca = authority.path().join("ca.pem");
    for (file, wanted) in [
        (Some(ca.clone()), format!("{},", ca.display())),
        (None, ",1".to_owned()),
    ] {
        let mut options = options(&place.path().join("cache"), "");
        (options.cert_file, options.npm) = (file, npm.to_str().unwrap().to_owned());
        options.cifar10_sites.clear();
        load_expected(&expected(&images), &options, &mut |_| {}).unwrap_err();
        // What the environment of this test says already is left alone.
        let set = [
            "NODE_EXTRA_CA_CERTS",
            "NODE_USE_SYSTEM_CA",
            "npm_config_cafile",
        ];
        if set.iter().all(|name| env::var_os(name).is_none()) {
            assert_eq!(fs::read_to_string(&told).unwrap().trim(), wanted);
        }
    }
}

/// Serves one file over HTTP, as often as it is asked for.
fn plain_site((_, bytes): (String, Vec<u8>)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map_while(Result::ok).find(String::is_empty);
            let length = bytes.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            )
            .unwrap();
            stream.write_all(&bytes).ok();
        }
    });
    url
}

/// What a run does with a cache: downloads, stores, and writes a file. Gives what happened.
fn use_cache(cache: &Path, written: &Path) -> Vec<&'static str> {
    let (images, archive) = photos();
    let options = options(cache, &plain_site(archive));
    let mut events = Vec::new();
    let found = load_expected(&expected(&images), &options, &mut |event| {
        events.push(event)
    });
    assert_eq!(found.unwrap(), images);
    write_atomically(written, b"whole").unwrap();
    assert_eq!(fs::read(written).unwrap(), b"whole");
    tags(&events)
}

/// A cache below which nothing can be made, not even by the administrator.
#[test]
fn what_cannot_be_written_does_not_stop_a_download() {
    let place = tempfile::tempdir().unwrap();
    let written = place.path().join("table.csv");
    let file = place.path().join("file");
    fs::write(&file, b"in the way").unwrap();
    let said = ["trying", "verified", "not stored"];
    assert_eq!(use_cache(&file, &written), said);
    assert_eq!(use_cache(&file.join("below"), &written), said);
    // Where downloads would go there is a file, or their lock is a folder; the rest can be written.
    let cache = place.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::write(cache.join("downloads"), b"in the way").unwrap();
    assert_eq!(use_cache(&cache, &written), ["trying", "verified"]);
    // A disk that may only be read.
    let Some(disk) = read_only(place.path()) else {
        println!("passed over: nothing may be mounted here");
        return;
    };
    let said = use_cache(&disk, &written);
    let (images, _) = photos();
    let held = verify_expected(
        &expected(&images),
        &SourceOptions::with_cache(disk.join("full")),
    );
    assert_eq!(
        use_cache(&disk.join("full"), &written),
        ["trying", "verified"]
    );
    let unmounted = Command::new("umount").arg(&disk).status();
    assert_eq!(said, ["trying", "verified", "not stored"]);
    assert!(matches!(held.state, CacheState::Good(_)));
    assert!(unmounted.unwrap().success());
}

/// A disk that may only be read, with a cache `full` that has the photographs.
fn read_only(place: &Path) -> Option<PathBuf> {
    let disk = place.join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        let mounted = Command::new("mount").args(arguments).arg(&disk).output();
        mounted.is_ok_and(|output| output.status.success())
    };
    if !mount(&["-t", "tmpfs", "tmpfs"]) {
        return None;
    }
    use_cache(&disk.join("full"), &disk.join("file"));
    assert!(mount(&["-o", "remount,ro"]));
    Some(disk)
}

/// What a file system without locks says to whoever asks for one.
const NO_LOCKS: &str = "#include <errno.h>
int flock(int file, int operation) { (void)file; (void)operation; errno = NUMBER; return -1; }
";

/// This program once more, with a library that makes every lock fail.
#[cfg(target_os = "linux")]
#[test]
fn a_file_system_without_locks_does_not_matter() {
    const INNER: &str = "DAE_TEST_WITHOUT_LOCKS";
    if let Some(folder) = env::var_os(INNER) {
        let folder = PathBuf::from(folder);
        let file = fs::File::create(folder.join("lock")).unwrap();
        assert!(file.try_lock().is_err(), "the library is not in use");
        let cache = folder.join("cache");
        let said = use_cache(&cache, &folder.join("table.csv"));
        assert_eq!(said, ["trying", "verified"]);
        let mut names: Vec<_> = fs::read_dir(&cache)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["cifar10", "downloads"]);
        return;
    }
    for number in ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL", "EBADF"] {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("locks.so");
        let source = folder.path().join("locks.c");
        fs::write(&source, NO_LOCKS.replace("NUMBER", number)).unwrap();
        let arguments = [
            OsStr::new("-shared"),
            "-fPIC".as_ref(),
            "-o".as_ref(),
            library.as_ref(),
            source.as_ref(),
        ];
        if run("cc", &arguments, folder.path()).is_none() {
            println!("passed over: there is no C compiler");
            return;
        }
        let output = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "a_file_system_without_locks_does_not_matter",
                "--nocapture",
            ])
            .env("LD_PRELOAD", &library)
            .env(INNER, folder.path())
            .output()
            .unwrap();
        let said =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(
            output.status.success() && said[0].contains("1 passed"),
            "{number}: {said:?}"
        );
    }
}
