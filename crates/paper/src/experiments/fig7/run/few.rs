//! How many images?

use super::Done;
use crate::Result;
use crate::experiments::fig7::committed::{Committed, committed};
use crate::experiments::fig7::rows::{Method, Samples};
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::{Data, counts, few};
use crate::experiments::fig7::train::{Measured, Task};

/// Every training method on every number of images, with measurements.
pub(super) fn samples(settings: &Settings, data: &Data, done: &Done) -> Result<Vec<Samples>> {
    let committed = committed()?;
    let mut rows = Vec::new();
    for method in Method::ALL {
        for count in counts(settings, data.dataset) {
            let [epsilon_train, theory] = few(settings, data, method, count)?;
            let row = Samples {
                dataset: data.dataset,
                method,
                samples: count,
                epsilon_train,
                theory,
                measured: None,
                spread: None,
                trained: None,
            };
            rows.push(match done.measured(data.dataset) {
                Some(all) => measured(row, all, done),
                None => known(row, settings, &committed),
            });
        }
    }
    Ok(rows)
}

/// A row with the measurements on the images.
fn measured(row: Samples, all: &[Measured], done: &Done) -> Samples {
    let own = |m: &&Measured| (m.method, m.samples) == (row.method, row.samples);
    let Some(found) = all.iter().find(own) else {
        return row;
    };
    let (mean, spread) = mean_and_deviation(&found.errors);
    let network = (row.method == Method::Redrawn).then_some(Task::Sample(row.samples));
    let mnist = row.dataset == dae::data::DataSet::Mnist;
    Samples {
        measured: Some(mean),
        spread: (found.errors.len() > 1).then_some(spread),
        trained: network
            .filter(|_| mnist)
            .and_then(|network| done.error(network)),
        ..row
    }
}

/// A row with the committed measurements, if they have the same settings.
fn known(row: Samples, settings: &Settings, committed: &Committed) -> Samples {
    let key = (row.dataset, row.method, row.samples);
    let found = committed.find(key, [row.epsilon_train, settings.epsilon]);
    // Of the linear-algebra results, only the autoencoder's depends on the width.
    let same = committed.hidden_of(row.dataset) == settings.hidden_of(row.dataset);
    match found.filter(|_| same || row.method != Method::Ae) {
        Some(entry) => Samples {
            measured: Some(entry.measured),
            spread: entry.spread,
            trained: entry.trained.filter(|_| same),
            ..row
        },
        None => row,
    }
}

/// Mean and standard deviation over draws.
pub(super) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
