//! The spectra that Figures 3, 5 and 7 start from.

use dae::data::{DataSet, Event, Images, SourceOptions, Spectrum};

use super::published::of_spectrum;
use crate::runs::cached;
use crate::system::progress::{Bar, Progress};
use crate::system::sources;
use crate::tables::{self, Check, Published};
use crate::{Error, Result};

/// The committed spectra of both data sets.
///
/// # Errors
/// A committed file was damaged before this crate was built.
pub fn committed() -> Result<Vec<(DataSet, Spectrum)>> {
    let committed = |dataset| Ok((dataset, Spectrum::committed(dataset)?));
    DataSet::ALL.into_iter().map(committed).collect()
}

/// The committed spectra of both data sets. If images are cached, their spectrum is recomputed and must agree.
///
/// Cached images that cannot be loaded are reported, and the committed spectrum is used unchecked.
///
/// # Errors
/// A recomputed spectrum disagrees; names the eigenvalue furthest off.
pub fn checked(progress: &Progress) -> Result<Vec<(DataSet, Spectrum)>> {
    let spectra = committed()?;
    let options = match SourceOptions::from_env() {
        Ok(environment) => SourceOptions {
            offline: true,
            ..environment
        },
        // Without a cache directory there are no cached images.
        Err(dae::Error::NoCacheDirectory) => return Ok(spectra),
        Err(error) => return Err(error.into()),
    };
    for (dataset, spectrum) in &spectra {
        if !options.cache.join(dataset.name()).exists() {
            continue;
        }
        match check(*dataset, spectrum, &options, progress) {
            Err(Error::Dae(dae::Error::NoSource { .. })) => progress.say(&format!(
                "{dataset}: the images in the cache cannot be used, so that the committed spectrum is not checked"
            )),
            other => drop(other?),
        }
    }
    Ok(spectra)
}

/// The eigenvalue of a mode named in a recorded file.
pub(crate) fn eigenvalue(spectrum: &Spectrum, mode: usize, file: &str) -> Result<f64> {
    let (found, all) = (spectrum.lambda.get(mode).copied(), spectrum.lambda.len());
    found.ok_or_else(|| Error::Damaged {
        file: file.to_owned(),
        problem: format!(
            "there is no mode {mode} of {}, which has {all}",
            spectrum.dataset
        ),
    })
}

/// Compares the published properties of the data with those of the spectra.
///
/// # Errors
/// A damaged file of published values.
pub fn published(spectra: &[(DataSet, Spectrum)]) -> Result<Vec<Check>> {
    let values = tables::published("fig5")?;
    let check = |value: &Published| {
        let own = |(dataset, _): &&(DataSet, Spectrum)| dataset.name() == value.dataset;
        let (_, spectrum) = spectra.iter().find(own)?;
        Some(value.check(of_spectrum(spectrum, value)?))
    };
    Ok(values.iter().filter_map(check).collect())
}

/// Recomputes the spectrum of a data set from its images and compares it with the committed one.
///
/// The result is cached and reused until the code or the images change.
///
/// # Errors
/// No images, or a disagreement.
pub fn check(
    dataset: DataSet,
    committed: &Spectrum,
    options: &SourceOptions,
    progress: &Progress,
) -> Result<Spectrum> {
    let samples = committed.samples;
    let name = format!("{}-{samples}", committed.dataset);
    let inputs = (samples, dataset.expected().fingerprint, sources::SPECTRA);
    let lambda = cached("spectra", &name, &inputs, progress, || {
        progress.say(&format!("{name}: computing the spectrum from the images"));
        let images = images(dataset, options, progress)?;
        Ok(Spectrum::of_images(&images, samples)?.lambda)
    })?;
    let recomputed = Spectrum {
        lambda,
        ..committed.clone()
    };
    recomputed.agrees_with(committed, Spectrum::TOLERANCE)?;
    let agrees = "the spectrum of the images agrees with the committed one";
    progress.say(&format!("{name}: {agrees}"));
    Ok(recomputed)
}

/// Loads a data set from the first source that has it, and reports progress.
///
/// # Errors
/// No source has it.
pub fn images(dataset: DataSet, options: &SourceOptions, progress: &Progress) -> Result<Images> {
    let mut bar: Option<(String, Bar)> = None;
    let images = dae::data::load(dataset, options, &mut |event| {
        announce(event, &mut bar, progress);
    });
    if let Some((_, bar)) = bar {
        bar.finish();
    }
    Ok(images?)
}

fn announce(event: Event, bar: &mut Option<(String, Bar)>, progress: &Progress) {
    if let Event::Progress { file, done, total } = &event {
        if bar.as_ref().is_none_or(|(name, _)| name != file) {
            *bar = Some((file.clone(), progress.bytes(file, total.unwrap_or(0))));
        }
        if let Some((_, bar)) = bar {
            bar.set(*done, "");
        }
        return;
    }
    if let Some((_, bar)) = bar.take() {
        bar.finish();
    }
    progress.say(&match event {
        Event::Trying { dataset, source } => format!("{dataset}: trying {source}"),
        Event::Failed { source, reason } => format!("  {source}: {reason}"),
        Event::Quarantined { from, to } => {
            let (from, to) = (from.display(), to.display());
            format!("  {from} is damaged and was moved to {to}")
        }
        Event::Verified { dataset, source } => format!("{dataset}: verified, from {source}"),
        Event::NotStored { reason } => format!("  could not be kept in the cache: {reason}"),
        other => format!("{other:?}"),
    });
}
