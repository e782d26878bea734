//! The authorities that vouch for a site: the system's, or those that the environment names.

use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, RootCerts};

use super::SourceOptions;
use crate::{Error, Result};

/// The certificates of the authorities to believe.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of the system's, as they do for curl. A machine that has none gets
/// Mozilla's, which come along.
///
/// # Errors
/// [`Error::OutOfRange`], which names the variable, if what it names holds no certificate.
pub(super) fn roots(options: &SourceOptions) -> Result<RootCerts> {
    let (file, folder) = (&options.cert_file, &options.cert_folder);
    let named = [
        (
            "SSL_CERT_FILE",
            "a file with certificates (PEM), or unset",
            file,
            None,
        ),
        (
            "SSL_CERT_DIR",
            "a folder with certificates (PEM), or unset",
            &None,
            folder.as_ref(),
        ),
    ];
    let mut found = Vec::new();
    for (name, allowed, file, folder) in named {
        let Some(path) = file.as_ref().or(folder) else {
            continue;
        };
        let loaded = load_certs_from_paths(file.as_deref(), folder.map(|path| path.as_path()));
        if loaded.certs.is_empty() {
            let reason = loaded.errors.first();
            let reason = reason.map_or("it has none".to_owned(), ToString::to_string);
            let value = format!("{} ({reason})", path.display());
            return Err(Error::out_of_range(name, value, allowed));
        }
        found.extend(loaded.certs);
    }
    if found.is_empty() {
        found = load_native_certs().certs;
    }
    if found.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let certificates = found
        .iter()
        .map(|der| Certificate::from_der(der).to_owned());
    Ok(certificates.into())
}
