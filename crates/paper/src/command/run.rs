//! `paper run`

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use dae::data::{CacheState, SourceOptions, verify};
use paper::audit::update;
use paper::experiments::Figure;
use paper::results::regenerate::{Job, Outcome, regenerate, train_only};
use paper::settings::Profile;
use paper::show::number::duration;
use paper::system::progress::Progress;
use paper::tables::{Origin, Tally};
use paper::{Error, note, say};

use super::arguments::{Changes, Trains, minutes};
use super::short::{audited, print_differences};
use super::stopping;

#[derive(Args)]
pub struct Run {
    /// Figures to regenerate; all of them if none is named.
    figures: Vec<Figure>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    trains: Trains,
    /// Do only one training run of the one figure named, such as `mnist/DAE`, and keep it: several processes, on one
    /// machine or on many that share a folder, can do one each; the figure is made from the kept runs afterwards.
    #[arg(long, value_name = "DATASET/MODEL", requires = "figures")]
    only: Option<String>,
    /// Minutes between two checkpoints of a training run.
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 2.0,
        allow_negative_numbers = true,
        value_parser = minutes
    )]
    checkpoint_every: f64,
    /// Compute everything again, even what has not changed.
    #[arg(long)]
    fresh: bool,
}

/// A figure and its outcome; `None` if it could not be made.
type Made = (Figure, Option<Outcome>);

impl Run {
    pub fn run(self) -> anyhow::Result<bool> {
        let progress = Progress::detect();
        let figures = self.figures()?;
        let mut job = self.job(&progress)?;
        say!("profile {}", job.profile);
        print_differences(&job.settings()?.1);
        job.device = self.trains.device()?;
        if let Some(only) = &self.only {
            for figure in figures {
                train_only(figure, only, &job, &progress)?;
                say!("{figure} {only}: done and kept");
            }
            return Ok(true);
        }
        let enter = || update(&job.folder()).context("the manifest was not written");
        let mut results: Vec<Made> = Vec::new();
        for figure in figures {
            let made = match job.stopped() {
                true => Err(Error::Stopped),
                false => regenerate(figure, &job, &progress),
            };
            match made {
                Err(error) if ends_everything(&error) => {
                    // What was made so far is consistent and can be verified.
                    if results.iter().any(|(_, made)| made.is_some()) {
                        enter()?;
                    }
                    return Err(error).context(figure);
                }
                Err(error) => {
                    note!("{figure}: could not be made: {error}");
                    results.push((figure, None));
                }
                Ok(outcome) => {
                    if outcome.unchanged {
                        say!("{figure}: nothing changed since it was made, kept as it is");
                    } else {
                        let time = duration(outcome.record.seconds);
                        say!("{figure}: regenerated in {time}");
                    }
                    results.push((figure, Some(outcome)));
                }
            }
        }
        let passed = summarise(job.profile, &results);
        Ok(audited(&job.folder(), &enter()?)? && passed)
    }

    /// The job, with its stop flag connected to Ctrl-C and to the signal that a scheduler sends before it kills.
    fn job(&self, progress: &Progress) -> anyhow::Result<Job> {
        let job = Job {
            fresh: self.fresh,
            checkpoint_every: Duration::from_secs_f64(60.0 * self.checkpoint_every),
            ..self.changes.job()
        };
        stopping::connect(&job.stop, progress).map_err(|error| Error::Threads {
            what: format!("for signals: {error}"),
        })?;
        Ok(job)
    }

    /// The figures to make, in order. If none was named and there is no network, omits those that need missing images,
    /// and says so.
    fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let mut figures = self.figures.clone();
        if !figures.is_empty() {
            figures.sort();
            figures.dedup();
            return Ok(figures);
        }
        figures = Figure::ALL.to_vec();
        let options = match SourceOptions::from_env() {
            // The figures that need no images are made; the summary says why the other one is not.
            Err(dae::Error::NoCacheDirectory) => return Ok(figures),
            options => options?,
        };
        let good = |state: &CacheState| matches!(state, CacheState::Good(_));
        if options.offline
            && options.mirror.is_none()
            && !verify(&options).iter().all(|entry| good(&entry.state))
        {
            let needs_images = |figure: &Figure| figure.about().images;
            let left_out = figures.iter().filter(|figure| needs_images(figure));
            let names: Vec<&str> = left_out.map(|figure| figure.name()).collect();
            let names = names.join(", ");
            say!("offline, and images are missing in the cache: leaving out {names}");
            figures.retain(|figure| !needs_images(figure));
        }
        Ok(figures)
    }
}

/// Whether to skip the remaining figures: the user stopped, or the settings are wrong.
fn ends_everything(error: &Error) -> bool {
    use Error::{Interrupted, SettingsFile, Stopped};
    matches!(error, Interrupted { .. } | Stopped | SettingsFile { .. })
}

/// Prints the outcome of each figure; `true` if all were made and pass.
fn summarise(profile: Profile, results: &[Made]) -> bool {
    say!("\nsummary, profile {profile}");
    for (figure, outcome) in results {
        match outcome {
            Some(outcome) => print_outcome(outcome),
            None => say!("{figure}  FAIL  could not be made, see above"),
        }
    }
    let passes = |(_, outcome): &Made| outcome.as_ref().is_some_and(Outcome::passes);
    let passed = results.iter().all(passes);
    match passed {
        true => say!("all figures pass"),
        false => say!("NOT ALL FIGURES PASS, see above"),
    }
    passed
}

fn print_outcome(outcome: &Outcome) {
    let (record, picture) = (&outcome.record, outcome.picture.display());
    let (figure, time) = (record.figure, duration(record.seconds));
    let verdict = if outcome.passes() { "pass" } else { "FAIL" };
    let how = match outcome.unchanged {
        true => "unchanged, was made in",
        false => "made in",
    };
    say!("{figure}  {verdict}  {how} {time}  {picture}");
    for (origin, name) in [
        (Origin::Published, "published values"),
        (Origin::Theory, "theory"),
    ] {
        let tally = Tally::of(record.checks.iter().filter(|check| check.origin == origin));
        if let Some(worst) = tally.furthest() {
            let (holding, all) = (tally.holding(), tally.len());
            say!("      {name}: {holding} of {all} within tolerance; furthest off: {worst}");
        }
    }
    for check in record.checks.iter().filter(|check| !check.passes()) {
        say!("      FAILED: {check} ({})", check.reason);
    }
}
