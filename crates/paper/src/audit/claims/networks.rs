//! Claims about real data and trained networks, Figures 3, 5 and 6.

use dae::data::{DataSet, Spectrum};
use dae::theory::Mode;

use super::curves::passes;
use super::{claim, list, not_made};
use crate::Result;
use crate::experiments::common::networks::runs;
use crate::experiments::common::published::{Curve, comparable};
use crate::experiments::common::verify::pairs;
use crate::experiments::spectra::eigenvalue;
use crate::experiments::{Figure, Model, fig3, fig5, fig6};
use crate::results::Recorded;
use crate::tables::Check;
use crate::tables::check::largest;

/// The curves of a network of Figure 5, each with the eigenvalue of its mode.
fn of_fig5(recorded: &Recorded, network: (DataSet, Model)) -> Result<Vec<(Curve, f64)>> {
    let spectrum = Spectrum::committed(network.0)?;
    let mut all = fig5::published::read(&recorded.tables())?;
    all.retain(|curve| (curve.dataset, curve.model) == network);
    let file = "tables/fig5_dynamics.csv";
    let with_eigenvalue = |curve: Curve| {
        let lambda = eigenvalue(&spectrum, curve.mode, file)?;
        Ok((curve, lambda))
    };
    all.into_iter().map(with_eigenvalue).collect()
}

/// Why the networks of a figure are not comparable with the paper's; `None` if they are.
fn not_as_published(
    recorded: &Recorded,
    (figure, dataset): (Figure, DataSet),
) -> Result<Option<String>> {
    let Some(record) = recorded.records.get(&figure) else {
        return Ok(Some(format!("{figure} has not been made")));
    };
    let free = match figure {
        Figure::Fig6 => fig6::published::FREE,
        _ => fig5::published::FREE,
    };
    let paper = figure.paper_settings()?;
    Ok(comparable(&record.inputs.settings, &paper, dataset, free).err())
}

/// A measure of networks that should be 0, with a note; or why there is none.
fn measured(
    recorded: &Recorded,
    networks: (Figure, DataSet),
    (quantity, tolerance): (String, f64),
    measure: impl FnOnce() -> Result<(f64, String)>,
) -> Result<Check> {
    if let Some(why) = not_as_published(recorded, networks)? {
        return Ok(claim(quantity, [0.0, f64::NAN], tolerance, "").not_measured(why));
    }
    let (found, note) = measure()?;
    Ok(claim(quantity, [0.0, found], tolerance, note))
}

/// The fixed points of Figure 5, of one model.
pub(super) fn end_of_fig5(model: Model, recorded: &Recorded) -> Result<Vec<Check>> {
    let of = |dataset| {
        let name = model.name();
        let quantity = format!(
            "{dataset} {name}: mapping at the end minus the fixed point, largest of the learned modes"
        );
        measured(recorded, (Figure::Fig5, dataset), (quantity, 0.01), || {
            let settings = recorded.settings::<fig5::Settings>(Figure::Fig5)?;
            let (s2, gamma) = settings.map_or((0.0, 0.0), |settings| (settings.s2, settings.gamma));
            let (mut distances, mut each) = (Vec::new(), Vec::new());
            for (curve, lambda) in of_fig5(recorded, (dataset, model))? {
                let target = match model {
                    Model::Ae => 1.0,
                    Model::Dae => lambda / (lambda + s2),
                    Model::Wdae => (1.0 - gamma / lambda).max(0.0),
                };
                if curve.settled(target) {
                    let (mode, last) = (curve.mode, curve.last());
                    distances.push(last - target);
                    each.push(format!("mode {mode}: {last:.5} for {target:.5}"));
                }
            }
            let each = list(each);
            let note = format!("competition between modes dies out slowly; {each}");
            Ok((largest(distances), note))
        })
    };
    DataSet::ALL.into_iter().map(of).collect()
}

