//! `paper predict`

use std::path::PathBuf;

use clap::Args;
use paper::own::{Network, Noise, Outcome, Question, Reading, name_of, predict};
use paper::plot::{significant, thousands};
use paper::say;
use paper::system::progress::Progress;
use paper::system::provenance::Session;

use super::arguments::{above_zero, folder_name, or_zero, whole};

#[derive(Args)]
pub struct Predict {
    /// Samples as rows: .npy, .npz, .csv (with or without a header) or IDX. More than two axes are flattened.
    file: PathBuf,
    /// The array of an archive (.npz) that has several.
    #[arg(long)]
    key: Option<String>,
    /// Divide every number by this, such as 255 for pixels.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true, value_parser = above_zero)]
    scale: f64,
    /// Take the mean out, which the paper does not do.
    #[arg(long)]
    centre: bool,
    /// Variance of the noise, in units of the scaled data. Without this and --keep: what keeps 90% of the variance.
    #[arg(long, conflicts_with = "keep", allow_negative_numbers = true, value_parser = or_zero)]
    epsilon: Option<f64>,
    /// Take the noise at which this many directions keep a mapping above one half.
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = whole)]
    keep: Option<u64>,
    /// Learning rate; by default the largest that is stable for AE, DAE and WDAE, 1/(2 lambda_0 + 3 epsilon).
    #[arg(long, allow_negative_numbers = true, value_parser = above_zero)]
    alpha: Option<f64>,
    /// Hidden units; by default 256, or twice as many as directions are kept, and at most as many as columns.
    #[arg(long, allow_negative_numbers = true, value_parser = whole)]
    hidden: Option<u64>,
    /// Standard deviation of the random start.
    #[arg(long, default_value_t = 1e-4, allow_negative_numbers = true, value_parser = above_zero)]
    init_std: f64,
    /// Epochs that are drawn and trained; by default until every direction that is drawn is learned.
    #[arg(long, allow_negative_numbers = true, value_parser = whole)]
    epochs: Option<u64>,
    /// Train the linear AE and DAE from the spectrum, too, and say how far the theory is from them.
    #[arg(long)]
    train: bool,
    /// Seed of the training.
    #[arg(long, default_value_t = 2018, allow_negative_numbers = true, value_parser = whole)]
    seed: u64,
    /// Leading directions to print.
    #[arg(long, default_value_t = 10, allow_negative_numbers = true, value_parser = whole)]
    top: u64,
    /// What the folder in `results/own` is called; by default as the file, without its ending.
    #[arg(long, value_parser = folder_name)]
    name: Option<String>,
    /// Where results are.
    #[arg(long, default_value = "results")]
    results: PathBuf,
}

impl Predict {
    pub fn run(self) -> anyhow::Result<()> {
        let session = Session::begin();
        let question = self.question();
        let outcome = predict(&self.file, &question, &Progress::detect())?;
        self.print(&outcome);
        let name = self.name.unwrap_or_else(|| name_of(&self.file));
        let folder = self.results.join("own").join(name);
        say!("");
        for path in outcome.write(&self.file, &question, &session, &folder)? {
            say!("{}", path.display());
        }
        Ok(())
    }

    fn question(&self) -> Question {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Question {
            reading: Reading {
                key: self.key.clone(),
                scale: self.scale,
                centre: self.centre,
            },
            noise: match (self.epsilon, self.keep) {
                (Some(epsilon), _) => Noise::Epsilon(epsilon),
                (None, Some(keep)) => Noise::Keep(size(keep)),
                (None, None) => Noise::Share,
            },
            network: Network {
                hidden: self.hidden.map(size),
                alpha: self.alpha,
                init_std: self.init_std,
                epochs: self.epochs,
            },
            train: self.train.then_some(self.seed),
        }
    }

    fn print(&self, outcome: &Outcome) {
        let (samples, prediction) = (&outcome.samples, &outcome.prediction);
        let (rows, columns) = (thousands(samples.samples), thousands(samples.columns));
        say!(
            "{}: {rows} x {columns}, SHA-256 {}",
            self.file.display(),
            samples.sha256
        );
        let [epsilon, alpha] = [prediction.epsilon, prediction.alpha].map(|x| significant(x, 4));
        say!(
            "noise {epsilon}, learning rate {alpha}, {} hidden units\n",
            thousands(prediction.hidden)
        );
        say!("                                              fixed  matched   epochs to 95%");
        say!(
            "direction     variance   share  together      point    decay       AE     WDAE      DAE"
        );
        let top = usize::try_from(self.top).unwrap_or(usize::MAX);
        for it in prediction.directions.iter().take(top) {
            let [lambda, decay] = [it.lambda, it.matched_decay].map(|x| significant(x, 4));
            let [share, together] = [it.share, it.cumulative].map(|x| format!("{:.2}%", 100.0 * x));
            let epochs = [it.epochs_ae, it.epochs_wdae, it.epochs_dae];
            let [ae, wdae, dae] =
                epochs.map(|x| x.map_or("never".to_owned(), |x| significant(x, 4)));
            let (place, point) = (thousands(it.direction), format!("{:.4}", it.fixed_point));
            say!(
                "{place:>9} {lambda:>12} {share:>7} {together:>9} {point:>10} {decay:>8} {ae:>8} {wdae:>8} {dae:>8}"
            );
        }
        for it in &outcome.deviations {
            let (model, place) = (it.model.name(), thousands(it.direction));
            let deviation = significant(it.deviation, 2);
            say!(
                "{model:4} direction {place}: theory and training differ by {deviation} (RMS over {} epochs)",
                thousands(usize::try_from(prediction.epochs).unwrap_or(usize::MAX))
            );
        }
        say!("\n{}", outcome.words());
    }
}
