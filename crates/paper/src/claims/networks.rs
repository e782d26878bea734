//! Claims about real data and trained networks, Figures 3, 5 and 6.

use dae::data::{DataSet, Spectrum};
use dae::theory::Mode;

use super::curves::passes;
use super::{Measured, not_made};
use crate::check::largest;
use crate::comparison::{comparable, entry};
use crate::experiments::{Model, fig3, fig5, fig6};
use crate::profile::{self, Profile};
use crate::recorded::Recorded;
use crate::regenerate::Figure;
use crate::spectra::eigenvalue;
use crate::{Error, Result};

/// One mode of one trained network.
struct Curve {
    dataset: DataSet,
    model: Model,
    mode: u64,
    epochs: Vec<u64>,
    mapping: Vec<f64>,
    /// Empty where the table has none.
    theory: Vec<f64>,
}

/// The curves of Figure 5 or 6, in the order of the table.
fn curves(recorded: &Recorded, table: &str) -> Result<Vec<Curve>> {
    let sheet = recorded.table(table)?;
    let runs = sheet.words_by_row(["dataset", "model"])?;
    let times = sheet.counts_by_row(["mode", "epoch"])?;
    let mapping = sheet.numbers("mapping")?;
    let theory = if sheet.columns().iter().any(|name| name == "theory") {
        sheet.numbers("theory")?.into_iter().map(Some).collect()
    } else {
        vec![None; sheet.len()]
    };
    let mut curves: Vec<Curve> = Vec::new();
    let values = mapping.into_iter().zip(theory);
    for (([dataset, model], [mode, epoch]), (mapping, theory)) in
        runs.into_iter().zip(times).zip(values)
    {
        let run = format!("{dataset} {model}");
        let dataset = DataSet::ALL.into_iter().find(|d| d.name() == dataset);
        let model = Model::ALL.into_iter().find(|m| m.name() == model);
        let (Some(dataset), Some(model)) = (dataset, model) else {
            return Err(Error::Damaged {
                file: format!("tables/{table}"),
                problem: format!("`{run}` is no run"),
            });
        };
        let key = (dataset, model, mode);
        if curves
            .last()
            .is_none_or(|c| (c.dataset, c.model, c.mode) != key)
        {
            curves.push(Curve {
                dataset,
                model,
                mode,
                epochs: Vec::new(),
                mapping: Vec::new(),
                theory: Vec::new(),
            });
        }
        if let Some(curve) = curves.last_mut() {
            curve.epochs.push(epoch);
            curve.mapping.push(mapping);
            curve.theory.extend(theory);
        }
    }
    Ok(curves)
}

impl Curve {
    fn last(&self) -> f64 {
        self.mapping.last().copied().unwrap_or(f64::NAN)
    }

    /// The eigenvalue of the mode, in Figure 5.
    ///
    /// # Errors
    /// A mode that the data do not have.
    fn eigenvalue(&self, spectrum: &Spectrum) -> Result<f64> {
        eigenvalue(spectrum, self.mode as usize, "tables/fig5_dynamics.csv")
    }

    /// Whether the theory has been at the target for the last tenth of the epochs.
    fn learned(&self, target: f64) -> bool {
        let mut late = self.theory.iter().skip(self.theory.len() * 9 / 10);
        late.all(|w| (w - target).abs() < 1e-3)
    }

    /// First recorded epoch above half of the last value.
    fn half_rise(&self) -> Option<u64> {
        let half = 0.5 * self.last();
        let index = self.mapping.iter().position(|&mapping| mapping > half)?;
        self.epochs.get(index).copied()
    }
}

/// Why the networks of a figure cannot stand for the paper's, if they cannot.
fn not_as_published(
    recorded: &Recorded,
    figure: Figure,
    dataset: DataSet,
) -> Result<Option<String>> {
    let Some(record) = recorded.records.get(&figure) else {
        return Ok(Some(format!("{figure} has not been made")));
    };
    let paper = serde_json::to_value(profile::load(Profile::Paper)?.0);
    let paper = paper.map_err(|error| Error::io("settings")(error.into()))?;
    let free: &[&str] = match figure {
        Figure::Fig6 => &["samples", "directions", "other_sigmas"],
        _ => &["directions"],
    };
    Ok(comparable(
        &record.inputs.settings,
        entry(&paper, figure.name()),
        dataset,
        free,
    )
    .err())
}

