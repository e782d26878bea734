//! Networks with several layers.

use dae::Settings as _;
use dae::random::stream;
use dae::train::deep::{DeepSettings, DeepTrainer, DeepWeights};
use serde::{Deserialize, Serialize};

use super::{Job, Record, Seen, regularised};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::epochs;
use crate::runs::Slot;
use crate::system::progress::Progress;

/// Epochs between checks for a stop request.
const STRIDE: u64 = 100;

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    epoch: u64,
    weights: DeepWeights,
    record: Record,
}

impl Job {
    /// Trains the network of this run; records it at a third of the epochs and at the end.
    pub(super) fn descend_deep(
        &self,
        (layers, model): (usize, Model),
        slot: &Slot,
        progress: &Progress,
    ) -> Result<Record> {
        let (settings, depth) = (&self.settings, &self.settings.depth);
        let lambda = &self.lambda[..depth.directions.min(self.lambda.len())];
        let (s2, gamma) = regularised(settings, model);
        let checked = DeepSettings {
            layers,
            hidden: lambda.len(),
            alpha: settings.alpha,
            s2,
            gamma,
        }
        .check()?;
        let saved: Option<Checkpoint> = slot.checkpoint(progress)?;
        let Checkpoint {
            epoch,
            weights,
            mut record,
        } = match saved {
            Some(saved) => saved,
            None => Checkpoint {
                epoch: 0,
                weights: self.start_deep(layers, model, lambda.len())?,
                record: Record::default(),
            },
        };
        let mut trainer = slot.trainer(progress, |_| {
            Ok(DeepTrainer::resume(&checked, lambda, &weights, epoch)?)
        })?;
        let bar = progress.bar(&self.training.label, depth.epochs);
        let recorded = [(depth.epochs / 3).max(1), depth.epochs];
        let mut due = epochs(depth.epochs, STRIDE);
        due.extend(recorded);
        due.sort_unstable();
        due.dedup();
        for at in due.into_iter().filter(|&at| at > epoch) {
            trainer.advance(at - trainer.epoch());
            let every: Vec<usize> = (0..lambda.len()).collect();
            let observation = trainer.observe(&every)?;
            bar.set(at, &format!("loss {:.4}", observation.loss));
            if recorded.contains(&at) {
                record.seen.push(Seen {
                    epoch: at,
                    mappings: observation.mappings,
                    error: None,
                    clean: None,
                });
            }
            slot.tick(at, depth.epochs, || {
                Ok(Checkpoint {
                    epoch: at,
                    weights: trainer.weights().clone(),
                    record: record.clone(),
                })
            })?;
        }
        bar.finish();
        Ok(record)
    }

    fn start_deep(&self, layers: usize, model: Model, directions: usize) -> Result<DeepWeights> {
        let depth = layers.to_string();
        let of_layer = |layer: usize| {
            let layer = layer.to_string();
            let name = ["fig7", "depth", &depth, model.name(), &layer];
            stream(self.inputs.seed, &name)
        };
        let mut streams: Vec<_> = (1..=layers).map(of_layer).collect();
        let a0 = self.settings.depth.a0;
        Ok(DeepWeights::balanced(
            &mut streams,
            directions,
            directions,
            a0,
        )?)
    }
}
