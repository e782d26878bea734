//! Plausible data for every figure, from the formulas of the paper: for drawing without running an experiment.

use paper::experiments::{Model, fig1, fig2, fig3, fig4, fig5};

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

/// The ten published starts and an eleventh.
const STARTS: [[f64; 2]; 11] = [
    [0.195254015709299, 0.8607574654896779],
    [-0.25602039143198496, -1.8962950726884347],
    [1.8681193560547067, 0.18892899670288932],
    [1.5714406057440065, -0.6720807787952912],
    [1.493717611167265, 1.874162651283728],
    [1.085282573066984, -1.916992202562394],
    [-1.3833486304813105, 0.960198786061619],
    [0.05577337509076097, 1.092660208317187],
    [-1.1068356833858446, 0.09265336560270443],
    [0.6014969669583667, 0.02181349493937157],
    [0.3525232043090969, 1.5908549116376718],
];

/// Loss of the scalar network.
pub fn loss(lambda: f64, epsilon: f64, gamma: f64, w1: f64, w2: f64) -> f64 {
    let w = w1 * w2;
    0.5 * (lambda * (1.0 - w).powi(2) + epsilon * w * w + gamma * (w1 * w1 + w2 * w2))
}

/// Gradient descent on it with learning rate 0.01.
fn descend(lambda: f64, epsilon: f64, gamma: f64, start: [f64; 2], epochs: u64) -> Vec<[f64; 2]> {
    let mut at = start;
    let mut path = vec![at];
    for _ in 0..epochs {
        let [w1, w2] = at;
        let pull = lambda - w1 * w2 * (lambda + epsilon);
        at = [
            w1 + 0.01 * (w2 * pull - gamma * w1),
            w2 + 0.01 * (w1 * pull - gamma * w2),
        ];
        path.push(at);
    }
    path
}

pub fn fig1() -> fig1::run::Run {
    let lambda = 1.0;
    let trial = |epsilon: f64, trial: usize| {
        let path = descend(lambda, epsilon, 0.0, STARTS[trial], 200);
        let w: Vec<f64> = path.iter().map(|p| p[0] * p[1]).collect();
        fig1::run::Trial {
            trial,
            epochs: (0..=200).collect(),
            theory: w.clone(),
            simulation: w,
            loss: path
                .iter()
                .map(|p| loss(lambda, epsilon, 0.0, p[0], p[1]))
                .collect(),
            path,
        }
    };
    let panels = [0.0, 1.0, 5.0]
        .map(|epsilon| fig1::run::Panel {
            epsilon,
            fixed_point: lambda / (lambda + epsilon),
            trials: (0..10).map(|k| trial(epsilon, k)).collect(),
        })
        .to_vec();
    fig1::run::Run { lambda, panels }
}

fn fig3_curve(variant: fig3::run::Variant, model: Model, epsilon: f64) -> fig3::run::Curve {
    let gamma = matched(1.0, epsilon);
    let (e, g) = noise_or_decay(model, epsilon, gamma);
    let rate = match (model, variant) {
        (Model::Dae, _) => 1.0 / (2.0 + 3.0 * epsilon),
        (_, fig3::run::Variant::Published) => 1.0 / (2.0 + 2.0 * gamma),
        (_, fig3::run::Variant::Consistent) => 1.0 / (2.0 + gamma),
    };
    let alpha = 0.005 * rate;
    let epochs: Vec<u64> = (0..=1000).map(|k| 20 * k).collect();
    let w = epochs
        .iter()
        .map(|&t| balanced(1.0, e, g, 1e-6, alpha * t as f64));
    fig3::run::Curve {
        variant,
        model,
        epsilon,
        gamma,
        alpha,
        w: w.collect(),
        epochs,
    }
}

fn spectrum(
    dataset: &'static str,
    largest: f64,
    modes: usize,
) -> impl Iterator<Item = fig3::run::SpectrumRow> {
    (0..modes).map(move |mode| {
        let lambda = largest * (1.0 + mode as f64).powf(-1.4) * (-(mode as f64) / 160.0).exp();
        let epsilon = 0.5;
        let gamma = matched(lambda, epsilon);
        let rate = 1.0 / (2.0 * largest + 3.0 * epsilon);
        let time = |xi: f64| 17.0 / (2.0 * xi * rate);
        fig3::run::SpectrumRow {
            dataset,
            mode,
            lambda,
            epsilon,
            gamma,
            dae_epochs: time(lambda),
            wdae_epochs: time(lambda - gamma),
        }
    })
}

