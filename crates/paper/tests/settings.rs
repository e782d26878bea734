//! Every setting, by every way in which it can be given, refuses what it should and says what is allowed.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::process::Command;

use paper::experiments::{AllSettings, load, load_with};
use paper::results::Job;
use paper::settings::{Difference, Profile, load_layers};
use serde_json::Value;

const PAPER: &str = include_str!("../settings/paper.toml");

/// A setting, what is documented as its range, values at the edges of the range, and further bad ones beside those of
/// its kind; values as in a settings file.
struct Row(
    &'static str,
    &'static str,
    Kind,
    &'static [&'static str],
    &'static [&'static str],
);

#[derive(Clone, Copy)]
enum Kind {
    /// A number.
    Real,
    /// A number with a largest value.
    Bounded,
    /// A list of numbers with a largest value.
    Reals,
    /// A whole number above zero.
    Count,
    /// A list of whole numbers.
    Counts,
    /// A word.
    Word,
}

use Kind::{Bounded, Count, Counts, Real, Reals, Word};

const TABLE: &[Row] = &[
    Row(
        "seed",
        "a whole number from 0 to 9223372036854775807",
        Word,
        &["0", "9223372036854775807"],
        &["-1", "1.5", "nan"],
    ),
    Row(
        "fig1.lambda",
        "above 0",
        Real,
        &["1e-300", "1e300", "1"],
        &["0.0"],
    ),
    Row(
        "fig1.epsilon",
        "0 to 1e6 each",
        Reals,
        &["[0.0, 1e6]"],
        &["[]"],
    ),
    Row("fig1.alpha", "above 0", Real, &["1e-300"], &["0.0"]),
    Row(
        "fig1.epochs",
        "1 to 1e7",
        Count,
        &["1", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig1.trials",
        "those of data/figure1_starts.csv",
        Counts,
        &["[0]", "[0, 10]"],
        &["[]", "[11]"],
    ),
    Row(
        "fig2.lambda",
        "1e-6 to 1e6 each",
        Reals,
        &["[1e-6, 1e6]"],
        &["[]", "[0.0]"],
    ),
    Row(
        "fig2.epsilon",
        "0 to 1e6 each",
        Reals,
        &["[0.0, 1e6]"],
        &["[]"],
    ),
    Row(
        "fig2.w0",
        "0 to 1, not 0",
        Bounded,
        &["1e-300", "1.0"],
        &["0.0", "1.1"],
    ),
    Row("fig2.alpha", "above 0", Real, &["1e-300"], &["0.0"]),
    Row(
        "fig2.epochs",
        "1 to 1e7",
        Count,
        &["20", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig2.record_every",
        "1 to epochs",
        Count,
        &["1", "20", "50"],
        &["20001"],
    ),
    Row(
        "fig2.table_every",
        "a multiple of record_every",
        Count,
        &["20", "100"],
        &["30"],
    ),
    Row(
        "fig3.lambda",
        "1e-6 to 1e6",
        Bounded,
        &["1e-6", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig3.epsilon",
        "0 to 1e6 each",
        Reals,
        &["[0.0, 1e6]"],
        &["[]"],
    ),
    Row(
        "fig3.w0",
        "1e-300 to 1",
        Bounded,
        &["1e-300", "1.0"],
        &["0.0", "1.1"],
    ),
    Row(
        "fig3.epochs",
        "1 to 1e7",
        Count,
        &["20", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig3.rate_fraction",
        "1e-6 to 1",
        Bounded,
        &["1e-6", "1.0"],
        &["0.0", "1.1"],
    ),
    Row(
        "fig3.rates_epsilon_end",
        "0.01 to 1e6",
        Bounded,
        &["0.06", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig3.rates_epsilon_step",
        "0.001 to rates_epsilon_end",
        Bounded,
        &["0.001", "10.0"],
        &["0.0", "11.0"],
    ),
    Row(
        "fig3.spectrum_epsilon",
        "0 to 1e6",
        Bounded,
        &["0.0", "1e6"],
        &[],
    ),
    Row(
        "fig3.spectrum_fraction",
        "0.01 to 0.99",
        Bounded,
        &["0.01", "0.99"],
        &["0.0", "1.0"],
    ),
    Row(
        "fig3.record_every",
        "1 to epochs",
        Count,
        &["1", "20", "50"],
        &["20001"],
    ),
    Row(
        "fig3.table_every",
        "a multiple of record_every",
        Count,
        &["20", "100"],
        &["30"],
    ),
    Row("fig4.lambda", "above 0", Real, &["1e-300"], &["0.0"]),
    Row("fig4.epsilon", "0 to 1e6", Bounded, &["0.0", "1e6"], &[]),
    Row("fig4.gamma", "0 to 1e6", Bounded, &["0.0", "1e6"], &[]),
    Row("fig4.alpha", "above 0", Real, &["1e-300"], &["0.0"]),
    Row(
        "fig4.epochs",
        "1 to 1e7",
        Count,
        &["5", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig4.small_start",
        "-10 to 10 each",
        Word,
        &["[-10.0, 10.0]"],
        &[
            "[0.0]",
            "[0.0, 0.0, 0.0]",
            "[11.0, 0.0]",
            "[0.0, nan]",
            "[0.0, \"x\"]",
        ],
    ),
    Row(
        "fig4.trials",
        "those of data/figure1_starts.csv",
        Counts,
        &["[0]", "[0, 10]"],
        &["[]", "[11]"],
    ),
    Row(
        "fig4.table_every",
        "1 to epochs",
        Count,
        &["1", "1000"],
        &["1001"],
    ),
    Row(
        "fig5.modes",
        "below directions of both data sets",
        Counts,
        &["[0]", "[783]"],
        &["[]", "[784]"],
    ),
    Row(
        "fig5.epochs",
        "1 to 1e7",
        Count,
        &["50", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig5.record_every",
        "1 to epochs",
        Count,
        &["1", "5000"],
        &["5001"],
    ),
    Row(
        "fig5.init_std",
        "1e-12 to 1",
        Bounded,
        &["1e-12", "1.0"],
        &["0.0"],
    ),
    Row("fig5.s2", "0 to 1e6", Bounded, &["0.0", "1e6"], &[]),
    Row("fig5.gamma", "0 to 1e6", Bounded, &["0.0", "1e6"], &[]),
    Row(
        "fig5.published_start_rank",
        "1 or more",
        Word,
        &["1", "9223372036854775807"],
        &["0", "-1", "1.5", "nan"],
    ),
    Row(
        "fig5.precision",
        "f32, f64",
        Word,
        &["\"f32\"", "\"f64\""],
        &["\"f16\"", "\"\""],
    ),
    Row(
        "fig5.mnist.samples",
        "those of the committed spectrum",
        Count,
        &["50000"],
        &["49999"],
    ),
    Row(
        "fig5.mnist.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig5.mnist.alpha",
        "1e-9 to 1e3",
        Bounded,
        &["1e-9", "1e3"],
        &["0.0"],
    ),
    Row(
        "fig5.mnist.directions",
        "1 to the number of pixels",
        Count,
        &["32", "784"],
        &["785"],
    ),
    Row(
        "fig5.cifar10.samples",
        "those of the committed spectrum",
        Count,
        &["30000"],
        &["50000"],
    ),
    Row(
        "fig5.cifar10.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig5.cifar10.alpha",
        "1e-9 to 1e3",
        Bounded,
        &["1e-9", "1e3"],
        &["0.0"],
    ),
    Row(
        "fig5.cifar10.directions",
        "1 to the number of pixels",
        Count,
        &["32", "3072"],
        &["3073"],
    ),
    Row(
        "fig6.modes",
        "below directions of both data sets",
        Counts,
        &["[0]", "[783]"],
        &["[]", "[784]"],
    ),
    Row(
        "fig6.epochs",
        "1 to 1e7",
        Count,
        &["50", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig6.record_every",
        "1 to epochs",
        Count,
        &["1", "2000"],
        &["2001"],
    ),
    Row(
        "fig6.init_std",
        "1e-12 to 1",
        Bounded,
        &["1e-12", "1.0"],
        &["0.0"],
    ),
    Row(
        "fig6.alpha",
        "1e-9 to 1e3",
        Bounded,
        &["1e-9", "1e3"],
        &["0.0"],
    ),
    Row(
        "fig6.weight_decay",
        "0 to 1e3",
        Bounded,
        &["0.0", "1e3"],
        &[],
    ),
    Row(
        "fig6.activation",
        "relu, tanh",
        Word,
        &["\"relu\"", "\"tanh\""],
        &["\"sigmoid\"", "\"\""],
    ),
    Row(
        "fig6.sampler",
        "auto, direct, law_equal",
        Word,
        &["\"auto\"", "\"direct\"", "\"law_equal\""],
        &["\"other\"", "\"\""],
    ),
    Row(
        "fig6.projection_epochs",
        "1 to epochs",
        Count,
        &["1", "2000"],
        &["2001"],
    ),
    Row(
        "fig6.mnist.samples",
        "1 to those there are",
        Count,
        &["1", "60000"],
        &["60001"],
    ),
    Row(
        "fig6.mnist.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig6.mnist.sigma",
        "0 to 1e3",
        Bounded,
        &["0.0", "1e3"],
        &[],
    ),
    Row(
        "fig6.mnist.other_sigmas",
        "0 to 1e3 each",
        Reals,
        &["[]", "[0.0, 1e3]"],
        &[],
    ),
    Row(
        "fig6.mnist.directions",
        "1 to the number of pixels",
        Count,
        &["4", "784"],
        &["785"],
    ),
    Row(
        "fig6.cifar10.samples",
        "1 to those there are",
        Count,
        &["1", "50000"],
        &["50001"],
    ),
    Row(
        "fig6.cifar10.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig6.cifar10.sigma",
        "0 to 1e3",
        Bounded,
        &["0.0", "1e3"],
        &[],
    ),
    Row(
        "fig6.cifar10.other_sigmas",
        "0 to 1e3 each",
        Reals,
        &["[]", "[0.0, 1e3]"],
        &[],
    ),
    Row(
        "fig6.cifar10.directions",
        "1 to the number of pixels",
        Count,
        &["4", "3072"],
        &["3073"],
    ),
    Row(
        "fig7.samples",
        "those of the committed spectrum",
        Count,
        &["50000"],
        &["49999", "60000"],
    ),
    Row(
        "fig7.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig7.hidden_cifar10",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig7.directions",
        "1 to the number of pixels",
        Count,
        &["32", "784"],
        &["785"],
    ),
    Row(
        "fig7.init_std",
        "1e-12 to 1",
        Bounded,
        &["1e-12", "1.0"],
        &["0.0"],
    ),
    Row(
        "fig7.alpha",
        "1e-9 to 1e3",
        Bounded,
        &["1e-9", "1e3"],
        &["0.0"],
    ),
    Row(
        "fig7.s2",
        "1e-6 to 1e6",
        Bounded,
        &["1e-6", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig7.gamma",
        "1e-6 to 1e6",
        Bounded,
        &["1e-6", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig7.epsilon",
        "1e-6 to 1e6",
        Bounded,
        &["1e-6", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig7.precision",
        "f32, f64",
        Word,
        &["\"f32\"", "\"f64\""],
        &["\"f16\"", "\"\""],
    ),
    Row(
        "fig7.denoising.epochs",
        "1 to 1e7",
        Count,
        &["50", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.denoising.record_every",
        "1 to epochs",
        Count,
        &["1", "5000"],
        &["5001"],
    ),
    Row(
        "fig7.price.epsilon_start",
        "1e-6 to epsilon_end",
        Bounded,
        &["1e-6", "6.0"],
        &["0.0", "6.1"],
    ),
    Row(
        "fig7.price.epsilon_end",
        "1e-6 to 1e6",
        Bounded,
        &["0.03", "1e6"],
        &["0.0"],
    ),
    Row(
        "fig7.price.points",
        "2 to 1000",
        Count,
        &["2", "1000"],
        &["1", "1001"],
    ),
    Row(
        "fig7.price.stopped",
        "1e-6 to 1e6 each",
        Reals,
        &["[1e-6, 1e6]"],
        &["[]", "[0.0]"],
    ),
    Row(
        "fig7.price.trained_s2",
        "1e-6 to 1e6 each",
        Reals,
        &["[1e-6, 1e6]"],
        &["[]", "[0.5, 0.5]"],
    ),
    Row(
        "fig7.price.trained_gamma",
        "1e-6 to 1e6 each",
        Reals,
        &["[1e-6, 1e6]"],
        &["[]", "[0.5]", "[0.5, 0.5]"],
    ),
    Row(
        "fig7.price.trained_epochs",
        "1 to 1e7 each",
        Counts,
        &["[1, 10000000]"],
        &["[]", "[1]", "[0, 1]", "[1, 10000001]"],
    ),
    Row(
        "fig7.price.init_std",
        "1e-12 to 1",
        Bounded,
        &["1e-12", "1.0"],
        &["0.0"],
    ),
    Row(
        "fig7.few.images",
        "10 to those there are, not within 4 of the number of pixels",
        Counts,
        &[
            "[100, 1000, 10000]",
            "[10, 100, 779, 789, 1000, 10000, 60000]",
        ],
        &["[]", "[9]", "[780]", "[788]", "[60001]", "[100, 100]"],
    ),
    Row(
        "fig7.few.cifar10",
        "10 to those there are, not within 4 of the number of pixels; may be empty",
        Counts,
        &["[]", "[10, 3067, 3077, 50000]"],
        &["[9]", "[3072]", "[50001]", "[100, 100]"],
    ),
    Row(
        "fig7.few.draws",
        "1 to 1000",
        Count,
        &["1", "1000"],
        &["1001"],
    ),
    Row(
        "fig7.few.drawn_up_to",
        "1 to 60000",
        Count,
        &["1", "60000"],
        &["60001"],
    ),
    Row(
        "fig7.few.trained",
        "some of images; may be empty",
        Counts,
        &["[]", "[30, 50000]"],
        &["[31]", "[100, 100]"],
    ),
    Row(
        "fig7.few.epochs",
        "1 to 1e7",
        Count,
        &["1", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.few.init_std",
        "1e-12 to 1",
        Bounded,
        &["1e-12", "1.0"],
        &["0.0"],
    ),
    Row(
        "fig7.width.hidden",
        "1 to 1e4",
        Count,
        &["1", "10000"],
        &["10001"],
    ),
    Row(
        "fig7.width.directions",
        "1 to the number of pixels",
        Count,
        &["32", "784"],
        &["785"],
    ),
    Row(
        "fig7.width.modes",
        "below directions",
        Counts,
        &["[0]", "[199]"],
        &["[]", "[200]", "[7, 7]"],
    ),
    Row(
        "fig7.width.epochs",
        "1 to 1e7",
        Count,
        &["50", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.width.record_every",
        "1 to epochs",
        Count,
        &["1", "4000"],
        &["4001"],
    ),
    Row(
        "fig7.seeds.seeds",
        "2 to 1000",
        Count,
        &["2", "1000"],
        &["1", "1001"],
    ),
    Row(
        "fig7.seeds.hidden",
        "1 to 1e4",
        Count,
        &["32", "10000"],
        &["10001"],
    ),
    Row(
        "fig7.seeds.directions",
        "1 to the number of pixels",
        Count,
        &["32", "784"],
        &["785"],
    ),
    Row(
        "fig7.seeds.rising",
        "2 to hidden, learned within epochs",
        Count,
        &["2", "64"],
        &["1", "65"],
    ),
    Row(
        "fig7.seeds.epochs",
        "1 to 1e7",
        Count,
        &["10", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.seeds.record_every",
        "1 to epochs",
        Count,
        &["1", "3500"],
        &["3501"],
    ),
    Row(
        "fig7.depth.layers",
        "2 to 5 each",
        Counts,
        &["[2]", "[2, 3, 4, 5]"],
        &["[]", "[6]", "[2, 2]"],
    ),
    Row(
        "fig7.depth.directions",
        "1 to the number of pixels",
        Count,
        &["1", "784"],
        &["785"],
    ),
    Row(
        "fig7.depth.a0",
        "1e-3 to 10",
        Bounded,
        &["1e-3", "10.0"],
        &["0.0", "11.0"],
    ),
    Row(
        "fig7.depth.epochs",
        "1 to 1e7",
        Count,
        &["1", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.mask.q",
        "0.001 to 0.999",
        Bounded,
        &["0.001", "0.999"],
        &["0.0", "1.0"],
    ),
    Row(
        "fig7.mask.modes",
        "below directions",
        Counts,
        &["[0]", "[783]"],
        &["[]", "[784]", "[7, 7]"],
    ),
    Row(
        "fig7.mask.epochs",
        "1 to 1e7",
        Count,
        &["50", "10000000"],
        &["10000001"],
    ),
    Row(
        "fig7.mask.record_every",
        "1 to epochs",
        Count,
        &["1", "3000"],
        &["3001"],
    ),
];

impl Row {
    fn bad(&self) -> Vec<&'static str> {
        // Of the wrong type for everything, text that is no value, and nothing at all.
        let nothing = [
            "true",
            "{}",
            "1979-05-27",
            "word",
            "",
            "[[1]]",
            "{ a = 1 }",
            "99999999999999999999",
        ];
        let real = ["-1.0", "nan", "-nan", "inf", "-inf", "\"x\"", "[1.0]"];
        let kind: &[&str] = match self.2 {
            Real => &real,
            Bounded => &[&real[..], &["1e300", "1e999"]].concat(),
            Reals => &[
                "1.0",
                "[-1.0]",
                "[1.0, 1e300]",
                "[nan]",
                "[inf]",
                "[\"x\"]",
                "\"x\"",
            ],
            Count => &["0", "-1", "1.5", "nan", "inf", "1e300", "\"x\"", "[1]"],
            Counts => &[
                "1",
                "[-1]",
                "[1.5]",
                "[nan]",
                "[1000000000000]",
                "[\"x\"]",
                "\"x\"",
            ],
            Word => &[],
        };
        [&nothing[..], kind, self.4].concat()
    }

    /// Insists that a refusal has the file, the setting and what is allowed, in one line.
    fn expect(&self, said: &str, file: &str, value: &str) {
        let Self(key, range, ..) = self;
        assert_eq!(said.lines().count(), 1, "{key} = {value}: {said}");
        assert!(
            said.starts_with(&format!("{file}: ")),
            "{key} = {value}: {said}"
        );
        assert!(said.contains(key), "{key} = {value}: {said}");
        let allowed = said.contains(&format!("; allowed: {range}")) || said.contains("it must be ");
        assert!(allowed, "{key} = {value}: {said}");
    }
}

/// The names of all settings, as the program itself writes them.
fn names(value: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names(value, &format!("{prefix}.{name}"), found);
            }
        }
        _ => assert!(found.insert(prefix.trim_start_matches('.').to_owned())),
    }
}

#[test]
fn the_table_has_every_setting() {
    let settings = load(Profile::Paper).unwrap().0;
    let mut found = BTreeSet::new();
    names(&serde_json::to_value(settings).unwrap(), "", &mut found);
    let listed: BTreeSet<String> = TABLE.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(listed, found);
    assert_eq!(listed.len(), TABLE.len());
}

#[test]
fn every_bad_value_is_refused_in_a_file_and_on_the_command_line() {
    let (mut count, mut accepted) = (0, Vec::new());
    for row in TABLE {
        for value in row.bad() {
            let line = format!("{} = {value}", row.0);
            for (file, result) in [
                (
                    "mine.toml",
                    load_layers::<AllSettings>(("paper.toml", PAPER), &[("mine.toml", &line)]),
                ),
                (
                    "--set",
                    load_with(Profile::Paper, std::slice::from_ref(&line)),
                ),
            ] {
                let Err(error) = result else {
                    accepted.push(format!("{file}: {line}"));
                    continue;
                };
                row.expect(&error.to_string(), file, value);
                count += 1;
            }
        }
    }
    println!("{count} refusals of {} settings", TABLE.len());
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
}

#[test]
fn values_at_the_edges_are_accepted() {
    for row in TABLE {
        for value in row.3 {
            let line = format!("{} = {value}", row.0);
            if let Err(error) = load_with(Profile::Paper, &[line]) {
                panic!("{error}");
            }
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    for row in TABLE {
        let mut table: toml::Table = PAPER.parse().unwrap();
        let mut group = &mut table;
        let mut path: Vec<&str> = row.0.split('.').collect();
        let name = path.pop().unwrap();
        for part in path {
            group = group[part].as_table_mut().unwrap();
        }
        group.remove(name).unwrap();
        let error =
            load_layers::<AllSettings>(("paper.toml", &table.to_string()), &[]).unwrap_err();
        row.expect(&error.to_string(), "paper.toml", "nothing");
    }
}

#[test]
fn what_does_not_exist_is_refused_with_what_may_have_been_meant() {
    for Row(key, range, ..) in TABLE {
        // Two letters swapped at the end of the name, and one too many.
        let mut letters: Vec<char> = key.chars().collect();
        let end = letters.len();
        if letters[end - 2] != '.' {
            letters.swap(end - 1, end - 2);
        }
        let swapped: String = letters.into_iter().collect();
        for wrong in [swapped, format!("{key}x")] {
            let error = load_with(Profile::Smoke, &[format!("{wrong}=1")]).unwrap_err();
            let said = error.to_string();
            let meant = format!(
                "--set: `{wrong}` is not a setting; did you mean `{key}`?; allowed: {range}"
            );
            assert!(wrong == *key || said == meant, "{said}");
        }
    }
    for (wrong, hint) in [
        ("entirely_different=1", "paper.toml has all of them"),
        (
            "fig1=3",
            "group of settings; change one of them, such as fig1.",
        ),
        ("fig5.mnist=[]", "such as fig5.mnist."),
        ("[fig1]", "group of settings"),
        ("fig1.alpha.x=1", "did you mean `fig1.alpha`?"),
        ("", "sets nothing"),
        ("fig1.alpha", "NAME = VALUE"),
        ("fig1.alpha=0.1\nfig1.alpha=0.2", "line 2"),
    ] {
        let said = load_with(Profile::Smoke, &[wrong.to_owned()])
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with("--set: ") && said.contains(hint),
            "{wrong}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// The message names the file that the bad value is in, the data set that it is of, and what it is measured by.
#[test]
fn the_blame_is_put_where_it_belongs() {
    let said = |layers: &[(&str, &str)]| {
        let error = load_layers::<AllSettings>(("paper.toml", PAPER), layers).unwrap_err();
        error.to_string()
    };
    for (layers, expected) in [
        (
            &[
                ("a.toml", "[fig5.cifar10]\nalpha = -1.0"),
                ("b.toml", "seed = 3"),
            ][..],
            "a.toml: fig5.cifar10.alpha = -1 is out of range: it must be 1e-9 to 1e3",
        ),
        // Good for MNIST, too many for CIFAR-10.
        (
            &[(
                "a.toml",
                "[fig6]\nmnist.samples = 55000\ncifar10.samples = 55000",
            )],
            "a.toml: fig6.cifar10.samples = 55000 is out of range: it must be 1 to the number of training images",
        ),
        (
            &[("a.toml", "fig2.epochs = 10")],
            "paper.toml: fig2.record_every = 20 is out of range: it must be 1 to epochs (fig2.epochs = 10)",
        ),
        (
            &[("a.toml", "fig5.mnist.directions = 20")],
            "paper.toml: fig5.modes = 31 is out of range: it must be below `directions` of both data sets (fig5.mnist.directions = 20, fig5.cifar10.directions = 3072)",
        ),
        (
            &[("a.toml", "[fig1]\nalpha = 0.1\nepochs = many")],
            "a.toml: line 3, `epochs = many`: ",
        ),
    ] {
        let said = said(layers);
        assert!(said.starts_with(expected), "{said}");
    }
    assert!(said(&[("a.toml", "[fig1]\nepochs = many")]).ends_with("; allowed: 1 to 1e7"));
}

#[test]
fn a_value_that_is_written_otherwise_is_no_difference() {
    let differences = |set: &[&str]| {
        let set: Vec<String> = set.iter().map(|&one| one.to_owned()).collect();
        load_with(Profile::Paper, &set).unwrap().1
    };
    assert_eq!(
        differences(&["fig1.lambda=1", "fig1.epsilon=[0, 1.0, 5]"]),
        []
    );
    let found = differences(&["fig1.lambda=2", "fig1.epsilon=[0.5, 1]"]);
    let found: Vec<String> = found.iter().map(Difference::words).collect();
    let expected = [
        "epsilon = [0.5, 1.0] instead of [0.0, 1.0, 5.0]",
        "lambda = 2.0 instead of 1.0",
    ];
    assert_eq!(found, expected);
}

#[test]
fn another_seed_is_a_difference() {
    let job = Job {
        seed: Some(7),
        ..Job::new(Profile::Paper, "nowhere")
    };
    let (settings, differences) = job.settings().unwrap();
    assert_eq!((settings.seed, differences.len()), (7, 1));
    let words = differences.first().map(Difference::words);
    assert_eq!(words.as_deref(), Some("seed = 7 instead of 2018"));
}

/// What the command makes of arguments: its exit code and what it says.
fn paper(arguments: &[&str]) -> (Option<i32>, String) {
    let cache = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_paper"))
        .args(arguments)
        .current_dir(cache.path())
        .env("DAE_CACHE_DIR", cache.path())
        .env("DAE_OFFLINE", "1")
        .output()
        .unwrap();
    let entries = std::fs::read_dir(cache.path()).unwrap().count();
    assert_eq!(entries, 0, "{arguments:?} left something");
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_command_refuses_every_setting_in_one_line_with_code_2() {
    for row in TABLE {
        let value = row.bad().pop().unwrap();
        let set = format!("{}={value}", row.0);
        for verb in ["status", "run"] {
            let (code, said) = paper(&[verb, "--profile", "smoke", "--set", &set]);
            assert_eq!(code, Some(2), "{set}: {said}");
            row.expect(said.strip_prefix("error: ").unwrap(), "--set", value);
        }
    }
}

#[test]
fn every_argument_is_refused_in_one_line_with_code_2_and_what_is_allowed() {
    let seeds = "it must be a whole number from 0 to 18446744073709551615";
    let minutes = "it must be a number of minutes from 0 to 525600";
    let mut cases: Vec<(Vec<&str>, &str)> = Vec::new();
    for verb in ["run", "status"] {
        for seed in ["-1", "1.5", "nan", "inf", "x", "", "18446744073709551616"] {
            cases.push((vec![verb, "--seed", seed], seeds));
        }
        cases.push((
            vec![verb, "--set"],
            "a value is required for '--set <KEY=VALUE>'",
        ));
    }
    for count in ["-1", "1.5", "nan", "x", "18446744073709551616"] {
        cases.push((vec!["spectrum", "--top", count], seeds));
    }
    for value in ["-1", "nan", "inf", "1e300", "x", ""] {
        cases.push((vec!["run", "--checkpoint-every", value], minutes));
    }
    cases.push((vec!["run", "--checkpoint-every=-inf"], minutes));
    for verb in ["run", "status", "verify", "report", "inputs", "manifest"] {
        for profile in ["huge", "", "PAPER"] {
            cases.push((
                vec![verb, "--profile", profile],
                "[possible values: smoke, quick, paper]",
            ));
        }
        cases.push((
            vec![verb, "--profil", "paper"],
            "a similar argument exists: '--profile'",
        ));
        cases.push((
            vec![verb, "--profile"],
            "[possible values: smoke, quick, paper]",
        ));
    }
    for verb in ["run", "status", "verify", "report", "manifest"] {
        cases.push((vec![verb, "--results", ""], "--results <RESULTS>"));
    }
    cases.extend([
        (
            vec!["run", "fig9"],
            "[possible values: fig1, fig2, fig3, fig4, fig5, fig6, fig7",
        ),
        (vec!["run", "--only", "mnist/DAE"], "<FIGURES>"),
        (
            vec!["run", "fig5", "--only", "mnist/dea", "--profile", "smoke"],
            "mnist/DAE",
        ),
        (
            vec!["run", "fig1", "--only", "mnist/DAE", "--profile", "smoke"],
            "no training run",
        ),
        (
            vec!["data", "fetch", "imagenet"],
            "it must be \"mnist\" or \"cifar10\"",
        ),
        (vec!["data", "fecth"], "similar subcommand exists: 'fetch'"),
        (
            vec!["spectrum", "imagenet"],
            "it must be \"mnist\" or \"cifar10\"",
        ),
        (vec!["spectrum", "--write", ""], "--write <FOLDER>"),
        (vec!["readme", "--root", ""], "--root <ROOT>"),
        (vec!["verfiy"], "similar subcommand exists: 'verify'"),
        (vec!["frobnicate"], "--help"),
        (vec!["list", "everything"], "everything"),
    ]);
    for (arguments, expected) in cases {
        let (code, said) = paper(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(
            said.starts_with("error: ") && said.contains(expected),
            "{arguments:?}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    }
}