pub(super) fn small_variances(recorded: &Recorded) -> Result<Vec<Check>> {
    let mut all = Vec::new();
    let settings = recorded.settings::<fig5::Settings>(Figure::Fig5)?;
    for dataset in DataSet::ALL {
        let quantity = format!("{dataset}: directions whose fixed point is below one half");
        let Some(settings) = &settings else {
            all.push(not_made(Figure::Fig5, &quantity, f64::NAN, 0.0));
            continue;
        };
        let epsilon = settings.s2;
        let spectrum = Spectrum::committed(dataset)?;
        let count = spectrum.lambda.len();
        let (mut below, mut variance) = (0, 0.0);
        for &lambda in &spectrum.lambda {
            if Mode::denoising(lambda, epsilon)?.fixed_point() < 0.5 {
                below += 1;
                variance += lambda;
            }
        }
        let weaker = spectrum.lambda.iter().filter(|&&lambda| lambda < epsilon);
        let share = 100.0 * variance / spectrum.lambda.iter().sum::<f64>();
        let quantity = format!("{quantity}, of {count}, at noise of variance {epsilon}");
        let pair = [weaker.count() as f64, f64::from(below)];
        let note = format!(
            "expected: those with an eigenvalue below {epsilon}; together they hold {share:.1}% of the variance"
        );
        all.push(claim(quantity, pair, 0.0, note));
        let quantity =
            format!("{dataset} DAE: drawn modes that ended on the wrong side of one half");
        let networks = (Figure::Fig5, dataset);
        all.push(measured(recorded, networks, (quantity, 0.0), || {
            let (mut wrong, mut each) = (0, Vec::new());
            for (curve, lambda) in of_fig5(recorded, (dataset, Model::Dae))? {
                let (mode, last, ratio) = (curve.mode, curve.last(), lambda / epsilon);
                // A strong mode that has not risen yet says nothing.
                if curve.settled(lambda / (lambda + epsilon)) || lambda < epsilon {
                    wrong += usize::from((last > 0.5) != (lambda > epsilon));
                    let words = format!("mode {mode}: {last:.3}, lambda/epsilon = {ratio:.3}");
                    each.push(words);
                }
            }
            Ok((wrong as f64, each.join("; ")))
        })?);
    }
    Ok(all)
}

pub(super) fn faster_on_real_spectra(recorded: &Recorded) -> Result<Vec<Check>> {
    const SHOWN: [usize; 4] = [7, 15, 31, 127];
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        let quantity = "epochs of WDAE over DAE";
        return Ok(vec![not_made(Figure::Fig3, quantity, f64::NAN, 0.0)]);
    };
    let rows = recorded.tables().rows::<fig3::rows::Spectrum>()?;
    let epsilon = settings.spectrum_epsilon;
    let factor = |row: &fig3::rows::Spectrum| row.wdae_epochs / row.dae_epochs;
    let mut all = Vec::new();
    for own in rows.chunk_by(|a, b| a.dataset == b.dataset) {
        let Some((top, after)) = own.split_first() else {
            continue;
        };
        let dataset = top.dataset;
        for row in own.iter().filter(|row| SHOWN.contains(&row.mode)) {
            let expected = (1.0 + epsilon / row.lambda) / (1.0 + epsilon / top.lambda);
            let quantity = format!("{dataset}: epochs of WDAE over DAE in mode {}", row.mode);
            let note = format!(
                "(1 + epsilon/lambda)/(1 + epsilon/lambda_0), epsilon = {epsilon}; rounding"
            );
            let pair = [expected, factor(row)];
            all.push(claim(quantity, pair, 1e-9 * expected, note));
        }
        let slower = after.iter().filter(|row| row.dae_epochs >= row.wdae_epochs);
        let strong = own.iter().filter(|row| row.lambda >= epsilon);
        let mut factors: Vec<f64> = strong.map(factor).collect();
        factors.sort_by(f64::total_cmp);
        let (others, strong) = (after.len(), factors.len());
        let median = factors.get(strong / 2).copied().unwrap_or(f64::NAN);
        let quantity = format!("{dataset}: modes after the first in which the DAE is not faster");
        let note = format!(
            "of {others}; the median factor over the {strong} modes stronger than the noise is {median:.3}"
        );
        all.push(claim(quantity, [0.0, slower.count() as f64], 0.0, note));
    }
    Ok(all)
}

