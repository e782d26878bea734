//! Beyond the paper: what the notebook of Figure 7 shows of its runs, and what a reader can try there.

use dae::data::DataSet;
use dae::theory::deep::{Deep, Start};
use dae::theory::{Mode, masking};
use dae::train::linear::{LinearSettings, LinearTrainer, Noise, Precision};
use dae::{Checked, Settings as _};

use super::training::is_kept;
use super::{Curve, Notebook};
use crate::experiments::fig7::train::{Outcome, Record, Shared, Task, images, jobs, start, train};
use crate::experiments::fig7::{self, run::rms, theory};
use crate::experiments::{self, Figure, Model, spectra};
use crate::runs::Runs;
use crate::settings::Profile;
use crate::system::progress::Progress;
use crate::tables::Check;
use crate::{Error, Result};

impl Notebook {
    /// Figure 7 with the settings that it was made with: from the recorded training runs, or trained here if
    /// `recompute` is set.
    ///
    /// Prints which it was. If none were recorded, trains the sizes of the profile `smoke`, which takes seconds.
    ///
    /// # Errors
    /// Divergence; images in the cache that are damaged.
    pub fn beyond(
        &self,
        mut settings: Checked<fig7::Settings>,
        recompute: bool,
    ) -> Result<(Checked<fig7::Settings>, fig7::run::Run)> {
        let (spectra, kept, none) = (spectra::committed()?, self.recorded(), Runs::none());
        // The path of the cache does not belong in a notebook.
        let silent = Progress::Silent;
        let with = |runs| self.context(&spectra, runs, &silent);
        let all = jobs(&settings, &with(&kept), images::there(&settings));
        if recompute {
            say!("Figure 7: {} training runs are done here.", all.len());
        } else {
            let are_kept = all.iter().all(|job| is_kept(&kept, &job.training));
            self.say_whether(are_kept, Figure::Fig7, "Figure 7");
            if are_kept {
                let run = fig7::run::run(&settings, &with(&kept))?;
                return Ok((settings, run));
            }
            say!("Until then, the tiny sizes of the profile smoke are trained here.");
            settings = experiments::load(Profile::Smoke)?.0.fig7.check()?;
        }
        let run = fig7::run::run(&settings, &with(&none))?;
        Ok((settings, run))
    }

    /// The deviation of theory from the wide network of a model in each of the leading modes, as root mean square over
    /// the recorded epochs: for the paper's formula, and for the exact clock with the free start.
    ///
    /// # Errors
    /// Divergence, if the run was not recorded.
    pub fn deviations(
        &self,
        settings: &Checked<fig7::Settings>,
        model: Model,
        leading: usize,
    ) -> Result<Vec<Curve>> {
        let task = Task::Denoising(model);
        let Outcome::Network(Record { seen }) = self.outcome(settings, task)? else {
            return Err(no_such(task));
        };
        let data = theory::Data::committed(DataSet::Mnist)?;
        let network = theory::Network::denoising(settings, self.settings.seed, &data, model)?;
        let measured: Vec<_> = seen.iter().map(|seen| &seen.mappings).collect();
        let paper = seen.iter().map(|seen| network.paper(seen.epoch));
        let free = seen.iter().map(|seen| network.free(seen.epoch));
        let curve = |label: &str, theory: Vec<Vec<f64>>| {
            let modes = (0..leading).map(|mode| mode as f64);
            Curve::new(label, modes, rms(&theory, &measured))
        };
        Ok(vec![
            curve("the paper's formula", paper.collect::<Result<_>>()?),
            curve("exact clock, free start", free.collect::<Result<_>>()?).of(Model::Dae),
        ])
    }

    /// Half-rise epochs of every start and of every mode but the first, in standard deviations of their law: from the
    /// mean of the law, and from that of the paper's formula.
    ///
    /// # Errors
    /// Divergence, if the runs were not recorded.
    pub fn half_rises(&self, settings: &Checked<fig7::Settings>) -> Result<[Vec<f64>; 2]> {
        let Outcome::HalfRises(all) = self.outcome(settings, Task::Seeds)? else {
            return Err(no_such(Task::Seeds));
        };
        let data = theory::Data::committed(DataSet::Mnist)?;
        let (mut law, mut paper) = (Vec::new(), Vec::new());
        for mode in 1..settings.seeds.rising {
            let [mean, deviation, by_paper] = theory::rises(settings, &data, mode)?;
            for epoch in all.iter().filter_map(|network| network.get(mode)) {
                law.push((epoch - mean) / deviation);
                paper.push((epoch - by_paper) / deviation);
            }
        }
        Ok([law, paper])
    }

