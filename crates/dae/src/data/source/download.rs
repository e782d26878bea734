//! The official sites, over HTTPS.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};

use super::event::Event;
use super::form::Form;
use super::options::SourceOptions;
use super::private::{Private, scratch_folder};
use crate::data::images::{DataSet, Expected, Images};
use crate::data::{cifar10, mnist};
use crate::{Error, Result};

/// A site that trickles bytes never stalls; it is given up after this long.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Downloads and reads a data set from the folder `site`, which one of `roots` must certify.
///
/// Partial files stay in the cache, and the next call resumes them. Complete files are removed, good or bad: afterwards
/// they are either in the cache or useless.
pub(super) fn fetch(
    site: &str,
    roots: &RootCerts,
    expected: &Expected,
    options: &SourceOptions,
    observer: &mut dyn FnMut(Event),
) -> Result<Images> {
    let desk = Desk::open(site, &options.cache)?;
    // Even random bytes hardly grow when compressed: twice the size is never reached.
    let limit = 2 * expected.bytes() as u64 + (1 << 16);
    let fetch = |name: &str| {
        let path = desk.folder.join(name);
        let transfer = Transfer {
            url: format!("{site}{name}"),
            path: &path,
            limit,
            roots,
            options,
        };
        transfer.run(observer).map(|()| path)
    };
    let form = match expected.dataset {
        DataSet::Mnist => Form::MnistFiles(all(mnist::FILES, ".gz", fetch)?),
        DataSet::Cifar10 => {
            let [archive] = all([cifar10::ARCHIVE], "", fetch)?;
            Form::Cifar10Archive(archive)
        }
    };
    let images = form.read(expected);
    // If this fails, the next call finds files that it need not fetch again.
    fs::remove_dir_all(&desk.folder).ok();
    images
}

/// Fetches `names` one after the other, until one fails.
fn all<const N: usize>(
    names: [&str; N],
    ending: &str,
    mut fetch: impl FnMut(&str) -> Result<PathBuf>,
) -> Result<[PathBuf; N]> {
    let mut paths: [PathBuf; N] = std::array::from_fn(|_| PathBuf::new());
    for (path, name) in paths.iter_mut().zip(names) {
        *path = fetch(&format!("{name}{ending}"))?;
    }
    Ok(paths)
}

/// The folder for downloads from one site.
///
/// One process at a time uses the persistent folder. A second one gets a temporary folder of its own, and so does one
/// that cannot write or lock anything in the cache.
struct Desk {
    folder: PathBuf,
    _lock: Option<File>,
    _private: Option<Private>,
}

impl Desk {
    fn open(site: &str, cache: &Path) -> Result<Self> {
        let downloads = cache.join("downloads");
        let key: String = Sha256::digest(site)
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if let Ok(desk) = Self::lasting(&downloads, &key) {
            return Ok(desk);
        }
        let private = scratch_folder(&format!("{key}-"), &downloads)?;
        let folder = private.path().join("files");
        fs::create_dir(&folder).map_err(Error::io(&folder))?;
        Ok(Self {
            folder,
            _lock: None,
            _private: Some(private),
        })
    }

    /// The persistent folder, unless another process uses it.
    fn lasting(downloads: &Path, key: &str) -> io::Result<Self> {
        fs::create_dir_all(downloads)?;
        let lock = File::create(downloads.join(format!("{key}.lock")))?;
        lock.try_lock()?;
        let folder = downloads.join(key);
        fs::create_dir_all(&folder)?;
        // Another user's files cannot be resumed.
        tempfile::tempfile_in(&folder)?;
        Ok(Self {
            folder,
            _lock: Some(lock),
            _private: None,
        })
    }
}

impl Drop for Desk {
    /// Removes the folder if it is empty. Otherwise it stays, for the next call to resume.
    fn drop(&mut self) {
        fs::remove_dir(&self.folder).ok();
    }
}

/// The transfer of one file.
struct Transfer<'a> {
    url: String,
    path: &'a Path,
    limit: u64,
    roots: &'a RootCerts,
    options: &'a SourceOptions,
}

/// Why a file did not arrive, and whether trying again makes sense.
struct Failure {
    reason: String,
    transient: bool,
}

impl Failure {
    fn permanent(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            transient: false,
        }
    }

    fn transient(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            transient: true,
        }
    }
}

