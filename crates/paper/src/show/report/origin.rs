//! Where a figure and its training runs come from, in words.

use super::super::number;
use crate::results::Record;
use crate::system::files::key;
use crate::system::provenance::{Provenance, Revision};

/// Where something comes from.
pub(super) struct Source {
    pub title: String,
    pub facts: Vec<Fact>,
}

/// Something that is known about where a figure came from.
pub(super) struct Fact {
    pub name: String,
    pub value: String,
    /// Whether it is a hash or a version, to be set as code.
    pub code: bool,
}

/// Where a figure comes from, and where each training run does that it was made from.
pub(super) fn origins(record: &Record) -> Vec<Source> {
    let inputs = &record.inputs;
    let mut own = vec![
        Fact::code("settings, SHA-256", &key(&inputs.settings)),
        Fact::code(
            "sources and locked dependencies that compute, SHA-256",
            &inputs.sources,
        ),
        Fact::code("published values, SHA-256", &inputs.published),
    ];
    for (what, data) in [("spectrum", &inputs.spectra), ("images", &inputs.images)] {
        let facts = data.iter();
        own.extend(
            facts.map(|(name, hash)| Fact::code(&format!("{what} of {name}, SHA-256"), hash)),
        );
    }
    match &record.provenance {
        Some(provenance) => own.extend(facts(provenance)),
        None => own.push(Fact::text(
            "machine",
            "not recorded: made by an earlier version".to_owned(),
        )),
    }
    let mut origins = vec![Source {
        title: "The figure and its tables".to_owned(),
        facts: own,
    }];
    for training in &record.trainings {
        let kept = if training.kept {
            ", kept from an earlier run"
        } else {
            ""
        };
        origins.push(Source {
            title: format!("Training run {}{kept}", training.label),
            facts: match &training.provenance {
                Some(provenance) => facts(provenance),
                None => vec![Fact::text(
                    "machine",
                    "not recorded: trained by an earlier version".to_owned(),
                )],
            },
        });
    }
    origins
}

/// Where, when and with what something was computed.
fn facts(provenance: &Provenance) -> Vec<Fact> {
    let Provenance { threads, blas, .. } = provenance;
    let versions = provenance.crates.iter();
    let versions: Vec<String> = versions
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let revision = match &provenance.revision {
        Revision::Git {
            commit,
            dirty: false,
        } => Fact::code("revision", commit),
        Revision::Git {
            commit,
            dirty: true,
        } => Fact::code(
            "revision",
            &format!("{commit}, with changes that are not in it"),
        ),
        Revision::Unknown(why) => Fact::text("revision", format!("unknown: {why}")),
    };
    let mut facts = vec![
        revision,
        Fact::code("Cargo.lock, SHA-256", &provenance.cargo_lock),
        Fact::text("compiler", provenance.rustc.clone()),
        Fact::text("crates", versions.join(", ")),
        Fact::text(
            "BLAS",
            format!("{}, kernels for {}", blas.library, blas.core),
        ),
        Fact::text(
            "processor",
            format!("{}, {}", provenance.cpu, provenance.system),
        ),
        Fact::text(
            "threads",
            format!(
                "{} of BLAS, {} of the rest, {} processors",
                threads.blas, threads.rayon, threads.available
            ),
        ),
        Fact::text("begun", provenance.started.clone()),
        Fact::text("wall time", number::duration(provenance.seconds)),
    ];
    facts.extend(
        provenance
            .peak_memory
            .map(|peak| Fact::text("peak memory", number::bytes(peak).to_string())),
    );
    facts
}

impl Fact {
    fn text(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            value,
            code: false,
        }
    }

    fn code(name: &str, value: &str) -> Self {
        Self {
            code: true,
            ..Self::text(name, value.to_owned())
        }
    }
}