pub(super) fn theory_approximates_real_data(recorded: &Recorded) -> Result<Vec<Check>> {
    let of = |(dataset, model): (DataSet, Model)| {
        let name = model.name();
        let quantity = format!(
            "{dataset} {name}: RMS deviation of theory from training, largest of the drawn modes"
        );
        measured(recorded, (Figure::Fig5, dataset), (quantity, 0.02), || {
            let mut rows = recorded.tables().rows::<fig5::rows::Rms>()?;
            rows.retain(|row| (row.dataset, row.model) == (dataset, model));
            let rms = |row: &fig5::rows::Rms| row.theory_against_mapping;
            let words = |row: &fig5::rows::Rms| format!("mode {}: {:.5}", row.mode, rms(row));
            let each = rows.iter().map(words);
            let note = format!(
                "markers of the published figure are about 0.02 high: below that a curve lies within its markers; {}",
                list(each)
            );
            Ok((largest(rows.iter().map(rms)), note))
        })
    };
    runs().into_iter().map(of).collect()
}

pub(super) fn large_variances_first(recorded: &Recorded) -> Result<Vec<Check>> {
    let of = |(figure, dataset): (Figure, DataSet)| {
        let quantity = format!(
            "{figure} {dataset}: neighbouring modes of which the weaker one rises first, over all models"
        );
        measured(recorded, (figure, dataset), (quantity, 0.0), || {
            let tables = recorded.tables();
            let mut own = match figure {
                Figure::Fig6 => fig6::published::read(&tables)?,
                _ => fig5::published::read(&tables)?,
            };
            own.retain(|curve| curve.dataset == dataset && curve.last() > 0.05);
            let half_rise = |curve: &Curve| curve.half_rise(curve.last());
            let neighbours = own.iter().zip(own.iter().skip(1));
            let pairs = neighbours.filter(|(a, b)| a.model == b.model);
            let wrong = pairs.clone().filter(|(a, b)| half_rise(b) < half_rise(a));
            let note = format!("of {} pairs that have risen", pairs.count());
            Ok((wrong.count() as f64, note))
        })
    };
    let all = pairs(&[Figure::Fig5, Figure::Fig6], &DataSet::ALL);
    all.into_iter().map(of).collect()
}

pub(super) fn nonlinear_networks_follow(recorded: &Recorded) -> Result<Vec<Check>> {
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        let networks = (Figure::Fig6, dataset);
        let pairs = match not_as_published(recorded, networks)? {
            None => of_fig6(recorded, dataset)?,
            Some(_) => Vec::new(),
        };
        let (like, unlike): (Vec<_>, Vec<_>) = pairs.iter().partition(|pair| pair.is_like());
        let words = |pairs: &[&Pair]| list(pairs.iter().map(|pair| pair.words()));
        let plateaus = format!(
            "{dataset}: plateau of DAE minus that of WDAE, against the linear theory, largest of the like ones"
        );
        all.push(measured(recorded, networks, (plateaus, LIKE), || {
            let mut note = format!("DAE and WDAE: {}", words(&like));
            if !unlike.is_empty() {
                note += "; left out, because the published noise and decay do not match there: ";
                note += &words(&unlike);
            }
            Ok((largest(like.iter().map(|pair| pair.beyond_theory())), note))
        })?);
        let later = format!(
            "{dataset}: drawn modes in which the DAE is at half of its plateau after the WDAE"
        );
        all.push(measured(recorded, networks, (later, 0.0), || {
            let half_rise = |curve: &Curve| curve.half_rise(curve.last());
            let times =
                |pair: &Pair| Some((pair.dae.mode, half_rise(&pair.dae)?, half_rise(&pair.wdae)?));
            let times: Vec<(usize, u64, u64)> = pairs.iter().filter_map(times).collect();
            let each = times.iter();
            let each = list(each.map(|(mode, d, w)| format!("mode {mode}: {d} and {w}")));
            let after = times.iter().filter(|(_, d, w)| d > w).count();
            Ok((after as f64, format!("epochs of DAE and WDAE: {each}")))
        })?);
        // Mode 0 rises within a few recorded epochs: its ratio would be one of small integers.
        let rising = like.iter().filter(|pair| pair.dae.mode > 0);
        all.extend(rising.map(|pair| pair.ratio()));
    }
    Ok(all)
}

