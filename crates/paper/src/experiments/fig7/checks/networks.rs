//! The panels about networks.

use dae::data::DataSet;

use super::{OTHER_PROGRAM, full};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::fig7::committed::Masked;
use crate::experiments::fig7::rows::{Depth, Mask, Seeds};
use crate::experiments::fig7::run::Run;
use crate::experiments::fig7::run::depth::KEPT;
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::{Data, from_start, masked_errors};
use crate::tables::Check;
use crate::tables::check::largest;

/// Why do theory and training differ?
pub(super) fn width(settings: &Settings, run: &Run) -> Vec<Check> {
    let mut checks = Vec::new();
    let hidden = settings.width.hidden;
    for (model, rms) in &run.all.narrow {
        let tolerance = if *model == Model::Dae { 0.04 } else { 0.15 };
        let [paper, free] = [rms.paper[0], rms.free[0]];
        checks.push(Check::theory(
            format!("D: {model}, all modes together minus training, RMS over epochs, largest mode"),
            0.0,
            rms.coupled[0],
            tolerance,
            format!(
                "the double commutator, where two modes share the last unit; the paper's formula {paper:.3}, free start {free:.3}"
            ),
        ));
        if *model == Model::Dae {
            let [paper, free] = [rms.paper[1], rms.free[1]];
            checks.push(Check::theory(
                format!("D: {model}, the same, mean over all modes"),
                0.0,
                rms.coupled[1],
                from_start(0.001, settings),
                format!("the same; the paper's formula {paper:.4}, free start {free:.4}"),
            ));
        }
    }
    let budget = run
        .all
        .budget
        .iter()
        .find(|(model, _)| *model == Model::Dae);
    // At tiny sizes training ends before the last unit is taken.
    if let Some((model, sum)) = budget.filter(|_| full(settings)) {
        checks.push(Check::theory(
            format!("D: {model}, sum of mapping over fixed point at the end"),
            hidden as f64,
            *sum,
            0.05,
            "each hidden unit carries one mode, once the decoder is the best for its encoder",
        ));
    }
    for (model, rms) in &run.all.wide {
        let paper = rms.paper[0];
        checks.push(Check::theory(
            format!(
                "D: {model} with {} units, clock and free start minus training, RMS over epochs, largest of all modes",
                settings.hidden
            ),
            0.0,
            rms.free[0],
            from_start(0.006, settings),
            format!("the clock is exact below saturation only; the paper's formula {paper:.4}"),
        ));
    }
    checks
}

/// Groups of leading modes in which half-rise epochs are checked.
const GROUPS: [[usize; 2]; 3] = [[1, 7], [8, 15], [16, 31]];

/// When is a mode learned?
pub(super) fn seeds(run: &Run) -> Vec<Check> {
    let mut checks = Vec::new();
    for [first, last] in GROUPS {
        let own = || {
            run.seeds
                .iter()
                .filter(|row| (first..=last).contains(&row.mode))
        };
        let count = own().count();
        if count == 0 {
            continue;
        }
        let mean = |value: &dyn Fn(&Seeds) -> f64| own().map(value).sum::<f64>() / count as f64;
        let law = mean(&|row| (row.mean - row.law_mean) / row.law_standard_deviation);
        let paper = mean(&|row| (row.mean - row.paper_mean) / row.law_standard_deviation);
        let share = mean(&|row| (row.standard_deviation / row.law_standard_deviation).powi(2));
        // The tolerance is for 24 seeds.
        let seeds = run.seeds.first().map_or(1, |row| row.seeds) as f64;
        let tolerance = 0.3 * (24.0 / seeds).sqrt().max(1.0);
        let last = last.min(first + count - 1);
        checks.push(Check::theory(
            format!("seeds: modes {first} to {last}, half-rise epoch minus its law, in standard deviations, mean"),
            0.0,
            law,
            tolerance,
            format!("{seeds} seeds: standard error {:.1} a mode, modes correlate; the paper's formula {paper:.2}", seeds.sqrt().recip()),
        ));
        checks.push(Check::theory(
            format!("seeds: modes {first} to {last}, variance of the half-rise epoch over that of its law, mean"),
            1.0,
            share,
            tolerance,
            format!("{seeds} seeds"),
        ));
    }
    for mode in [3, 15, 31] {
        if let Some(row) = run.seeds.iter().find(|row| row.mode == mode) {
            let error = row.law_standard_deviation / (row.seeds as f64).sqrt();
            let [mean, spread] = [row.mean, row.standard_deviation];
            checks.push(Check::theory(
                format!("seeds: mode {mode}, mean half-rise epoch"),
                row.law_mean,
                mean,
                4.0 * error,
                format!(
                    "four standard errors; standard deviation {spread:.1}, by the law {:.1}",
                    row.law_standard_deviation
                ),
            ));
        }
    }
    checks
}

/// Time after which only critically slow modes have not converged.
const LONG: f64 = 100.0;