impl Transfer<'_> {
    /// Fetches the file, with one retry after a transient failure.
    fn run(&self, observer: &mut dyn FnMut(Event)) -> Result<()> {
        let outcome = match self.once(observer) {
            Err(failure) if failure.transient => {
                thread::sleep(self.options.back_off);
                self.once(observer)
            }
            outcome => outcome,
        };
        let error = |reason| Error::Download {
            url: self.url.clone(),
            reason,
        };
        outcome.map_err(|failure| error(failure.reason))
    }

    /// One request, which resumes where the last one stopped if the site supports that.
    fn once(&self, observer: &mut dyn FnMut(Event)) -> Result<(), Failure> {
        let have = fs::metadata(self.path).map_or(0, |file| file.len());
        let response = self.request(have)?;
        match response.status().as_u16() {
            200 => self.receive(response, 0, observer),
            206 if starts_at(&response, have) => self.receive(response, have, observer),
            // Nothing is left to send: the last byte had arrived before the connection failed.
            416 if have > 0 && range_total(&response) == Some(have) => Ok(()),
            206 | 416 => {
                fs::remove_file(self.path).map_err(local)?;
                Err(Failure::transient(
                    "the site cannot go on with the partial file",
                ))
            }
            status @ (408 | 425 | 429 | 500..=599) => {
                Err(Failure::transient(format!("status {status}")))
            }
            status => Err(Failure::permanent(format!("status {status}"))),
        }
    }

    fn request(&self, have: u64) -> Result<Response<ureq::Body>, Failure> {
        let options = self.options;
        let tls = TlsConfig::builder().root_certs(self.roots.clone());
        let agent: Agent = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .user_agent(concat!("dae/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_recv_response(Some(options.stall_timeout))
            .timeout_per_call(Some(LONGEST))
            .timeout_per_read(Some(options.stall_timeout))
            .build()
            .into();
        // A site that compressed the file once more would send other bytes.
        let mut request = agent.get(&self.url).header("Accept-Encoding", "identity");
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        request.call().map_err(classify)
    }

    /// Writes what arrives after the first `have` bytes.
    fn receive(
        &self,
        response: Response<ureq::Body>,
        have: u64,
        observer: &mut dyn FnMut(Event),
    ) -> Result<(), Failure> {
        let total = response
            .body()
            .content_length()
            .map(|length| have.saturating_add(length));
        if total.is_some_and(|total| total > self.limit) {
            return Err(self.too_long());
        }
        let mut file = self.open_at(have).map_err(local)?;
        let mut body = response.into_body().into_reader();
        let (mut done, mut chunk) = (have, vec![0; 1 << 18]);
        loop {
            observer(Event::Progress {
                file: self.url.clone(),
                done,
                total,
            });
            let count = body
                .read(&mut chunk)
                .map_err(|error| classify(error.into()))?;
            if count == 0 {
                break;
            }
            done += count as u64;
            if done > self.limit {
                return Err(self.too_long());
            }
            #[expect(
                clippy::indexing_slicing,
                reason = "a reader never says that it has read more than the buffer holds"
            )]
            file.write_all(&chunk[..count]).map_err(local)?;
        }
        match total {
            Some(total) if done != total => Err(Failure::transient(format!(
                "the end after {done} of {total} bytes"
            ))),
            _ => Ok(()),
        }
    }

    /// Opens the file for writing after its first `have` bytes, and drops the rest.
    fn open_at(&self, have: u64) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path)?;
        file.set_len(have)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    }

    /// The site sends something else, which is of no use to the next call.
    fn too_long(&self) -> Failure {
        fs::remove_file(self.path).ok();
        Failure::permanent(format!("longer than the {} bytes allowed", self.limit))
    }
}

/// A local problem: a retry would not help.
fn local(error: io::Error) -> Failure {
    Failure::permanent(error.to_string())
}

/// An unreachable site is given up at once; one that stalled half-way gets a second chance.
fn classify(error: ureq::Error) -> Failure {
    use ureq::{Error, Timeout};
    let mut reason = error.to_string();
    if reason.contains("UnknownIssuer") {
        reason.push_str("; if your network has an authority of its own, name its certificate (PEM) in SSL_CERT_FILE");
    }
    let transient = match &error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => false,
        Error::Timeout(_) | Error::Protocol(_) => true,
        Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::TimedOut
                | io::ErrorKind::WouldBlock
                | io::ErrorKind::Interrupted
                | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    };
    Failure { reason, transient }
}

fn content_range(response: &Response<ureq::Body>) -> Option<&str> {
    response
        .headers()
        .get("content-range")?
        .to_str()
        .ok()?
        .strip_prefix("bytes ")
}

/// Whether a partial answer begins where the file on disk ends.
fn starts_at(response: &Response<ureq::Body>, have: u64) -> bool {
    let start = content_range(response).and_then(|range| range.split('-').next());
    start.and_then(|start| start.parse().ok()) == Some(have)
}

/// The size of the whole file, as a partial response states it.
fn range_total(response: &Response<ureq::Body>) -> Option<u64> {
    content_range(response)?.rsplit('/').next()?.parse().ok()
}
