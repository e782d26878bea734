//! Plausible data for every figure, from the formulas of the paper: for drawing without running an experiment.

use paper::experiments::{Model, fig2};

/// Balanced closed form.
pub fn balanced(lambda: f64, epsilon: f64, gamma: f64, w0: f64, s: f64) -> f64 {
    let xi = lambda - gamma;
    let decayed = (-2.0 * xi * s).exp();
    xi / ((lambda + epsilon) * -(-2.0 * xi * s).exp_m1() + xi / w0 * decayed)
}

/// The decay with the same fixed point as the noise.
pub fn matched(lambda: f64, epsilon: f64) -> f64 {
    lambda * epsilon / (lambda + epsilon)
}

fn epsilons() -> impl Iterator<Item = f64> {
    (0..10).map(|k| 0.2 * f64::from(k))
}

fn noise_or_decay(model: Model, epsilon: f64, gamma: f64) -> (f64, f64) {
    match model {
        Model::Dae => (epsilon, 0.0),
        _ => (0.0, gamma),
    }
}

pub fn fig2() -> fig2::run::Run {
    let mut curves = Vec::new();
    for model in [Model::Dae, Model::Wdae] {
        for lambda in [2.5, 1.0, 0.5] {
            for epsilon in epsilons() {
                let gamma = matched(lambda, epsilon);
                let (e, g) = noise_or_decay(model, epsilon, gamma);
                let epochs: Vec<u64> = (0..=1000).map(|k| 20 * k).collect();
                let w = epochs
                    .iter()
                    .map(|&t| balanced(lambda, e, g, 1e-6, 0.001 * t as f64))
                    .collect();
                curves.push(fig2::run::Curve {
                    model,
                    lambda,
                    epsilon,
                    gamma,
                    epochs,
                    w,
                });
            }
        }
    }
    fig2::run::Run { curves }
}