/// The fixed points of Figure 5, of one model.
pub(super) fn end_of_fig5(model: Model, recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        let mut measured = Measured {
            quantity: format!(
                "{} {}: mapping at the end minus the fixed point, largest of the learned modes",
                dataset.name(),
                model.name()
            ),
            expected: 0.0,
            found: Err(String::new()),
            tolerance: 0.01,
            note: String::new(),
        };
        if let Some(why) = not_as_published(recorded, Figure::Fig5, dataset)? {
            measured.found = Err(why);
        } else if let Some(settings) = recorded.settings::<fig5::Settings>(Figure::Fig5)? {
            let spectrum = Spectrum::committed(dataset)?;
            let (mut distances, mut each) = (Vec::new(), Vec::new());
            for curve in curves(recorded, "fig5_dynamics.csv")? {
                if (curve.dataset, curve.model) != (dataset, model) {
                    continue;
                }
                let lambda = curve.eigenvalue(&spectrum)?;
                let target = match model {
                    Model::Ae => 1.0,
                    Model::Dae => lambda / (lambda + settings.s2),
                    Model::Wdae => (1.0 - settings.gamma / lambda).max(0.0),
                };
                if curve.learned(target) {
                    distances.push(curve.last() - target);
                    each.push(format!(
                        "mode {}: {:.5} for {target:.5}",
                        curve.mode,
                        curve.last()
                    ));
                }
            }
            measured.found = Ok(largest(distances));
            measured.note = format!(
                "competition between modes dies out slowly; {}",
                each.join(", ")
            );
        }
        all.push(measured);
    }
    Ok(all)
}

pub(super) fn small_variances(recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    let settings = recorded.settings::<fig5::Settings>(Figure::Fig5)?;
    for dataset in DataSet::ALL {
        let name = dataset.name();
        let quantity = format!("{name}: directions whose fixed point is below one half");
        let Some(settings) = &settings else {
            all.push(not_made(Figure::Fig5, &quantity, f64::NAN, 0.0));
            continue;
        };
        let epsilon = settings.s2;
        let spectrum = Spectrum::committed(dataset)?;
        let lambda = &spectrum.lambda;
        let (mut below, mut variance) = (0, 0.0);
        for &lambda in lambda {
            if Mode::denoising(lambda, epsilon)?.fixed_point() < 0.5 {
                below += 1;
                variance += lambda;
            }
        }
        let weaker = lambda.iter().filter(|&&lambda| lambda < epsilon).count();
        let share = 100.0 * variance / lambda.iter().sum::<f64>();
        all.push(Measured {
            quantity: format!("{quantity}, of {}, at noise of variance {epsilon}", lambda.len()),
            expected: weaker as f64,
            found: Ok(f64::from(below)),
            tolerance: 0.0,
            note: format!("expected: those with an eigenvalue below {epsilon}; together they hold {share:.1}% of the variance"),
        });
        let mut measured = Measured {
            quantity: format!("{name} DAE: drawn modes that ended on the wrong side of one half"),
            expected: 0.0,
            found: Err(String::new()),
            tolerance: 0.0,
            note: String::new(),
        };
        match not_as_published(recorded, Figure::Fig5, dataset)? {
            Some(why) => measured.found = Err(why),
            None => {
                let mut wrong = 0;
                let mut each = Vec::new();
                for curve in curves(recorded, "fig5_dynamics.csv")? {
                    if (curve.dataset, curve.model) == (dataset, Model::Dae) {
                        let lambda = curve.eigenvalue(&spectrum)?;
                        // A strong mode that has not risen yet says nothing.
                        let risen = curve.learned(lambda / (lambda + epsilon));
                        if risen || lambda < epsilon {
                            wrong += usize::from((curve.last() > 0.5) != (lambda > epsilon));
                            each.push(format!(
                                "mode {}: {:.3}, lambda/epsilon = {:.3}",
                                curve.mode,
                                curve.last(),
                                lambda / epsilon
                            ));
                        }
                    }
                }
                measured.found = Ok(wrong as f64);
                measured.note = each.join("; ");
            }
        }
        all.push(measured);
    }
    Ok(all)
}