    /// The outcome of a run of Figure 7. If it was not recorded, it is trained here and not kept.
    fn outcome(&self, settings: &Checked<fig7::Settings>, task: Task) -> Result<Outcome> {
        let (spectra, kept, none) = (spectra::committed()?, self.recorded(), Runs::none());
        let silent = Progress::Silent;
        let with = |runs| self.context(&spectra, runs, &silent);
        let jobs = jobs(settings, &with(&kept), images::there(settings));
        let job = jobs.iter().find(|job| job.task == task);
        let job = job.ok_or_else(|| no_such(task))?;
        let runs = if is_kept(&kept, &job.training) {
            &kept
        } else {
            &none
        };
        train(&with(runs), job, &Shared::default())
    }
}

fn no_such(task: Task) -> Error {
    Error::Unknown {
        kind: "training run",
        name: format!("{task:?}"),
        choices: "those of Figure 7".to_owned(),
    }
}

/// Theory as lines and trained or measured values as markers, for each group of consecutive rows with the same label.
///
/// Points are `[x, y]`; a row may have no measured one.
pub fn beside<R>(
    rows: &[R],
    label: impl Fn(&R) -> String,
    theory: impl Fn(&R) -> [f64; 2],
    measured: impl Fn(&R) -> Option<[f64; 2]>,
) -> Vec<Curve> {
    let groups: Vec<&[R]> = rows.chunk_by(|a, b| label(a) == label(b)).collect();
    let curve = |label: String, points: Vec<[f64; 2]>, place: usize| {
        let x: Vec<f64> = points.iter().map(|point| point[0]).collect();
        Curve::new(label, x, points.iter().map(|point| point[1])).among(place, groups.len())
    };
    let (mut lines, mut markers) = (Vec::new(), Vec::new());
    for (place, own) in groups.iter().enumerate() {
        let name = own.first().map(&label).unwrap_or_default();
        lines.push(curve(name, own.iter().map(&theory).collect(), place));
        let found: Vec<_> = own.iter().filter_map(&measured).collect();
        if !found.is_empty() {
            // Only as many as can be told apart.
            let step = found.len().div_ceil(24);
            let found = found.into_iter().step_by(step).collect();
            markers.push(curve("trained or measured".to_owned(), found, place).markers());
        }
    }
    lines.extend(markers);
    lines
}

/// The checks whose quantity begins with `start`, such as the letter of a panel.
pub fn about(checks: &[Check], start: &str) -> Vec<Check> {
    let own = checks
        .iter()
        .filter(|check| check.quantity.starts_with(start));
    own.cloned().collect()
}

/// A histogram over a range in equal parts, as shares of all values, drawn as steps.
pub fn histogram(label: &str, values: &[f64], [low, high]: [f64; 2], parts: usize) -> Curve {
    let (width, all) = ((high - low) / parts as f64, values.len().max(1) as f64);
    let (mut x, mut y) = (vec![low], vec![0.0]);
    for part in 0..parts {
        let [from, to] = [part, part + 1].map(|part| low + width * part as f64);
        let inside = values.iter().filter(|&&value| from <= value && value < to);
        let share = inside.count() as f64 / all;
        x.extend([from, to]);
        y.extend([share; 2]);
    }
    x.push(high);
    y.push(0.0);
    Curve::new(label, x, y)
}

/// The mean initial mapping of two layers, `H init_std^2 / 2`.
pub fn mean_start(settings: &fig7::Settings) -> f64 {
    theory::mean_start(settings, DataSet::Mnist)
}

/// The mappings of modes at time `s` in a network of this many layers with weight decay, from layers of size `a0` with
/// orthonormal rows or columns.
///
/// # Errors
/// As [`Deep::mappings`].
pub fn ends_of_depth(
    layers: usize,
    lambda: &[f64],
    gamma: f64,
    a0: f64,
    s: f64,
) -> Result<Vec<f64>> {
    let start = Start::orthonormal(a0, lambda.len(), lambda.len())?;
    let mut ends = Vec::new();
    for &lambda in lambda {
        let network = Deep::new(layers, Mode::decaying(lambda, gamma)?)?;
        ends.extend(network.mappings(&start, &[s])?);
    }
    Ok(ends)
}

/// Trains a network with the noise per direction that gives a filter; returns the noise, and the mapping at the end.
///
/// # Errors
/// Lengths that differ; a filter not above 0 or above 1; divergence.
pub fn dialled(lambda: &[f64], filter: &[f64], epochs: u64) -> Result<[Vec<f64>; 2]> {
    let (seed, size) = (2018, (lambda.len(), lambda.len()));
    let modes = masking::filtering(lambda, filter)?;
    let noise: Vec<f64> = modes.iter().map(Mode::epsilon).collect();
    let settings = LinearSettings {
        hidden: size.1,
        alpha: 0.01,
        s2: 0.0,
        gamma: 0.0,
        precision: Precision::F64,
    };
    let weights = start(seed, ["dialled", ""], size, 1e-2)?;
    let shaped = Noise::PerDirection(noise.clone());
    let mut trainer = LinearTrainer::with_noise(&settings.check()?, lambda, &shaped, &weights, 0)?;
    trainer.advance(epochs);
    Ok([noise, trainer.weights().mappings().to_vec()])
}
