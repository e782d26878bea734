//! What the paper claims, measured: `tables/claims.csv`.
//!
//! The claims and their explanations are in `data/claims.toml`. A function here measures each of them, from the
//! recorded tables where these suffice.

mod beyond;
pub mod curves;
mod networks;
mod norm;
mod rates;
mod scalar;

use serde::{Deserialize, Serialize};

use crate::experiments::{Figure, Model};
use crate::results::Recorded;
use crate::tables::{Check, Origin, Verdict};
use crate::{Error, Result};

/// Where the table is, below the folder of a profile.
pub const FILE: &str = "tables/claims.csv";

/// A claim of the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Short name, such as `dae-is-faster`.
    pub id: String,
    /// Where the paper says it.
    pub source: String,
    /// What it says, in our words.
    pub statement: String,
    /// What holds instead, if it does not hold as stated.
    pub correction: Option<String>,
    /// Why it holds (or does not), and how it is measured.
    pub explanation: String,
}

/// One measured quantity of a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are those of Claim and of Check")]
pub struct Row {
    pub id: String,
    pub source: String,
    pub statement: String,
    pub quantity: String,
    /// Unknown only if what it depends on was not made.
    pub expected: Option<f64>,
    pub measured: Option<f64>,
    pub tolerance: f64,
    /// Whether the claim holds by this measure.
    pub verdict: Verdict,
    /// Why the expectation is what it is, and details.
    pub note: String,
}

impl Row {
    /// The quantity as a check.
    pub fn check(&self) -> Check {
        Check {
            quantity: self.quantity.clone(),
            origin: Origin::Claim,
            expected: self.expected.unwrap_or(f64::NAN),
            found: self.measured.unwrap_or(f64::NAN),
            tolerance: self.tolerance,
            reason: self.note.clone(),
            measured: self.verdict != Verdict::NotMeasured,
            corrects: self.verdict == Verdict::Corrected,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    claim: Vec<Claim>,
}

/// All claims, in the order of the file.
///
/// # Errors
/// A damaged file.
pub fn all() -> Result<Vec<Claim>> {
    let text = include_str!("../../../../../data/claims.toml");
    let file: File = toml::from_str(text).map_err(|error| damaged(error.to_string()))?;
    Ok(file.claim)
}

fn damaged(problem: String) -> Error {
    Error::Repository {
        file: "data/claims.toml".to_owned(),
        problem,
    }
}

/// Measures all claims on what is recorded.
///
/// # Errors
/// Damaged tables.
pub fn rows(recorded: &Recorded) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for claim in all()? {
        let measured = measure(&claim, recorded)?.into_iter();
        rows.extend(measured.map(|check| claim.row(check)));
    }
    Ok(rows)
}

impl Claim {
    fn row(&self, check: Check) -> Row {
        let check = Check {
            corrects: self.correction.is_some(),
            ..check
        };
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        Row {
            id: self.id.clone(),
            source: self.source.clone(),
            statement: self.statement.clone(),
            expected: finite(check.expected),
            measured: finite(check.found),
            tolerance: check.tolerance,
            verdict: check.verdict(),
            quantity: check.quantity,
            note: match check.measured {
                true => check.reason,
                false => format!("not measured: {}", check.reason),
            },
        }
    }
}

fn measure(claim: &Claim, recorded: &Recorded) -> Result<Vec<Check>> {
    match claim.id.as_str() {
        "closed-forms-are-exact" => scalar::closed_forms_are_exact(recorded),
        "noise-is-a-penalty" => scalar::noise_is_a_penalty(),
        "origin-is-a-saddle" => scalar::origin_is_a_saddle(recorded),
        "fixed-point-of-noise" => fixed_points(Model::Dae, recorded),
        "fixed-point-of-decay" => fixed_points(Model::Wdae, recorded),
        "matched-decay" => rates::matched_decay(recorded),
        "noise-ignores-small-variances" => {
            let mut all = vec![scalar::half_where_noise_is_equal()?];
            all.extend(networks::small_variances(recorded)?);
            Ok(all)
        }
        "more-noise-learns-sooner" => rates::more_noise_learns_sooner(recorded),
        "noise-is-faster-than-decay" => rates::noise_is_faster_than_decay(recorded),
        "optimal-rates" => rates::optimal_rates(recorded),
        "faster-at-optimal-rates" => rates::faster_at_optimal_rates(recorded),
        "faster-on-real-spectra" => networks::faster_on_real_spectra(recorded),
        "noise-leaves-the-norm" => norm::noise_leaves_the_norm(recorded),
        "decay-shrinks-the-norm" => norm::decay_shrinks_the_norm(recorded),
        "theory-approximates-real-data" => networks::theory_approximates_real_data(recorded),
        "large-variances-first" => networks::large_variances_first(recorded),
        "nonlinear-networks-follow" => networks::nonlinear_networks_follow(recorded),
        "noise-is-the-right-filter" => beyond::noise_is_the_right_filter(recorded),
        "stopping-is-a-step" => beyond::stopping_is_a_step(recorded),
        "competition-in-closed-form" => beyond::competition_in_closed_form(recorded),
        "mode-i-has-h-minus-i-units" => beyond::mode_i_has_h_minus_i_units(recorded),
        "one-unit-one-mode" => beyond::one_unit_one_mode(recorded),
        "images-needed" => beyond::images_needed(recorded),
        "noise-drawn-once" => beyond::noise_drawn_once(recorded),
        "depth-parts-noise-and-decay" => beyond::depth_parts_noise_and_decay(recorded),
        "masking-is-shaped-noise" => beyond::masking_is_shaped_noise(recorded),
        unknown => Err(damaged(format!("nothing measures `{unknown}`"))),
    }
}

/// Where training ends: the scalar network, then the trained ones.
fn fixed_points(model: Model, recorded: &Recorded) -> Result<Vec<Check>> {
    let mut all = norm::end_of_fig4(model, recorded)?;
    all.extend(networks::end_of_fig5(model, recorded)?);
    Ok(all)
}

/// A measure of a claim.
fn claim(
    quantity: impl Into<String>,
    [expected, found]: [f64; 2],
    tolerance: f64,
    note: impl Into<String>,
) -> Check {
    Check {
        origin: Origin::Claim,
        ..Check::theory(quantity, expected, found, tolerance, note)
    }
}

/// A measure of a figure that was not made.
fn not_made(figure: Figure, quantity: &str, expected: f64, tolerance: f64) -> Check {
    let check = claim(quantity, [expected, f64::NAN], tolerance, "");
    check.not_measured(format!("{figure} has not been made"))
}

/// The value that is furthest from a given one.
fn furthest(values: &[f64], from: f64) -> f64 {
    let by_distance = |a: &&f64, b: &&f64| (*a - from).abs().total_cmp(&(*b - from).abs());
    let found = values.iter().max_by(by_distance);
    found.copied().unwrap_or(f64::NAN)
}

/// A list, separated by commas.
fn list(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}
