//! Claims of Figure 7, which are ours.

use dae::data::{DataSet, Directions};
use dae::theory::filters::{floor, stopping_epoch};

use super::{claim, furthest, list, not_made};
use crate::Result;
use crate::experiments::fig7::Settings;
use crate::experiments::fig7::rows::{
    Denoising, Depth, Mask, Method, Price, Regulariser, Samples, Seeds,
};
use crate::experiments::{Figure, Model};
use crate::results::Recorded;
use crate::settings::{Difference, differences};
use crate::tables::Check;
use crate::tables::check::largest;

/// The range of noise on test images for which the price of regularisers is claimed, and the noise from which on noise
/// is all but free.
const PRICED: [f64; 2] = [0.1, 4.0];
const FREE: f64 = 0.5;

/// The settings of Figure 7, if they match the paper's in all groups that a claim needs; otherwise why they do not.
fn comparable(
    recorded: &Recorded,
    groups: &[&str],
) -> Result<std::result::Result<Settings, String>> {
    let Some(record) = recorded.records.get(&Figure::Fig7) else {
        return Ok(Err("fig7 has not been made".to_owned()));
    };
    let needed = |key: &str| {
        let group = key.split_once('.').map(|(group, _)| group);
        // More or fewer samples make no difference to any of them.
        let list = ["few.images", "few.cifar10", "few.trained"].contains(&key);
        !list && group.is_none_or(|group| groups.contains(&group))
    };
    let all = differences(&record.inputs.settings, &Figure::Fig7.paper_settings()?);
    let all = all.iter().filter(|difference| needed(&difference.key));
    let differ: Vec<String> = all.map(Difference::words).collect();
    if !differ.is_empty() {
        return Ok(Err(format!("not comparable: {}", differ.join(", "))));
    }
    let settings = recorded.settings::<Settings>(Figure::Fig7)?;
    Ok(settings.ok_or_else(|| "fig7 has not been made".to_owned()))
}

/// The measures; if they cannot be made, a single one without a number.
fn measured(
    recorded: &Recorded,
    groups: &[&str],
    quantity: &str,
    measure: impl FnOnce(&Settings) -> Result<Vec<Check>>,
) -> Result<Vec<Check>> {
    match comparable(recorded, groups)? {
        Ok(settings) => measure(&settings),
        Err(why) => {
            let check = not_made(Figure::Fig7, quantity, 0.0, 0.0);
            Ok(vec![check.not_measured(why)])
        }
    }
}

/// Prices of a regulariser on both data sets, from the given noise on.
fn prices(rows: &[Price], regulariser: Regulariser, from: f64) -> Vec<&Price> {
    let range = from..=PRICED[1];
    let own = |row: &&Price| row.regulariser == regulariser && range.contains(&row.epsilon);
    rows.iter().filter(own).collect()
}

/// Smallest and largest in words.
fn spanned(values: &[f64]) -> String {
    let [low, high] = [f64::min, f64::max].map(|of| values.iter().copied().reduce(of));
    format!(
        "{:.3} to {:.3}",
        low.unwrap_or(f64::NAN),
        high.unwrap_or(f64::NAN)
    )
}