pub(super) fn faster_on_real_spectra(recorded: &Recorded) -> Result<Vec<Measured>> {
    const SHOWN: [u64; 4] = [7, 15, 31, 127];
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(
            Figure::Fig3,
            "epochs of WDAE over DAE",
            f64::NAN,
            0.0,
        )]);
    };
    let sheet = recorded.table("fig3_spectrum.csv")?;
    let (datasets, modes) = (sheet.words("dataset")?, sheet.counts("mode")?);
    let values = sheet.numbers_by_row(["lambda", "dae_epochs", "wdae_epochs"])?;
    let epsilon = settings.spectrum_epsilon;
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        let name = dataset.name();
        let rows = datasets.iter().zip(modes.iter().zip(&values));
        let own = rows.filter(|(dataset, _)| **dataset == name);
        let rows: Vec<(&u64, &[f64; 3])> = own.map(|(_, row)| row).collect();
        let Some((&(_, &[top, ..]), after)) = rows.split_first() else {
            continue;
        };
        for (mode, [lambda, dae, wdae]) in rows.iter().filter(|(mode, _)| SHOWN.contains(mode)) {
            let expected = (1.0 + epsilon / lambda) / (1.0 + epsilon / top);
            all.push(Measured {
                quantity: format!("{name}: epochs of WDAE over DAE in mode {mode}"),
                expected,
                found: Ok(wdae / dae),
                tolerance: 1e-9 * expected,
                note: format!(
                    "(1 + epsilon/lambda)/(1 + epsilon/lambda_0), epsilon = {epsilon}; rounding"
                ),
            });
        }
        let slower = after.iter().filter(|(_, [_, dae, wdae])| dae >= wdae);
        let slower = slower.count();
        let strong = rows.iter().filter(|(_, [lambda, ..])| *lambda >= epsilon);
        let mut factors: Vec<f64> = strong.map(|(_, [_, dae, wdae])| wdae / dae).collect();
        factors.sort_by(f64::total_cmp);
        let median = factors.get(factors.len() / 2).copied().unwrap_or(f64::NAN);
        all.push(Measured {
            quantity: format!("{name}: modes after the first in which the DAE is not faster"),
            expected: 0.0,
            found: Ok(slower as f64),
            tolerance: 0.0,
            note: format!(
                "of {}; the median factor over the {} modes stronger than the noise is {median:.3}",
                after.len(),
                factors.len()
            ),
        });
    }
    Ok(all)
}

pub(super) fn theory_approximates_real_data(recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        for model in Model::ALL {
            let mut measured = Measured {
                quantity: format!(
                    "{} {}: RMS deviation of theory from training, largest of the drawn modes",
                    dataset.name(),
                    model.name()
                ),
                expected: 0.0,
                found: Err(String::new()),
                tolerance: 0.02,
                note: String::new(),
            };
            if let Some(why) = not_as_published(recorded, Figure::Fig5, dataset)? {
                measured.found = Err(why);
                all.push(measured);
                continue;
            }
            let sheet = recorded.table("fig5_rms.csv")?;
            let runs = sheet.words_by_row(["dataset", "model"])?.into_iter();
            let (modes, rms) = (
                sheet.counts("mode")?,
                sheet.numbers("theory_against_mapping")?,
            );
            let own = runs
                .zip(modes.into_iter().zip(rms))
                .filter(|(run, _)| *run == [dataset.name(), model.name()]);
            let own: Vec<(u64, f64)> = own.map(|(_, row)| row).collect();
            let each = own
                .iter()
                .map(|(mode, rms)| format!("mode {mode}: {rms:.5}"));
            let each: Vec<String> = each.collect();
            measured.found = Ok(largest(own.iter().map(|&(_, rms)| rms)));
            measured.note = format!(
                "markers of the published figure are about 0.02 high: below that a curve lies within its markers; {}",
                each.join(", ")
            );
            all.push(measured);
        }
    }
    Ok(all)
}