/// Plateaus count as like if they differ by less than this in the linear theory.
const LIKE: f64 = 0.1;

/// One mode of DAE and WDAE, and the linear theory for it.
struct Pair {
    dae: Curve,
    wdae: Curve,
    lambda: f64,
    /// The decay in the convention of the theory.
    gamma: f64,
    /// Fixed points of DAE and WDAE.
    theory: [f64; 2],
}

fn of_fig6(recorded: &Recorded, dataset: DataSet) -> Result<Vec<Pair>> {
    let Some(settings) = recorded.settings::<fig6::Settings>(Figure::Fig6)? else {
        return Ok(Vec::new());
    };
    let tables = recorded.tables();
    let spectrum = tables.rows::<fig6::rows::Spectrum>()?;
    // Figure 6 averages the error over D pixels: this is its decay in the convention of the theory.
    let gamma = 0.5 * settings.weight_decay * dataset.pixels() as f64;
    let epsilon = settings.of(dataset).sigma.powi(2);
    let all = fig6::published::read(&tables)?;
    let of = |model| {
        let own = move |curve: &&Curve| (curve.dataset, curve.model) == (dataset, model);
        all.iter().filter(own).cloned()
    };
    let mut pairs = Vec::new();
    for (dae, wdae) in of(Model::Dae).zip(of(Model::Wdae)) {
        let mut rows = spectrum.iter();
        let row = rows.find(|row| row.dataset == dataset && row.mode == dae.mode);
        let Some(lambda) = row.map(|row| row.lambda) else {
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
    /// Whether the claim, which assumes equal regularisation, applies to this mode.
    fn is_like(&self) -> bool {
        (self.theory[0] - self.theory[1]).abs() < LIKE
    }

    /// Difference of the plateaus minus that of the theory.
    fn beyond_theory(&self) -> f64 {
        (self.dae.last() - self.wdae.last()) - (self.theory[0] - self.theory[1])
    }

    fn words(&self) -> String {
        let [dae, wdae] = [&self.dae, &self.wdae].map(Curve::last);
        let ([noise, decay], mode) = (self.theory, self.dae.mode);
        format!("mode {mode}: {dae:.3} and {wdae:.3} (theory {noise:.3} and {decay:.3})")
    }

    /// Ratio of the half-rise times of WDAE and DAE, against that of the linear theory.
    fn ratio(&self) -> Check {
        let time = |curve: &Curve| {
            let level = (0.5 * curve.last(), 2.0 * curve.last());
            passes(&curve.epochs, &curve.mapping, level)
        };
        let (dae, wdae, lambda, gamma) = (&self.dae, &self.wdae, self.lambda, self.gamma);
        let expected = lambda / (lambda - gamma);
        let found = time(wdae).zip(time(dae)).map(|(wdae, dae)| wdae / dae);
        let (dataset, mode) = (dae.dataset, dae.mode);
        let quantity = format!("{dataset} mode {mode}: half-rise time of WDAE over DAE");
        let note = format!(
            "linear theory, lambda/(lambda - gamma) with lambda = {lambda:.3}, gamma = {gamma:.3}; in outline: within a fifth"
        );
        let pair = [expected, found.unwrap_or(f64::NAN)];
        let check = claim(quantity, pair, 0.2 * expected, note);
        match found {
            Some(_) => check,
            None => check.not_measured("it has not risen"),
        }
    }
}