pub(super) fn noise_is_the_right_filter(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "error with noise at its best over the least of any linear map, minus 1";
    measured(recorded, &["price"], quantity, |_| {
        let rows = recorded.tables().rows::<Price>()?;
        let mut all = Vec::new();
        for (from, tolerance) in [(PRICED[0], 0.007), (FREE, 0.001)] {
            let noise = prices(&rows, Regulariser::Noise, from);
            let over = largest(noise.iter().map(|row| row.price - 1.0));
            all.push(claim(
                format!("{quantity}, largest from epsilon {from} to {}", PRICED[1]),
                [0.0, over],
                tolerance,
                "MNIST and CIFAR-10, errors on test images; training and test images differ a little",
            ));
        }
        let decay = prices(&rows, Regulariser::Decay, PRICED[0]);
        let price: Vec<f64> = decay.iter().map(|row| row.price).collect();
        all.push(claim(
            "error with decay at its best over the least of any linear map, furthest from 1.0925, the middle of 1.085 and 1.10",
            [1.0925, furthest(&price, 1.0925)],
            0.008,
            format!(
                "8.5% to 10%, to half of the last digit: {}",
                spanned(&price)
            ),
        ));
        let gamma: Vec<f64> = decay.iter().map(|row| row.setting / row.epsilon).collect();
        all.push(claim(
            "the best decay over epsilon, furthest from 0.4",
            [0.4, furthest(&gamma, 0.4)],
            0.1,
            format!(
                "0.4 for the power law with eigenvalues i^-2; a flat minimum: {}",
                spanned(&gamma)
            ),
        ));
        let trained = prices(&rows, Regulariser::Noise, PRICED[0]);
        let trained: Vec<f64> = trained.iter().filter_map(|row| row.measured).collect();
        all.push(claim(
            "MNIST: the same of networks trained with noise, minus 1, largest",
            [0.0, largest(trained.iter().map(|price| price - 1.0))],
            0.011,
            "0.001 of theory and up to 0.01 of weak modes that are not yet learned",
        ));
        Ok(all)
    })
}

pub(super) fn stopping_is_a_step(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "error of an autoencoder stopped at its best over the least of any linear map";
    measured(recorded, &["price", "denoising"], quantity, |settings| {
        let rows = recorded.tables().rows::<Price>()?;
        let price = |regulariser| -> Vec<f64> {
            let own = prices(&rows, regulariser, PRICED[0]);
            own.iter().map(|row| row.price).collect()
        };
        let two = price(Regulariser::Stopping);
        let one = price(Regulariser::StoppingOneLayer);
        let mut all = vec![
            claim(
                format!("{quantity}, two layers, furthest from the middle of 1.20 to 1.29"),
                [1.245, furthest(&two, 1.245)],
                0.05,
                format!(
                    "20% to 29%, to half of the last digit; MNIST and CIFAR-10: {}",
                    spanned(&two)
                ),
            ),
            claim(
                "the same with one layer, furthest from the middle of 1.01 to 1.04",
                [1.025, furthest(&one, 1.025)],
                0.02,
                format!("1% to 4%, to half of the last digit: {}", spanned(&one)),
            ),
        ];
        let rows = recorded.tables().rows::<Denoising>()?;
        let ae = rows.iter().filter(|row| row.model == Model::Ae);
        let best = ae.min_by(|a, b| a.measured.total_cmp(&b.measured));
        let w0 = 0.5 * settings.hidden as f64 * settings.init_std.powi(2);
        let rule = stopping_epoch(w0, settings.alpha, settings.epsilon)?;
        all.push(claim(
            "MNIST: epoch of the least error of the trained autoencoder; expected by ln(1/w0)/(2 alpha epsilon)",
            [rule, best.map_or(f64::NAN, |row| row.epoch as f64)],
            100.0,
            "of first order in 1/ln(1/w0); recorded every 50 epochs",
        ));
        Ok(all)
    })
}

/// The checks of the record whose quantity begins with one of these texts, as measures.
fn of_record(recorded: &Recorded, beginnings: &[&str]) -> Vec<Check> {
    let record = recorded.records.get(&Figure::Fig7);
    let checks = record.into_iter().flat_map(|record| &record.checks);
    let own = checks.filter(|check| {
        beginnings
            .iter()
            .any(|words| check.quantity.starts_with(words))
    });
    own.map(|check| {
        let pair = [check.expected, check.found];
        claim(&check.quantity, pair, check.tolerance, &check.reason)
    })
    .collect()
}

pub(super) fn competition_in_closed_form(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "theory minus training, RMS over epochs, largest of all modes";
    measured(recorded, &["denoising", "width"], quantity, |settings| {
        let wide = Model::ALL.map(|model| format!("D: {model} with {} units", settings.hidden));
        let narrow = [Model::Ae, Model::Dae].map(|model| format!("D: {model}, all modes"));
        let words: Vec<&str> = wide.iter().chain(&narrow).map(String::as_str).collect();
        Ok(of_record(recorded, &words))
    })
}