pub(super) fn large_variances_first(recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for (figure, table) in [
        (Figure::Fig5, "fig5_dynamics.csv"),
        (Figure::Fig6, "fig6_mapping.csv"),
    ] {
        for dataset in DataSet::ALL {
            let mut measured = Measured {
                quantity: format!(
                    "{figure} {}: neighbouring modes of which the weaker one rises first, over all models",
                    dataset.name()
                ),
                expected: 0.0,
                found: Err(String::new()),
                tolerance: 0.0,
                note: String::new(),
            };
            match not_as_published(recorded, figure, dataset)? {
                Some(why) => measured.found = Err(why),
                None => {
                    let own: Vec<Curve> = curves(recorded, table)?
                        .into_iter()
                        .filter(|curve| curve.dataset == dataset && curve.last() > 0.05)
                        .collect();
                    let (mut wrong, mut compared) = (0, 0);
                    let neighbours = own.iter().zip(own.iter().skip(1));
                    for (strong, weak) in neighbours.filter(|(a, b)| a.model == b.model) {
                        compared += 1;
                        wrong += usize::from(weak.half_rise() < strong.half_rise());
                    }
                    measured.found = Ok(wrong as f64);
                    measured.note = format!("of {compared} pairs that have risen");
                }
            }
            all.push(measured);
        }
    }
    Ok(all)
}

pub(super) fn nonlinear_networks_follow(recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        let name = dataset.name();
        let plateaus = format!(
            "{name}: plateau of DAE minus that of WDAE, against the linear theory, largest of the like ones"
        );
        let later = format!(
            "{name}: drawn modes in which the DAE is at half of its plateau after the WDAE"
        );
        if let Some(why) = not_as_published(recorded, Figure::Fig6, dataset)? {
            for (quantity, tolerance) in [(plateaus, 0.1), (later, 0.0)] {
                let found = Err(why.clone());
                all.push(Measured {
                    quantity,
                    expected: 0.0,
                    found,
                    tolerance,
                    note: String::new(),
                });
            }
            continue;
        }
        let pairs = pairs(recorded, dataset)?;
        let (like, unlike): (Vec<_>, Vec<_>) = pairs.iter().partition(|pair| pair.is_like());
        let words = |pairs: &[&Pair]| {
            let each = pairs.iter().map(|pair| {
                let [dae, wdae] = [&pair.dae, &pair.wdae].map(Curve::last);
                let [noise, decay] = pair.theory;
                let mode = pair.dae.mode;
                format!("mode {mode}: {dae:.3} and {wdae:.3} (theory {noise:.3} and {decay:.3})")
            });
            each.collect::<Vec<_>>().join(", ")
        };
        let left_out = if unlike.is_empty() {
            String::new()
        } else {
            let unlike = words(&unlike);
            format!(
                "; left out, because the published noise and decay do not match there: {unlike}"
            )
        };
        all.push(Measured {
            quantity: plateaus,
            expected: 0.0,
            found: Ok(largest(like.iter().map(|pair| {
                (pair.dae.last() - pair.wdae.last()) - (pair.theory[0] - pair.theory[1])
            }))),
            tolerance: LIKE,
            note: format!("DAE and WDAE: {}{left_out}", words(&like)),
        });
        let times = pairs.iter().filter_map(|pair| {
            Some((pair.dae.mode, pair.dae.half_rise()?, pair.wdae.half_rise()?))
        });
        let times: Vec<(u64, u64, u64)> = times.collect();
        let each = times
            .iter()
            .map(|(mode, d, w)| format!("mode {mode}: {d} and {w}"));
        let each: Vec<String> = each.collect();
        all.push(Measured {
            quantity: later,
            expected: 0.0,
            found: Ok(times.iter().filter(|(_, d, w)| d > w).count() as f64),
            tolerance: 0.0,
            note: format!("epochs of DAE and WDAE: {}", each.join(", ")),
        });
        // Mode 0 rises within a few recorded epochs: its ratio would be one of small whole numbers.
        let rising = like.iter().filter(|pair| pair.dae.mode > 0);
        all.extend(rising.map(|pair| pair.ratio()));
    }
    Ok(all)
}

