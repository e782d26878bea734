//! What Figure 3 should show.

use super::run::{Curve, Run, Variant};
use crate::experiments::Model;
use crate::tables::Check;
use crate::tables::check::largest;

/// At the consistent rates DAE and WDAE coincide. At the published rates the DAE is ahead. Under one global rate the
/// DAE is faster on the small modes of real data.
pub fn checks(run: &Run) -> Vec<Check> {
    let tie = largest(differences(run, Variant::Consistent));
    let lead = differences(run, Variant::Published).fold(0.0, f64::max);
    let behind = differences(run, Variant::Published).fold(0.0, f64::min);
    let by_rate = if lead > 0.0 {
        (lead - tie) / lead
    } else {
        f64::NAN
    };
    let crossing = largest(run.spectrum.iter().map(|row| {
        // DAE and WDAE tie at the largest eigenvalue; the DAE gains wherever lambda is smaller.
        (row.dae_epochs / row.wdae_epochs - 1.0).max(0.0)
    }));
    let [same, share, never, excess] = [
        "consistent rates: DAE minus WDAE, largest",
        "published rates: share of the advantage that the rate alone explains",
        "published rates: how far the DAE is ever behind the WDAE",
        "one global rate on real spectra: DAE epochs over WDAE epochs above 1, largest excess",
    ];
    let exponents = "the two exponents are the same number; rounding";
    let alone = "with consistent rates nothing is left";
    let faster = "a tie at the largest eigenvalue, faster below it; rounding";
    vec![
        Check::theory(same, 0.0, tie, 1e-12, exponents),
        Check::theory(share, 1.0, by_rate, 1e-9, alone),
        Check::theory(never, 0.0, behind, 1e-12, "rounding"),
        Check::theory(excess, 0.0, crossing, 1e-9, faster),
    ]
}

/// DAE minus WDAE for every epsilon and epoch of a variant.
fn differences(run: &Run, variant: Variant) -> impl Iterator<Item = f64> {
    let of = move |model| move |curve: &&Curve| curve.variant == variant && curve.model == model;
    let dae = run.curves.iter().filter(of(Model::Dae));
    let wdae = run.curves.iter().filter(of(Model::Wdae));
    let pairs = dae.zip(wdae);
    pairs.flat_map(|(dae, wdae)| dae.w.iter().zip(&wdae.w).map(|(d, w)| d - w))
}