pub(super) fn mode_i_has_h_minus_i_units(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "half-rise epoch minus its law";
    measured(recorded, &["seeds"], quantity, |_| {
        let rows = recorded.tables().rows::<Seeds>()?;
        let groups = [1..=7, 8..=15, 16..=31];
        let mut all = Vec::new();
        for group in groups {
            let own: Vec<&Seeds> = rows
                .iter()
                .filter(|row| group.contains(&row.mode))
                .collect();
            let mean = |of: fn(&Seeds) -> f64| {
                own.iter().map(|row| of(row)).sum::<f64>() / own.len() as f64
            };
            let away = mean(|row| (row.mean - row.law_mean) / row.law_standard_deviation);
            let paper = mean(|row| (row.mean - row.paper_mean) / row.law_standard_deviation);
            let (first, last) = (group.start(), group.end());
            all.push(claim(
                format!("MNIST DAE, modes {first} to {last}: half-rise epoch minus its law, in standard deviations, mean"),
                [0.0, away],
                0.3,
                format!("over seeds; with H degrees of freedom for every mode: {paper:.2}"),
            ));
        }
        let variance = |row: &Seeds| (row.standard_deviation / row.law_standard_deviation).powi(2);
        let own: Vec<f64> = rows
            .iter()
            .filter(|row| row.mode > 0)
            .map(variance)
            .collect();
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        all.push(claim(
            "the variance over that of the law, mean over the modes",
            [1.0, mean],
            0.3,
            "24 seeds",
        ));
        Ok(all)
    })
}

pub(super) fn one_unit_one_mode(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "sum of mapping over fixed point at the end";
    measured(recorded, &["width"], quantity, |_| {
        Ok(of_record(recorded, &["D: DAE, sum of mapping"]))
    })
}

pub(super) fn images_needed(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "measured error with redrawn noise over theory from the spectrum alone, minus 1";
    measured(recorded, &["few"], quantity, |settings| {
        let rows = recorded.tables().rows::<Samples>()?;
        let own = |row: &&Samples| row.method == Method::Redrawn && row.dataset == DataSet::Mnist;
        let rows: Vec<&Samples> = rows.iter().filter(own).collect();
        let ratio = |row: &&Samples| Some((row.samples, row.measured? / row.theory - 1.0));
        let ratios: Vec<_> = rows.iter().filter_map(ratio).collect();
        let words = ratios.iter().map(|(n, ratio)| format!("{n}: {ratio:+.4}"));
        let mut all = vec![claim(
            format!("MNIST: {quantity}, furthest from 0 over the numbers of images"),
            [0.0, largest(ratios.iter().map(|(_, ratio)| *ratio))],
            0.035,
            format!("3%, to half of the last digit; {}", list(words)),
        )];
        let floor = floor(
            &Directions::committed(DataSet::Mnist)?.test_moment,
            settings.epsilon,
        )?;
        for (images, share) in [(300, 0.11), (3000, 0.015)] {
            let found = rows.iter().find(|row| row.samples == images);
            let found = found.and_then(|row| row.measured);
            all.push(claim(
                format!("MNIST, {images} images: measured error over the least of any linear map, minus 1"),
                [share / 2.0, found.map_or(f64::NAN, |error| error / floor - 1.0)],
                share / 2.0,
                format!("at most {share}"),
            ));
        }
        Ok(all)
    })
}

pub(super) fn noise_drawn_once(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "the best noise in training over that of the test, noise drawn once";
    measured(recorded, &["few"], quantity, |settings| {
        let rows = recorded.tables().rows::<Samples>()?;
        let mnist = |method, samples: usize| {
            let mut own = rows.iter().filter(move |row| row.dataset == DataSet::Mnist);
            own.find(move |row| (row.method, row.samples) == (method, samples))
        };
        let share = |row: &Samples| row.epsilon_train / settings.epsilon;
        let best = |samples| mnist(Method::OnceBest, samples).map_or(f64::NAN, share);
        let measured = |samples| {
            mnist(Method::Once, samples)
                .and_then(|row| row.measured)
                .unwrap_or(f64::NAN)
        };
        let mut all = vec![
            claim(
                format!("MNIST, 1,000 images: {quantity}"),
                [15.0, best(1000)],
                0.5,
                "15 times, to half of the last digit; the nearer to as many images as pixels, the more",
            ),
            claim(
                format!("MNIST, 100 images: {quantity}"),
                [0.29, best(100)],
                0.005,
                "0.29 times, to half of the last digit",
            ),
            claim(
                "MNIST: measured error with 1,000 images over that with 300, noise drawn once",
                [2.4, measured(1000) / measured(300)],
                0.3,
                "more images are worse: 784 of them are as many as pixels, where the error has a pole",
            ),
        ];
        all.extend(of_record(
            recorded,
            &[
                "C: once",
                "C: mnist, noise redrawn",
                "C: cifar10, noise redrawn",
            ],
        ));
        Ok(all)
    })
}