/// What does depth do?
pub(super) fn depth(settings: &Settings, run: &Run) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    let time = settings.alpha * settings.depth.epochs as f64;
    // A mode is at its fixed point after enough time constants: at time 120, for eigenvalues above 0.3 (0.055 above
    // the decay).
    let settled = |row: &&Depth| row.lambda * time > 36.0;
    let away = |row: &Depth| row.mapping - row.fixed_point;
    for own in run
        .depth
        .chunk_by(|a, b| (a.layers, a.model) == (b.layers, b.model))
    {
        let (layers, model) = (own[0].layers, own[0].model);
        if model == Model::Dae {
            let learned = own.iter().filter(settled);
            let least = 36.0 / time;
            checks.push(Check::theory(
                format!("E: {model}, {layers} layers, mapping minus fixed point, largest above eigenvalue {least:.2}"),
                0.0,
                largest(learned.map(away)),
                1e-4,
                "noise has the same fixed points at any depth",
            ));
            continue;
        }
        if layers == 2 && time >= LONG {
            checks.push(Check::theory(
                format!("E: {model}, {layers} layers, mapping minus fixed point, largest"),
                0.0,
                largest(own.iter().map(away)),
                0.02,
                "critical slowing where the eigenvalue is the decay",
            ));
            let far = own
                .iter()
                .filter(|row| (row.lambda - settings.gamma) * time > 6.6);
            let least = settings.gamma + 6.6 / time;
            checks.push(Check::theory(
                format!("E: {model}, {layers} layers, the same above eigenvalue {least:.2}"),
                0.0,
                largest(far.map(away)),
                1e-4,
                "learned",
            ));
            continue;
        }
        // Decay leaves the modes this much time to be learned.
        let deadline = 1.0 / ((layers as f64 - 2.0) * settings.gamma);
        if time / 3.0 < 1.5 * deadline {
            continue;
        }
        let kept = || own.iter().filter(|row| row.mapping > KEPT);
        let above = own.iter().filter(|row| row.lambda > row.critical_lambda);
        checks.push(Check::theory(
            format!("E: {model}, {layers} layers, modes that decay keeps"),
            above.count() as f64,
            kept().count() as f64,
            1.0,
            "those above the critical eigenvalue, which is for the mean start; neighbours share inner units",
        ));
        if time >= LONG {
            checks.push(Check::theory(
                format!("E: {model}, {layers} layers, kept modes minus their fixed point, largest"),
                0.0,
                largest(kept().map(away)),
                0.001,
                "learned before the deadline",
            ));
        }
        let dropped = run.all.dropped.iter().find(|(own, _)| *own == layers);
        if let Some((_, [early, end])) = dropped {
            checks.push(Check::theory(
                format!("E: {model}, {layers} layers, rise of the largest other mode over the last two thirds"),
                0.0,
                (end - early).max(0.0),
                0.0,
                format!("after the deadline they only fall: {early:.1e}, then {end:.1e}"),
            ));
        }
    }
    Ok(checks)
}

/// Mode, final mapping and tolerance of the network on masked images, from an independent program.
const PLATEAUS: [(usize, f64, f64); 5] = [
    (0, 0.9914, 0.002),
    (3, 0.9322, 0.002),
    (7, 0.8455, 0.002),
    (15, 0.7415, 0.002),
    (31, 0.6212, 0.01),
];

/// Is masking noise?
pub(super) fn mask(run: &Run) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    let (mut shaped, mut isotropic) = (Vec::new(), Vec::new());
    let rms = |own: &[Mask], of: fn(&Mask) -> f64| {
        let squares = own.iter().map(|row| (of(row) - row.mapping).powi(2));
        (squares.sum::<f64>() / own.len() as f64).sqrt()
    };
    let modes = || run.mask.chunk_by(|a, b| a.mode == b.mode);
    for own in modes() {
        shaped.push(rms(own, |row| row.theory_shaped));
        isotropic.push(rms(own, |row| row.theory_isotropic));
    }
    let words = |values: &[f64]| {
        let each = values.iter().map(|value| format!("{value:.4}"));
        each.collect::<Vec<_>>().join(" ")
    };
    checks.push(Check::theory(
        "F: noise of the mask's shape minus training, RMS over epochs, largest of the drawn modes",
        0.0,
        largest(shaped.iter().copied()),
        0.025,
        format!(
            "off-diagonals of the mask's noise, half of its norm; by mode {}, isotropic noise {}",
            words(&shaped),
            words(&isotropic)
        ),
    ));
    let Masked {
        hidden,
        directions,
        init_std,
        q,
        ..
    } = run.masked;
    let as_found = full(&Settings {
        hidden,
        directions,
        init_std,
        ..run.settings.clone()
    });
    for own in modes().filter(|_| as_found && q == 0.5) {
        let reference = PLATEAUS.iter().find(|(mode, ..)| *mode == own[0].mode);
        if let (Some((mode, expected, tolerance)), Some(end)) = (reference, own.last())
            && end.epoch == 3000
        {
            checks.push(Check::theory(
                format!("F: mapping of mode {mode} at epoch {}", end.epoch),
                *expected,
                end.mapping,
                *tolerance,
                OTHER_PROGRAM,
            ));
        }
    }
    let [masked, isotropic] = masked_errors(&Data::committed(DataSet::Cifar10)?, q)?;
    if q == 0.5 {
        checks.push(Check::theory(
            "F: CIFAR-10, error with isotropic noise over that with masks",
            1.0037,
            isotropic / masked,
            0.001,
            format!("the noise of the mask is nearly the same in all directions; {isotropic:.3} and {masked:.3}"),
        ));
    }
    Ok(checks)
}
