//! Figures at `smoke`, from end to end: contract, records, and doing only what changed.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use paper::experiments::Figure;
use paper::results::{Job, Outcome, regenerate};
use paper::settings::Profile;
use paper::system::progress::Progress;
use tempfile::TempDir;

/// The tables and their columns; other projects read these.
const CONTRACT: &[(&str, &str)] = &[
    ("fig1_dynamics.csv", "epsilon,trial,epoch,theory,simulation"),
    ("fig1_paths.csv", "epsilon,trial,epoch,w1,w2,loss"),
    ("fig2_dynamics.csv", "model,lambda,epsilon,gamma,epoch,w"),
    (
        "fig3_dynamics.csv",
        "variant,model,epsilon,gamma,alpha,epoch,w",
    ),
    (
        "fig3_spectrum.csv",
        "dataset,mode,lambda,epsilon,gamma,dae_epochs,wdae_epochs",
    ),
    ("fig3_rates.csv", "epsilon,gamma,dae,wdae,ratio"),
    ("fig4_paths.csv", "model,trial,epoch,w1,w2,w,norm"),
    (
        "fig5_dynamics.csv",
        "dataset,model,mode,epoch,lambda,mapping,singular_value,theory,theory_published_start",
    ),
    ("fig5_loss.csv", "dataset,model,epoch,loss"),
    (
        "fig7_denoising.csv",
        "dataset,model,epsilon,epoch,theory,theory_paper,measured,measured_diagonal",
    ),
    (
        "fig7_price.csv",
        "dataset,regulariser,epsilon,setting,price,measured",
    ),
    (
        "fig7_samples.csv",
        "dataset,method,samples,epsilon_train,theory,measured,spread,trained",
    ),
    (
        "fig7_width.csv",
        "model,hidden,mode,epoch,mapping,theory_paper,theory_free,theory_coupled",
    ),
    (
        "fig7_seeds.csv",
        "hidden,mode,seeds,mean,standard_deviation,law_mean,law_standard_deviation,paper_mean",
    ),
    (
        "fig7_depth.csv",
        "layers,model,mode,lambda,mapping,fixed_point,critical_lambda",
    ),
    (
        "fig7_mask.csv",
        "dataset,mode,epoch,mapping,theory_shaped,theory_isotropic",
    ),
];

fn job(results: &Path) -> Job {
    Job::new(Profile::Smoke, results)
}

fn make(figure: Figure, job: &Job) -> Outcome {
    regenerate(figure, job, &Progress::Silent).unwrap()
}

fn table(results: &TempDir, name: &str) -> Vec<u8> {
    fs::read(results.path().join("smoke/tables").join(name)).unwrap()
}

#[test]
fn every_figure_passes_its_checks_and_keeps_the_contract() {
    let results = tempfile::tempdir().unwrap();
    let without_images = |figure: &&Figure| !figure.about().images;
    for &figure in Figure::ALL.iter().filter(without_images) {
        let outcome = make(figure, &job(results.path()));
        assert!(!outcome.unchanged && !outcome.record.checks.is_empty());
        for check in &outcome.record.checks {
            assert!(check.passes(), "{figure}: {check:?}");
        }
        for kind in ["svg", "png"] {
            let picture = results
                .path()
                .join(format!("smoke/figures/{figure}.{kind}"));
            assert!(fs::metadata(picture).unwrap().len() > 10_000);
        }
    }
    for (name, columns) in CONTRACT {
        let text = String::from_utf8(table(&results, name)).unwrap();
        assert_eq!(text.lines().next().unwrap(), *columns, "{name}");
        assert!(text.lines().count() > 4, "{name}");
        assert!(!text.to_lowercase().contains("nan"), "{name}");
    }
}

#[test]
fn only_what_changed_is_made_again() {
    let results = tempfile::tempdir().unwrap();
    let job = job(results.path());
    let first = make(Figure::Fig5, &job);
    let tables = table(&results, "fig5_dynamics.csv");
    assert!(!first.unchanged);

    let second = make(Figure::Fig5, &job);
    assert!(second.unchanged && second.record == first.record);

    // One changed byte in an output, and it is made again, the same to the last byte.
    let damaged = results.path().join("smoke/tables/fig5_dynamics.csv");
    let mut bytes = tables.clone();
    bytes[100] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    assert!(!make(Figure::Fig5, &job).unchanged);
    assert_eq!(table(&results, "fig5_dynamics.csv"), tables);

    // Computed afresh, without the kept training runs, it is still the same.
    let fresh = Job {
        fresh: true,
        ..job.clone()
    };
    assert!(!make(Figure::Fig5, &fresh).unchanged);
    assert_eq!(table(&results, "fig5_dynamics.csv"), tables);

    // Another seed is another result.
    let reseeded = Job {
        seed: Some(7),
        ..job
    };
    assert!(!make(Figure::Fig5, &reseeded).unchanged);
    assert_ne!(table(&results, "fig5_dynamics.csv"), tables);
}

#[test]
fn a_results_folder_that_cannot_be_written_is_named() {
    let results = tempfile::tempdir().unwrap();
    let file = results.path().join("a-file");
    fs::write(&file, "in the way").unwrap();
    let error = regenerate(Figure::Fig2, &job(&file), &Progress::Silent).unwrap_err();
    assert!(error.to_string().contains("a-file"), "{error}");
}