pub(super) fn depth_parts_noise_and_decay(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "mapping minus fixed point under noise";
    measured(recorded, &["depth"], quantity, |_| {
        let rows = recorded.tables().rows::<Depth>()?;
        let own = |model| rows.iter().filter(move |row: &&Depth| row.model == model);
        let strong = own(Model::Dae).filter(|row| row.lambda > 0.3);
        let mut all = vec![claim(
            "DAE of 2, 3 and 4 layers: mapping minus lambda/(lambda + epsilon), largest above eigenvalue 0.3",
            [
                0.0,
                largest(strong.map(|row| row.mapping - row.fixed_point)),
            ],
            1e-4,
            "the same fixed points at any depth",
        )];
        for layers in [3, 4] {
            let of = || own(Model::Wdae).filter(|row| row.layers == layers);
            let above = of().filter(|row| row.lambda > row.critical_lambda).count();
            let kept = of().filter(|row| row.mapping > 0.3).count();
            let below = own(Model::Wdae).filter(|row| row.layers == 2 && row.mapping > 0.01);
            let critical = of().next().map_or(f64::NAN, |row| row.critical_lambda);
            all.push(claim(
                format!("WDAE of {layers} layers: modes that are learned; expected: those above the critical eigenvalue"),
                [above as f64, kept as f64],
                1.0,
                format!(
                    "{critical:.4}, for the mean start; two layers learn {} modes",
                    below.count()
                ),
            ));
        }
        Ok(all)
    })
}

pub(super) fn masking_is_shaped_noise(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "noise of the mask's shape minus training";
    measured(recorded, &["mask"], quantity, |_| {
        let rows = recorded.tables().rows::<Mask>()?;
        let mut each = Vec::new();
        for own in rows.chunk_by(|a, b| a.mode == b.mode) {
            let rms = |of: fn(&Mask) -> f64| {
                let squares = own.iter().map(|row| (of(row) - row.mapping).powi(2));
                (squares.sum::<f64>() / own.len() as f64).sqrt()
            };
            each.push([
                rms(|row| row.theory_shaped),
                rms(|row| row.theory_isotropic),
            ]);
        }
        let words = each
            .iter()
            .map(|[shaped, isotropic]| format!("{shaped:.4} ({isotropic:.4})"));
        let mut all = vec![claim(
            format!("MNIST: {quantity}, RMS over epochs, largest of the drawn modes"),
            [0.0, largest(each.iter().map(|[shaped, _]| *shaped))],
            0.025,
            format!(
                "by mode, in brackets with isotropic noise of the same variance: {}",
                list(words)
            ),
        )];
        all.extend(of_record(recorded, &["F: CIFAR-10, error with"]));
        for (dataset, expected) in [(DataSet::Mnist, 0.113), (DataSet::Cifar10, 0.016)] {
            let k = Directions::committed(dataset)?.pixel_moment;
            let leading: Vec<f64> = k.into_iter().take(64).collect();
            let count = leading.len() as f64;
            let mean = leading.iter().sum::<f64>() / count;
            let variance = leading.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / count;
            all.push(claim(
                format!(
                    "{dataset}: spread of the mask's noise over the 64 leading directions, relative"
                ),
                [expected, variance.sqrt() / mean],
                0.001,
                "small where pixels are alike",
            ));
        }
        Ok(all)
    })
}