/// Plateaus count as like where the linear theory has them within this.
const LIKE: f64 = 0.1;

/// One mode of DAE and WDAE, and what the linear theory says of it.
struct Pair {
    dae: Curve,
    wdae: Curve,
    lambda: f64,
    /// The decay in the convention of the theory.
    gamma: f64,
    /// Fixed points of DAE and WDAE.
    theory: [f64; 2],
}

fn pairs(recorded: &Recorded, dataset: DataSet) -> Result<Vec<Pair>> {
    let Some(settings) = recorded.settings::<fig6::Settings>(Figure::Fig6)? else {
        return Ok(Vec::new());
    };
    let sheet = recorded.table("fig6_spectrum.csv")?;
    let (datasets, modes) = (sheet.words("dataset")?, sheet.counts("mode")?);
    let eigenvalues = modes.into_iter().zip(sheet.numbers("lambda")?);
    let eigenvalues = datasets.into_iter().zip(eigenvalues);
    // The error is averaged over D pixels there: in the convention of the theory the decay is this.
    let gamma = 0.5 * settings.weight_decay * dataset.pixels() as f64;
    let epsilon = settings.of(dataset).sigma.powi(2);
    let own = curves(recorded, "fig6_mapping.csv")?.into_iter();
    let own = own.filter(|curve| curve.dataset == dataset);
    let (dae, other): (Vec<_>, Vec<_>) = own.partition(|curve| curve.model == Model::Dae);
    let mut wdae = other.into_iter().filter(|curve| curve.model == Model::Wdae);
    let mut pairs = Vec::new();
    for dae in dae {
        let lambda = eigenvalues
            .clone()
            .find(|&(name, (mode, _))| name == dataset.name() && mode == dae.mode);
        let (Some((_, (_, lambda))), Some(wdae)) = (lambda, wdae.next()) else {
            continue;
        };
        let noise = Mode::denoising(lambda, epsilon)?.fixed_point();
        let decay = Mode::decaying(lambda, gamma)?.fixed_point();
        pairs.push(Pair {
            dae,
            wdae,
            lambda,
            gamma,
            theory: [noise, decay],
        });
    }
    Ok(pairs)
}

impl Pair {
    /// Whether the claim, which is about equal regularisation, is about this mode.
    fn is_like(&self) -> bool {
        (self.theory[0] - self.theory[1]).abs() < LIKE
    }

    /// Ratio of the times at which WDAE and DAE rise, beside that of the linear theory.
    fn ratio(&self) -> Measured {
        let time = |curve: &Curve| {
            let level = (0.5 * curve.last(), 2.0 * curve.last());
            passes(&curve.epochs, &curve.mapping, level)
        };
        let (dae, wdae, lambda, gamma) = (&self.dae, &self.wdae, self.lambda, self.gamma);
        let expected = lambda / (lambda - gamma);
        let found = time(wdae).zip(time(dae)).map(|(wdae, dae)| wdae / dae);
        Measured {
            quantity: format!(
                "{} mode {}: half-rise time of WDAE over DAE",
                dae.dataset.name(),
                dae.mode
            ),
            expected,
            found: found.ok_or_else(|| "it has not risen".to_owned()),
            tolerance: 0.2 * expected,
            note: format!(
                "linear theory, lambda/(lambda - gamma) with lambda = {lambda:.3}, gamma = {gamma:.3}; in outline: within a fifth"
            ),
        }
    }
}
