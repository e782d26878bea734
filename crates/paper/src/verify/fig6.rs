//! The tables of Figure 6: no closed form is known for them, but bounds, order and data are.

use dae::data::DataSet;

use super::judge::{Judge, Keys};
use super::spectra;
use crate::Result;
use crate::experiments::fig6::Settings;
use crate::experiments::fig6::run::jobs;
use crate::experiments::{Model, epochs};
use crate::sheet::Sheet;
use crate::spectra::eigenvalue;

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs - 1, settings.record_every);
    check_runs(settings, judge)?;
    check_spectrum(settings, judge)?;
    check_mapping(settings, &recorded, judge)?;
    check_loss(settings, &recorded, judge)?;
    check_other(settings, &recorded, judge)
}

fn check_runs(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig6_runs.csv")?;
    // Neither order nor sizes depend on the seed.
    let jobs = jobs(settings, 0);
    let numbers = |value: &dyn Fn(DataSet) -> f64| {
        Keys::Numbers(jobs.iter().map(|job| value(job.dataset)).collect())
    };
    let keys = [
        (
            "dataset",
            Keys::Words(jobs.iter().map(|job| job.dataset.name()).collect()),
        ),
        (
            "model",
            Keys::Words(jobs.iter().map(|job| job.model.name()).collect()),
        ),
        (
            "samples",
            numbers(&|dataset| settings.of(dataset).samples as f64),
        ),
        ("pixels", numbers(&|dataset| dataset.pixels() as f64)),
        (
            "directions",
            numbers(&|dataset| settings.of(dataset).directions as f64),
        ),
        (
            "sigma",
            Keys::Numbers(jobs.iter().map(|job| job.sigma).collect()),
        ),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let samplers = sheet.words("sampler")?;
    let epochs = sheet.counts("projection_epochs")?;
    let effects = sheet.numbers_by_row([
        "projection_mapping",
        "projection_loss",
        "projection_final_mapping",
        "projection_final_loss",
    ])?;
    let found = samplers.into_iter().zip(epochs).zip(effects);
    for (row, (job, ((sampler, epochs), effects))) in jobs.iter().zip(found).enumerate() {
        let [mapping, loss, final_mapping, final_loss] = effects;
        let line = Sheet::line(row);
        if (sampler == "none") != (job.sigma == 0.0) {
            judge.wrong(
                &sheet,
                "sampler",
                format!(
                    "line {line}, sampler: `{sampler}` for noise of {}",
                    job.sigma
                ),
            );
        }
        // Where directions were dropped, the effect on the first epochs was measured.
        let dropped = settings.of(job.dataset).directions < job.dataset.pixels();
        let measured = if dropped {
            settings.projection_epochs
        } else {
            0
        };
        judge.exact(
            &sheet,
            (row, "projection_epochs"),
            [measured as f64, epochs as f64],
            "setting",
        );
        for (name, most, last) in [
            ("projection_final_mapping", mapping, final_mapping),
            ("projection_final_loss", loss, final_loss),
        ] {
            let above = (last - most).max(0.0);
            judge.value(
                &sheet,
                (row, name),
                [0.0, above],
                0.0,
                "how far it is above the largest at any epoch",
            );
            judge.value(
                &sheet,
                (row, name),
                [0.0, last],
                if dropped { 0.02 } else { 0.0 },
                "effect of dropped directions",
            );
        }
        if !dropped {
            for (name, most) in [("projection_mapping", mapping), ("projection_loss", loss)] {
                judge.exact(&sheet, (row, name), [0.0, most], "nothing was dropped");
            }
        }
    }
    Ok(())
}

/// The eigenvalues: those of the committed spectrum, if the images are the same; in order, in any case.
fn check_spectrum(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig6_spectrum.csv")?;
    let spectra = spectra()?;
    let rows = || {
        spectra
            .iter()
            .flat_map(|data| settings.modes.iter().map(move |&mode| (data, mode)))
    };
    let keys = [
        (
            "dataset",
            Keys::Words(rows().map(|((dataset, _), _)| dataset.name()).collect()),
        ),
        (
            "samples",
            Keys::Numbers(
                rows()
                    .map(|((dataset, _), _)| settings.of(*dataset).samples as f64)
                    .collect(),
            ),
        ),
        (
            "mode",
            Keys::Numbers(rows().map(|(_, mode)| mode as f64).collect()),
        ),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let lambda = sheet.numbers("lambda")?;
    let mut before: Option<(DataSet, usize, f64)> = None;
    for (row, (((dataset, spectrum), mode), lambda)) in rows().zip(lambda).enumerate() {
        let expected = eigenvalue(spectrum, mode, "records/fig6.json")?;
        if settings.of(*dataset).samples == spectrum.samples {
            judge.value(
                &sheet,
                (row, "lambda"),
                [expected, lambda],
                1e-8 * expected,
                "eigenvalue in data/spectra",
            );
        } else {
            judge.value(
                &sheet,
                (row, "lambda"),
                [expected, lambda],
                0.5 * expected,
                "eigenvalue in data/spectra, of other images of the same kind",
            );
        }
        let stronger = before.filter(|&(other, stronger, _)| other == *dataset && stronger < mode);
        if let Some((_, _, stronger)) = stronger {
            let above = (lambda - stronger).max(0.0);
            judge.value(
                &sheet,
                (row, "lambda"),
                [0.0, above],
                0.0,
                "how far it is above the one before; sorted",
            );
        }
        before = Some((*dataset, mode, lambda));
    }
    Ok(())
}

fn check_mapping(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig6_mapping.csv")?;
    let mut curves = Vec::new();
    for dataset in DataSet::ALL {
        for model in Model::ALL {
            curves.extend(settings.modes.iter().map(|&mode| (dataset, model, mode)));
        }
    }
    let length = recorded.len();
    let times = curves
        .iter()
        .flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        (
            "dataset",
            Keys::Words(
                curves
                    .iter()
                    .flat_map(|c| vec![c.0.name(); length])
                    .collect(),
            ),
        ),
        (
            "model",
            Keys::Words(
                curves
                    .iter()
                    .flat_map(|c| vec![c.1.name(); length])
                    .collect(),
            ),
        ),
        (
            "mode",
            Keys::Numbers(
                curves
                    .iter()
                    .flat_map(|c| vec![c.2 as f64; length])
                    .collect(),
            ),
        ),
        ("epoch", Keys::Numbers(times.collect())),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let mapping = sheet.numbers("mapping")?;
    let found = curves.iter().zip(mapping.chunks_exact(length));
    for (i, (&(_, model, _), own)) in found.enumerate() {
        bounds(judge, &sheet, i * length, own);
        // Neither noise nor decay: a mode that was learned long ago is reconstructed whole.
        let learned = own.get(length / 2).is_some_and(|&mapping| mapping > 0.9);
        if let (Model::Ae, true, Some(&last)) = (model, learned, own.last()) {
            judge.value(
                &sheet,
                ((i + 1) * length - 1, "mapping"),
                [1.0, last],
                0.05,
                "fixed point of a mode that was learned in the first half",
            );
        }
    }
    Ok(())
}

/// A mapping starts at nothing, and nothing draws it far below 0 or above 1: its values from row `first` on.
fn bounds(judge: &mut Judge, sheet: &Sheet, first: usize, mapping: &[f64]) {
    for (row, &mapping) in (first..).zip(mapping) {
        if row == first {
            judge.value(
                sheet,
                (row, "mapping"),
                [0.0, mapping],
                0.05,
                "small random start",
            );
        }
        judge.value(
            sheet,
            (row, "mapping"),
            [0.5, mapping],
            0.6,
            "between 0 and 1 but for fluctuations",
        );
    }
}

fn check_loss(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig6_loss.csv")?;
    let spectra = spectra()?;
    let runs: Vec<(DataSet, Model)> = DataSet::ALL
        .into_iter()
        .flat_map(|dataset| Model::ALL.map(|model| (dataset, model)))
        .collect();
    let length = recorded.len();
    let times = runs
        .iter()
        .flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        (
            "dataset",
            Keys::Words(
                runs.iter()
                    .flat_map(|run| vec![run.0.name(); length])
                    .collect(),
            ),
        ),
        (
            "model",
            Keys::Words(
                runs.iter()
                    .flat_map(|run| vec![run.1.name(); length])
                    .collect(),
            ),
        ),
        ("epoch", Keys::Numbers(times.collect())),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let loss = sheet.numbers("loss")?;
    let mut plain = f64::NAN;
    for (run, (&(dataset, model), own)) in runs.iter().zip(loss.chunks_exact(length)).enumerate() {
        let (first, Some(&start)) = (run * length, own.first()) else {
            continue;
        };
        // Weights are tiny at the start, so that nothing is reconstructed, whatever the model; the AE comes first.
        if model == Model::Ae {
            plain = start;
        }
        judge.value(
            &sheet,
            (first, "loss"),
            [plain, start],
            0.01 * plain,
            "as the AE starts",
        );
        for (other, spectrum) in &spectra {
            if *other == dataset && settings.of(dataset).samples == spectrum.samples {
                let expected = 2.0 * spectrum.half_trace() / dataset.pixels() as f64;
                judge.value(
                    &sheet,
                    (first, "loss"),
                    [expected, start],
                    0.01 * expected,
                    "trace of the spectrum over the number of pixels",
                );
            }
        }
        let mut before: Option<f64> = None;
        for (row, &now) in (first..).zip(own) {
            let below = (-now).max(0.0);
            judge.value(
                &sheet,
                (row, "loss"),
                [0.0, below],
                0.0,
                "how far a mean of squares is below 0",
            );
            if let Some(before) = before {
                let rise = ((now - before) / start).max(0.0);
                judge.value(
                    &sheet,
                    (row, "loss"),
                    [0.0, rise],
                    0.01,
                    "rise over the row before, as a share of the start; the noise of an epoch",
                );
            }
            let above = (now / start - 1.0).max(0.0);
            judge.value(
                &sheet,
                (row, "loss"),
                [0.0, above],
                0.01,
                "how far it is above the start, relative; the noise of an epoch",
            );
            before = Some(now);
        }
    }
    Ok(())
}

/// The DAEs that are recorded and not drawn.
fn check_other(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let mut curves = Vec::new();
    for dataset in DataSet::ALL {
        for &sigma in &settings.of(dataset).other_sigmas {
            curves.extend(settings.modes.iter().map(|&mode| (dataset, sigma, mode)));
        }
    }
    if curves.is_empty() {
        return Ok(());
    }
    let sheet = judge.table("fig6_other_sigma.csv")?;
    let length = recorded.len();
    let times = curves
        .iter()
        .flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        (
            "dataset",
            Keys::Words(
                curves
                    .iter()
                    .flat_map(|c| vec![c.0.name(); length])
                    .collect(),
            ),
        ),
        (
            "model",
            Keys::Words(vec![Model::Dae.name(); curves.len() * length]),
        ),
        (
            "sigma",
            Keys::Numbers(curves.iter().flat_map(|c| vec![c.1; length]).collect()),
        ),
        (
            "mode",
            Keys::Numbers(
                curves
                    .iter()
                    .flat_map(|c| vec![c.2 as f64; length])
                    .collect(),
            ),
        ),
        ("epoch", Keys::Numbers(times.collect())),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let mapping = sheet.numbers("mapping")?;
    for (i, own) in mapping.chunks_exact(length).enumerate() {
        bounds(judge, &sheet, i * length, own);
    }
    Ok(())
}
