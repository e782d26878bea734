//! The certificate authorities to trust: the system's, or those that the environment names.

use std::env;
use std::path::Path;

use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, RootCerts};

use super::options::SourceOptions;
use crate::{Error, Result};

/// The certificates of the authorities to trust.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's, as in curl. A machine that has none gets Mozilla's, which
/// are built in.
///
/// # Errors
/// [`Error::OutOfRange`], naming the variable, if the place that it names holds no certificate.
pub(super) fn roots(options: &SourceOptions) -> Result<RootCerts> {
    let refused = |name, path: &Path| {
        let absent = path.metadata().err().map(|error| error.to_string());
        let reason = absent.unwrap_or("it has none".to_owned());
        let value = format!("{} ({reason})", path.display());
        Error::out_of_range(name, value, "a place with certificates (PEM), or unset")
    };
    let mut found = Vec::new();
    if let Some(file) = &options.cert_file {
        found = load_certs_from_paths(Some(file), None).certs;
        if found.is_empty() {
            return Err(refused("SSL_CERT_FILE", file));
        }
    }
    if let Some(folders) = &options.cert_folder {
        for folder in env::split_paths(folders) {
            found.extend(load_certs_from_paths(None, Some(&folder)).certs);
        }
        if found.is_empty() {
            return Err(refused("SSL_CERT_DIR", folders));
        }
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
