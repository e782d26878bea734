//! `paper spectrum`

use paper::say;
use std::path::PathBuf;

use clap::Args;
use dae::data::{DataSet, SourceOptions, Spectrum};
use paper::experiments::spectra;
use paper::system::progress::Progress;

use super::values;

#[derive(Args)]
pub struct SpectrumCommand {
    /// Data sets (mnist, cifar10); both if none is named.
    datasets: Vec<DataSet>,
    /// Leading eigenvalues to print.
    #[arg(long, default_value_t = 8, allow_negative_numbers = true, value_parser = values::count)]
    top: usize,
    /// Compute from the images (fetching them if need be), compare, and write the CSV files into this folder.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

impl SpectrumCommand {
    pub fn run(self) -> anyhow::Result<bool> {
        let progress = Progress::detect();
        let wanted = if self.datasets.is_empty() {
            DataSet::ALL.to_vec()
        } else {
            self.datasets
        };
        if self.write.is_none() {
            spectra::checked(&progress)?;
        }
        for dataset in wanted {
            let committed = Spectrum::committed(dataset)?;
            say!(
                "{}: {} samples, {} eigenvalues, half trace {:.7}",
                committed.dataset,
                committed.samples,
                committed.lambda.len(),
                committed.half_trace()
            );
            say!("  images {}", committed.fingerprint);
            for (mode, lambda) in committed.lambda.iter().enumerate().take(self.top) {
                say!("  {mode:4}  {lambda}");
            }
            if let Some(folder) = &self.write {
                let options = SourceOptions::from_env()?;
                let images = spectra::images(dataset, &options, &progress)?;
                let spectrum = Spectrum::of_images(&images, committed.samples)?;
                let path = folder.join(format!("{}-{}.csv", committed.dataset, committed.samples));
                spectrum.save(&path)?;
                spectrum.agrees_with(&committed, Spectrum::TOLERANCE)?;
                say!(
                    "  written to {}, agrees with the committed one",
                    path.display()
                );
            }
        }
        Ok(true)
    }
}