pub fn fig3() -> fig3::run::Run {
    let mut curves = Vec::new();
    for variant in [
        fig3::run::Variant::Published,
        fig3::run::Variant::Consistent,
    ] {
        for model in [Model::Dae, Model::Wdae] {
            curves.extend(epsilons().map(|e| fig3_curve(variant, model, e)));
        }
    }
    let rates = (0..1000).map(|k| 0.01 * f64::from(k)).map(|epsilon| {
        let gamma = matched(1.0, epsilon);
        let (dae, wdae) = (1.0 / (2.0 + 3.0 * epsilon), 1.0 / (2.0 + gamma));
        fig3::run::Rates {
            epsilon,
            gamma,
            dae,
            wdae,
            ratio: dae / wdae,
        }
    });
    fig3::run::Run {
        curves,
        rates: rates.collect(),
        spectrum: spectrum("mnist", 38.3, 784)
            .chain(spectrum("cifar10", 750.0, 3072))
            .collect(),
    }
}

pub fn fig4() -> fig4::run::Run {
    let row = |model: Model, epsilon: f64, gamma: f64| {
        let trial = |trial: usize| {
            let start = if trial == 0 {
                [0.01, 0.01]
            } else {
                STARTS[trial]
            };
            let path = descend(1.0, epsilon, gamma, start, 1000);
            fig4::run::Trial {
                trial,
                epochs: (0..=1000).collect(),
                w: path.iter().map(|p| p[0] * p[1]).collect(),
                norm: path.iter().map(|p| p[0].hypot(p[1])).collect(),
                path,
            }
        };
        fig4::run::Row {
            model,
            lambda: 1.0,
            epsilon,
            gamma,
            fixed_point: 1.0 / 1.1,
            trials: (0..11).map(trial).collect(),
        }
    };
    fig4::run::Run {
        rows: vec![row(Model::Dae, 0.1, 0.0), row(Model::Wdae, 0.0, 0.1 / 1.1)],
    }
}

fn training(dataset: &'static str, model: Model) -> fig5::run::Training {
    let (pixels, directions, alpha) = match dataset {
        "mnist" => (784, 784, 0.01),
        _ => (3072, 768, 0.001),
    };
    let lambdas = match dataset {
        "mnist" => [38.2888, 3.2340, 1.5385, 0.7909, 0.3402],
        _ => [722.11, 22.43, 10.2, 3.9, 1.8],
    };
    let (s2, gamma) = match model {
        Model::Ae => (0.0, 0.0),
        Model::Wdae => (0.0, 0.5),
        Model::Dae => (0.5, 0.0),
    };
    let epochs: Vec<u64> = (0..=500).map(|k| 10 * k).collect();
    let modes = [0, 3, 7, 15, 31]
        .into_iter()
        .zip(lambdas)
        .map(|(mode, lambda)| {
            let curve = |late: f64| -> Vec<f64> {
                let s = |t: u64| alpha * (t as f64 - late).max(0.0);
                epochs
                    .iter()
                    .map(|&t| balanced(lambda, s2, gamma, 6e-6, s(t)))
                    .collect()
            };
            fig5::run::ModeSeries {
                mode,
                lambda,
                mapping: curve(12.0),
                singular_value: curve(5.0),
                theory: curve(0.0),
                theory_published_start: curve(0.0),
            }
        });
    fig5::run::Training {
        dataset,
        model,
        s2,
        gamma,
        pixels,
        directions,
        loss: vec![1.0; epochs.len()],
        modes: modes.collect(),
        epochs,
    }
}

pub fn fig5() -> fig5::run::Run {
    let all = |dataset| Model::ALL.map(|model| training(dataset, model));
    fig5::run::Run {
        trainings: [all("mnist"), all("cifar10")].concat(),
    }
}
