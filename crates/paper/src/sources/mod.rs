//! Fingerprints of the sources, computed when this crate was built (see `build.rs`).

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The fingerprint of the sources that a figure depends on.
pub fn of(figure: &str) -> &'static str {
    FIGURES
        .iter()
        .find(|(name, _)| *name == figure)
        .map_or("", |(_, hash)| hash)
}
