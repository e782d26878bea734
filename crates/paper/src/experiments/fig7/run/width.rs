//! Why do theory and training differ, and when is a mode learned?

use super::few::mean_and_deviation;
use super::{Deviations, Done, largest_and_mean, rms};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::fig7::rows::{Seeds, Width};
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::{Data, Network, rises};
use crate::experiments::fig7::train::{Seen, Task};

/// The models of the narrow networks.
pub(in crate::experiments::fig7) const MODELS: [Model; 2] = [Model::Ae, Model::Dae];

/// The drawn modes, the deviations of theory from training over all modes, and the sums of mapping over fixed point.
type Narrow = (Vec<Width>, Vec<(Model, Deviations)>, Vec<(Model, f64)>);

/// Three theories by epoch, all modes.
struct Theories {
    paper: Vec<Vec<f64>>,
    free: Vec<Vec<f64>>,
    coupled: Vec<Vec<f64>>,
}

impl Theories {
    fn of(network: &Network, seen: &[Seen]) -> Result<Self> {
        let (mut paper, mut free, mut coupled) = (Vec::new(), Vec::new(), Vec::new());
        for Seen { epoch, .. } in seen {
            paper.push(network.paper(*epoch)?);
            free.push(network.free(*epoch)?);
            coupled.push(network.coupled(*epoch)?);
        }
        Ok(Self {
            paper,
            free,
            coupled,
        })
    }

    fn rows(&self, settings: &Settings, model: Model, seen: &[Seen]) -> Vec<Width> {
        let mut rows = Vec::new();
        for &mode in &settings.width.modes {
            for (i, seen) in seen.iter().enumerate() {
                rows.push(Width {
                    model,
                    hidden: settings.width.hidden,
                    mode,
                    epoch: seen.epoch,
                    mapping: seen.mappings[mode],
                    theory_paper: self.paper[i][mode],
                    theory_free: self.free[i][mode],
                    theory_coupled: self.coupled[i][mode],
                });
            }
        }
        rows
    }
}

/// The narrow networks, with the theories.
pub(super) fn width(settings: &Settings, seed: u64, data: &Data, done: &Done) -> Result<Narrow> {
    let (mut rows, mut deviations, mut budgets) = (Vec::new(), Vec::new(), Vec::new());
    for model in MODELS {
        let seen = &done.network(Task::Width(model))?.seen;
        let network = Network::narrow(settings, seed, data, model)?;
        let theories = Theories::of(&network, seen)?;
        rows.extend(theories.rows(settings, model, seen));
        let measured: Vec<_> = seen.iter().map(|seen| &seen.mappings).collect();
        let deviation = |theory: &[Vec<f64>]| largest_and_mean(&rms(theory, &measured));
        let Theories {
            paper,
            free,
            coupled,
        } = &theories;
        let deviation = Deviations {
            paper: deviation(paper),
            free: deviation(free),
            coupled: deviation(coupled),
        };
        deviations.push((model, deviation));
        let end = measured.last().into_iter().flat_map(|last| last.iter());
        let shares = end
            .zip(&network.modes)
            .map(|(w, mode)| w / mode.fixed_point());
        // A direction without variance has fixed point zero.
        budgets.push((model, shares.filter(|share| share.is_finite()).sum()));
    }
    Ok((rows, deviations, budgets))
}

/// The rows of a retrained network.
pub(in crate::experiments::fig7) fn again(
    settings: &Settings,
    seed: u64,
    data: &Data,
    (model, seen): (Model, &[Seen]),
) -> Result<Vec<Width>> {
    let network = Network::narrow(settings, seed, data, model)?;
    Ok(Theories::of(&network, seen)?.rows(settings, model, seen))
}

/// The half-rise epochs of many networks, with their law.
pub(in crate::experiments::fig7) fn seeds(
    settings: &Settings,
    data: &Data,
    all: &[Vec<f64>],
) -> Result<Vec<Seeds>> {
    let row = |mode: usize| {
        let epochs: Vec<f64> = all.iter().map(|network| network[mode]).collect();
        let (mean, standard_deviation) = mean_and_deviation(&epochs);
        let [law_mean, law_standard_deviation, paper_mean] = rises(settings, data, mode)?;
        Ok(Seeds {
            hidden: settings.seeds.hidden,
            mode,
            seeds: all.len(),
            mean,
            standard_deviation,
            law_mean,
            law_standard_deviation,
            paper_mean,
        })
    };
    (0..settings.seeds.rising).map(row).collect()
}
