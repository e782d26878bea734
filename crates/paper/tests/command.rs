//! The `paper` command as a user meets it.

#![allow(clippy::unwrap_used)] // a test that cannot set itself up has failed

use std::process::{Command, Output};

fn paper(arguments: &[&str]) -> Output {
    let cache = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_paper"))
        .args(arguments)
        .env("DAE_CACHE_DIR", cache.path())
        .env_remove("DAE_DATA_MIRROR")
        .env("DAE_OFFLINE", "1")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_run_ends_with_a_summary_and_says_when_nothing_changed() {
    let results = tempfile::tempdir().unwrap();
    let folder = results.path().to_str().unwrap();
    let arguments = [
        "run",
        "fig1",
        "fig3",
        "--profile",
        "smoke",
        "--results",
        folder,
    ];
    let first = paper(&arguments);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let said = text(&first.stdout);
    for expected in [
        "fig1  pass",
        "fig3  pass",
        "figures/fig1.svg",
        "within tolerance",
        "all figures pass",
    ] {
        assert!(
            said.contains(expected),
            "`{expected}` is missing in:\n{said}"
        );
    }
    let second = text(&paper(&arguments).stdout);
    assert_eq!(second.matches("nothing changed").count(), 2, "{second}");
}

#[test]
fn a_device_that_is_not_here_is_refused_before_anything_is_made() {
    let results = tempfile::tempdir().unwrap();
    let folder = results.path().to_str().unwrap();
    let run = ["run", "fig1", "--profile", "smoke", "--results", folder];
    for (device, code) in [("gpu", 2), ("cuda:x", 2), ("cuda:99", 1)] {
        let output = paper(&[&run[..], &["--device", device]].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("cpu"), "{said}");
    }
    assert_eq!(results.path().read_dir().unwrap().count(), 0);
}

#[test]
fn without_images_all_but_figure_6_are_made() {
    let results = tempfile::tempdir().unwrap();
    let folder = results.path().to_str().unwrap();
    let output = paper(&["run", "--profile", "smoke", "--results", folder]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(
        said.contains("leaving out fig6") && said.contains("fig5  pass"),
        "{said}"
    );
    // One that cannot be made does not keep the others from the summary.
    let output = paper(&[
        "run",
        "fig6",
        "fig1",
        "--profile",
        "smoke",
        "--results",
        folder,
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(
        said.contains("fig6  FAIL") && said.contains("fig1  pass"),
        "{said}"
    );
    assert!(
        text(&output.stderr).contains("DAE_DATA_MIRROR"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_is_listed_can_be_run() {
    let said = text(&paper(&["list"]).stdout);
    for name in [
        "fig1",
        "fig5",
        "smoke",
        "quick",
        "paper",
        "fig5.cifar10.directions",
    ] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn bad_arguments_end_with_code_2_and_say_what_is_allowed() {
    for (arguments, hint) in [
        (vec!["run", "fig9"], "fig1"),
        (vec!["run", "--profile", "huge"], "quick"),
        (vec!["run", "--seed", "-1"], "seed"),
        (vec!["data", "fetch", "imagenet"], "mnist"),
        (vec!["frobnicate"], "--help"),
    ] {
        let output = paper(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(hint),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn absent_data_are_reported_and_fail() {
    let output = paper(&["data", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("paper data fetch mnist"));
    let output = paper(&["data", "fetch", "--offline"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("DAE_DATA_MIRROR"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn spectra_need_no_images() {
    let output = paper(&["spectrum", "mnist", "--top", "1"]);
    assert!(output.status.success());
    assert!(
        text(&output.stdout).contains("44.0294"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn the_inputs_of_a_figure_are_those_that_its_record_will_name() {
    let results = tempfile::tempdir().unwrap();
    let folder = results.path().to_str().unwrap();
    let made = paper(&["run", "fig3", "--profile", "smoke", "--results", folder]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let record = std::fs::read(results.path().join("smoke/records/fig3.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let told = paper(&["inputs", "--profile", "smoke"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["fig3"], record["inputs"]);
    let quick: serde_json::Value = serde_json::from_slice(&paper(&["inputs"]).stdout).unwrap();
    assert_ne!(quick["fig5"]["settings"], told["fig5"]["settings"]);
}

#[test]
fn blas_uses_kernels_for_the_instructions_that_the_processor_has() {
    let kernels = |chosen: Option<&str>| {
        let mut machine = Command::new(env!("CARGO_BIN_EXE_paper"));
        machine.args(["machine", "--kernels"]);
        match chosen {
            Some(core) => machine.env(dae::blas::CORE_TYPE, core),
            None => machine.env_remove(dae::blas::CORE_TYPE),
        };
        text(&machine.output().unwrap().stdout).trim().to_owned()
    };
    let can_choose = dae::blas::config().contains("DYNAMIC_ARCH");
    #[cfg(target_arch = "x86_64")]
    if can_choose && std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        assert_ne!(kernels(None), "Prescott");
        // What somebody asks for stays.
        assert_eq!(kernels(Some("Prescott")), "Prescott");
        assert_eq!(kernels(Some("Haswell")), "Haswell");
    }
    assert_eq!(kernels(Some(&kernels(None))), kernels(None), "{can_choose}");
    let said = text(&paper(&["machine"]).stdout);
    for expected in ["processor  ", "BLAS  ", "kernels  ", &kernels(None)] {
        assert!(
            said.contains(expected),
            "`{expected}` is missing in:\n{said}"
        );
    }
}
