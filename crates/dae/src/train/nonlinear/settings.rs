//! What a nonlinear autoencoder is trained with.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use crate::error::{Error, non_negative, positive};
use crate::{Result, Settings, named};

named! {
    /// How the input noise is drawn; the law of training is the same.
    pub enum Sampler as "sampler" {
        /// Whichever is cheaper for the sizes at hand.
        Auto = "auto",
        /// All N x D numbers.
        Direct = "direct",
        /// N x min(D, H) + D x H numbers with the same joint law of everything that training sees.
        LawEqual = "law_equal",
    }
}

/// Settings of a nonlinear autoencoder.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `hidden` | none | hidden units H | 1 or more |
/// | `activation` | none | | `relu` or `tanh` |
/// | `alpha` | none | learning rate | above 0 |
/// | `weight_decay` | none | added to the gradient, per unit of weight | 0 or more |
/// | `sigma` | none | standard deviation of the input noise | 0 or more |
/// | `sampler` | none | | `auto`, `direct` or `law_equal` |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonlinearSettings {
    /// Hidden units.
    pub hidden: usize,
    /// Nonlinearity of the hidden units.
    pub activation: Activation,
    /// Learning rate.
    pub alpha: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// How the noise is drawn.
    pub sampler: Sampler,
}

impl Settings for NonlinearSettings {
    fn validate(&self) -> Result<()> {
        if self.hidden == 0 {
            return Err(Error::out_of_range("hidden", 0, "1 or more"));
        }
        positive("alpha", self.alpha)?;
        non_negative("weight_decay", self.weight_decay)?;
        non_negative("sigma", self.sigma)?;
        Ok(())
    }
}

/// The sampler that a run uses, if any.
pub(crate) fn choose(settings: &NonlinearSettings, data: (usize, usize)) -> Option<Sampler> {
    match settings.sampler {
        _ if settings.sigma == 0.0 => None,
        Sampler::Auto => Some(cheaper(data, settings.hidden)),
        chosen => Some(chosen),
    }
}

/// The sampler that adds less to an epoch, from nanoseconds of one core measured at sizes from 2,000 x 784 x 32 to
/// 20,000 x 3,072 x 512 (N x D x H): 1.8 for a random number; a little more for a directly drawn one, whose wide
/// products split into narrow ones; the rest for the law-equal sampler's products and factorisations.
///
/// At the paper's sizes the direct sampler adds less than half of what the law-equal one does. The law-equal one is
/// several times cheaper where D is many times H, and several times dearer where N is not many times H.
#[allow(non_snake_case)]
fn cheaper((samples, pixels): (usize, usize), hidden: usize) -> Sampler {
    let [N, D, H] = [samples, pixels, hidden].map(|size| size as f64);
    let rank = D.min(H);
    let direct = (2.0 + 0.003 * H) * N * D;
    let law_equal = 1.8 * (N * rank + D * H) + 0.05 * N * rank * H + 0.5 * D * H * H;
    if law_equal < direct {
        Sampler::LawEqual
    } else {
        Sampler::Direct
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheaper_sampler_is_the_one_that_was_measured_to_be() {
        for (data, hidden, expected) in [
            ((50_000, 784), 256, Sampler::Direct),
            ((20_000, 3_072), 512, Sampler::Direct),
            ((2_000, 784), 32, Sampler::LawEqual),
            ((2_000, 784), 256, Sampler::Direct),
            ((5_000, 3_072), 512, Sampler::Direct),
            ((50_000, 784), 64, Sampler::LawEqual),
            ((10_000, 3_072), 128, Sampler::LawEqual),
            ((1_000, 4), 40, Sampler::Direct),
        ] {
            assert_eq!(cheaper(data, hidden), expected, "{data:?}, {hidden}");
        }
    }
}
