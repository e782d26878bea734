//! Every setting of every figure refuses what is out of its range, by name.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used, clippy::panic)]

use dae::Settings;
use paper::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
use paper::profile::{self, Profile};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Puts each bad value where `path` points and insists that checking the settings names the field.
fn refuses<S: Settings + DeserializeOwned>(figure: &str, path: &str, bad: &[Value]) {
    let settings = profile::load(Profile::Paper).unwrap().0;
    let good = serde_json::to_value(settings).unwrap()[figure].clone();
    let field = path.rsplit('/').next().unwrap();
    assert!(good.pointer(path).is_some(), "{figure} has no {path}");
    for value in bad {
        let mut settings = good.clone();
        *settings.pointer_mut(path).unwrap() = value.clone();
        let message = match serde_json::from_value::<S>(settings) {
            Ok(settings) => match settings.check() {
                Ok(_) => panic!("{figure}{path} = {value} was accepted"),
                Err(error) => error.to_string(),
            },
            // Refused while reading, as a negative count is: the reader says where.
            Err(error) => format!("{field}: {error}"),
        };
        assert!(
            message.starts_with(field),
            "{figure}{path} = {value}: {message}"
        );
    }
}

fn real() -> Vec<Value> {
    vec![json!(-1.0), json!(1e300), json!("x"), json!(null)]
}

fn whole() -> Vec<Value> {
    vec![
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1_000_000_000_000_u64),
        json!("x"),
    ]
}

fn list() -> Vec<Value> {
    vec![json!([]), json!([-1.0]), json!([1.0, 1e300]), json!(1.0)]
}

#[test]
fn figure_1() {
    refuses::<fig1::Settings>("fig1", "/lambda", &[json!(0.0), json!(-1.0), json!("x")]);
    refuses::<fig1::Settings>("fig1", "/epsilon", &list());
    refuses::<fig1::Settings>("fig1", "/alpha", &[json!(0.0), json!(-1.0), json!("x")]);
    refuses::<fig1::Settings>("fig1", "/epochs", &whole());
    refuses::<fig1::Settings>("fig1", "/trials", &[json!([]), json!([-1]), json!(3)]);
}

#[test]
fn figure_2() {
    refuses::<fig2::Settings>("fig2", "/lambda", &list());
    refuses::<fig2::Settings>("fig2", "/epsilon", &list());
    refuses::<fig2::Settings>("fig2", "/w0", &real());
    refuses::<fig2::Settings>("fig2", "/alpha", &[json!(0.0), json!(-1.0), json!("x")]);
    refuses::<fig2::Settings>("fig2", "/epochs", &whole());
    refuses::<fig2::Settings>("fig2", "/record_every", &whole());
    refuses::<fig2::Settings>("fig2", "/table_every", &[json!(0), json!(30), json!(-20)]);
}

#[test]
fn figure_3() {
    for field in [
        "/lambda",
        "/w0",
        "/rate_fraction",
        "/rates_epsilon_end",
        "/rates_epsilon_step",
    ] {
        refuses::<fig3::Settings>("fig3", field, &real());
    }
    refuses::<fig3::Settings>("fig3", "/epsilon", &list());
    refuses::<fig3::Settings>("fig3", "/spectrum_epsilon", &real());
    refuses::<fig3::Settings>("fig3", "/spectrum_fraction", &real());
    refuses::<fig3::Settings>("fig3", "/epochs", &whole());
    refuses::<fig3::Settings>("fig3", "/record_every", &whole());
    refuses::<fig3::Settings>("fig3", "/table_every", &[json!(0), json!(30), json!(-20)]);
}

#[test]
fn figure_4() {
    refuses::<fig4::Settings>("fig4", "/lambda", &[json!(0.0), json!(-1.0), json!("x")]);
    refuses::<fig4::Settings>("fig4", "/epsilon", &real());
    refuses::<fig4::Settings>("fig4", "/gamma", &real());
    refuses::<fig4::Settings>("fig4", "/alpha", &[json!(0.0), json!(-1.0), json!("x")]);
    refuses::<fig4::Settings>("fig4", "/epochs", &whole());
    refuses::<fig4::Settings>("fig4", "/small_start", &[json!([0.0]), json!([11.0, 0.0])]);
    refuses::<fig4::Settings>("fig4", "/trials", &[json!([]), json!([-1]), json!(3)]);
    refuses::<fig4::Settings>("fig4", "/table_every", &whole());
}

#[test]
fn figure_5() {
    refuses::<fig5::Settings>(
        "fig5",
        "/modes",
        &[json!([]), json!([784]), json!([-1]), json!(3)],
    );
    refuses::<fig5::Settings>("fig5", "/epochs", &whole());
    refuses::<fig5::Settings>("fig5", "/record_every", &whole());
    refuses::<fig5::Settings>("fig5", "/init_std", &real());
    refuses::<fig5::Settings>("fig5", "/s2", &real());
    refuses::<fig5::Settings>("fig5", "/gamma", &real());
    refuses::<fig5::Settings>(
        "fig5",
        "/published_start_rank",
        &[json!(0), json!(-1), json!("x")],
    );
    refuses::<fig5::Settings>("fig5", "/precision", &[json!("f16"), json!(32)]);
    for data in ["/mnist", "/cifar10"] {
        refuses::<fig5::Settings>("fig5", &format!("{data}/samples"), &whole());
        refuses::<fig5::Settings>("fig5", &format!("{data}/hidden"), &whole());
        refuses::<fig5::Settings>("fig5", &format!("{data}/alpha"), &real());
        refuses::<fig5::Settings>("fig5", &format!("{data}/directions"), &whole());
    }
}

#[test]
fn figure_6() {
    refuses::<fig6::Settings>(
        "fig6",
        "/modes",
        &[json!([]), json!([784]), json!([-1]), json!(3)],
    );
    for field in ["/epochs", "/record_every", "/projection_epochs"] {
        refuses::<fig6::Settings>("fig6", field, &whole());
    }
    for field in ["/init_std", "/alpha", "/weight_decay"] {
        refuses::<fig6::Settings>("fig6", field, &real());
    }
    refuses::<fig6::Settings>("fig6", "/activation", &[json!("sigmoid"), json!(1)]);
    refuses::<fig6::Settings>("fig6", "/sampler", &[json!("other"), json!(1)]);
    for data in ["/mnist", "/cifar10"] {
        for field in ["samples", "hidden", "directions"] {
            refuses::<fig6::Settings>("fig6", &format!("{data}/{field}"), &whole());
        }
        refuses::<fig6::Settings>("fig6", &format!("{data}/sigma"), &real());
        let lists = [json!([-1.0]), json!([1e300]), json!(1.0)];
        refuses::<fig6::Settings>("fig6", &format!("{data}/other_sigmas"), &lists);
    }
}

#[test]
fn unknown_settings_are_refused() {
    let settings = profile::load(Profile::Paper).unwrap().0;
    let mut value = serde_json::to_value(settings).unwrap();
    value["fig1"]["alhpa"] = json!(0.1);
    let error = serde_json::from_value::<profile::AllSettings>(value).unwrap_err();
    assert!(
        error.to_string().contains("alhpa") && error.to_string().contains("alpha"),
        "{error}"
    );
}
