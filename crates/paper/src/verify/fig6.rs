//! The tables of Figure 6: no closed form is known for them, but bounds, order and data are.

use dae::data::DataSet;

use super::judge::{Judge, Keys};
use super::spectra;
use crate::Result;
use crate::experiments::fig6::Settings;
use crate::experiments::fig6::run::jobs;
use crate::experiments::{Model, epochs};

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs - 1, settings.record_every);
    check_runs(settings, judge)?;
    check_spectrum(settings, judge)?;
    check_mapping(settings, &recorded, judge)?;
    check_loss(&recorded, judge)?;
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
    judge.rows(&sheet, &keys)?;
    for name in [
        "projection_mapping",
        "projection_loss",
        "projection_final_mapping",
        "projection_final_loss",
    ] {
        sheet.numbers(name)?;
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
    for (row, ((dataset, spectrum), mode)) in rows().enumerate() {
        if settings.of(*dataset).samples == spectrum.samples {
            let expected = spectrum.lambda[mode];
            judge.value(
                &sheet,
                (row, "lambda"),
                [expected, lambda[row]],
                1e-8 * expected,
                "eigenvalue in data/spectra",
            );
        }
        if row > 0
            && row % settings.modes.len() > 0
            && settings.modes[row % settings.modes.len() - 1] < mode
        {
            let above = (lambda[row] - lambda[row - 1]).max(0.0);
            judge.value(
                &sheet,
                (row, "lambda"),
                [0.0, above],
                0.0,
                "how far it is above the one before; sorted",
            );
        }
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
    for (i, &(_, model, _)) in curves.iter().enumerate() {
        bounds(judge, &sheet, &mapping, i * length..(i + 1) * length);
        // Neither noise nor decay: a mode that was learned long ago is reconstructed whole.
        let (middle, last) = (i * length + length / 2, (i + 1) * length - 1);
        if model == Model::Ae && mapping[middle] > 0.9 {
            judge.value(
                &sheet,
                (last, "mapping"),
                [1.0, mapping[last]],
                0.05,
                "fixed point of a mode that was learned in the first half",
            );
        }
    }
    Ok(())
}

/// A mapping starts at nothing, and nothing draws it far below 0 or above 1.
fn bounds(
    judge: &mut Judge,
    sheet: &crate::sheet::Sheet,
    mapping: &[f64],
    rows: std::ops::Range<usize>,
) {
    judge.value(
        sheet,
        (rows.start, "mapping"),
        [0.0, mapping[rows.start]],
        0.05,
        "small random start",
    );
    for row in rows {
        judge.value(
            sheet,
            (row, "mapping"),
            [0.5, mapping[row]],
            0.6,
            "between 0 and 1 but for fluctuations",
        );
    }
}

fn check_loss(recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig6_loss.csv")?;
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
    for run in 0..runs.len() {
        let start = loss[run * length];
        for (row, &now) in loss.iter().enumerate().skip(run * length).take(length) {
            let below = (-now).max(0.0);
            judge.value(
                &sheet,
                (row, "loss"),
                [0.0, below],
                0.0,
                "how far a mean of squares is below 0",
            );
            let above = (now / start - 1.0).max(0.0);
            judge.value(
                &sheet,
                (row, "loss"),
                [0.0, above],
                0.01,
                "how far it is above the start, relative; the noise of an epoch",
            );
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
    for i in 0..curves.len() {
        bounds(judge, &sheet, &mapping, i * length..(i + 1) * length);
    }
    Ok(())
}
