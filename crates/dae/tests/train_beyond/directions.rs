//! Directions: their numbers, their files, and how they are compared.

use std::path::Path;

use dae::Error;
use dae::data::{
    CacheState, DataSet, Directions, Eigen, SourceOptions, Spectrum, load, second_moment, verify,
};
use dae::train::linear::pixel_moments;

use super::data_support::made_up;
use super::largest;

fn directions(test_moment: Vec<f64>, pixel_moment: Vec<f64>) -> Directions {
    Directions {
        dataset: "toy".to_owned(),
        samples: 7,
        fingerprint: "0f".repeat(32),
        test_moment,
        pixel_moment,
    }
}

fn parse(text: &str) -> dae::Result<Directions> {
    Directions::parse(text, Path::new("some.csv"))
}

/// Sums and leading values as they were found elsewhere, to the digits that were written down.
#[test]
fn committed_directions_have_the_sums_that_are_known() {
    let mnist = Directions::committed(DataSet::Mnist).unwrap();
    let cifar10 = Directions::committed(DataSet::Cifar10).unwrap();
    let near = |found: f64, expected: f64, digits: i32| {
        let allowed = 0.500001 * 10_f64.powi(-digits);
        assert!((found - expected).abs() <= allowed, "{found}, {expected}");
    };
    near(mnist.test_moment.iter().sum(), 89.34315, 5);
    near(cifar10.test_moment.iter().sum(), 891.630855, 6);
    for (found, expected) in mnist
        .test_moment
        .iter()
        .zip([39.59911, 4.46024, 3.97150, 3.23217])
    {
        near(*found, expected, 5);
    }
    for (found, expected) in mnist
        .pixel_moment
        .iter()
        .zip([0.33893, 0.28132, 0.29989, 0.25434])
    {
        near(*found, expected, 5);
    }
    near(cifar10.test_moment[0], 750.90, 2);
    for (found, expected) in cifar10
        .test_moment
        .iter()
        .zip([750.90, 23.839, 15.044, 7.787])
        .skip(1)
    {
        near(*found, expected, 3);
    }
    for (dataset, directions) in DataSet::ALL.into_iter().zip([mnist, cifar10]) {
        let spectrum = Spectrum::committed(dataset).unwrap();
        directions.belong_to(&spectrum).unwrap();
        // A basis keeps the trace, and so does the mean over a null space.
        let (sum, trace) = (
            directions.pixel_moment.iter().sum::<f64>(),
            spectrum.lambda.iter().sum::<f64>(),
        );
        assert!((sum / trace - 1.0).abs() < 1e-12, "{sum}, {trace}");
        let null = Directions::NULL * spectrum.lambda[0];
        let kept = spectrum.lambda.iter().take_while(|&&l| l >= null).count();
        assert_eq!(
            kept,
            [784 - 78, 3_072][usize::from(dataset == DataSet::Cifar10)]
        );
        for column in [&directions.test_moment, &directions.pixel_moment] {
            assert!(
                column[kept..]
                    .iter()
                    .all(|&x| x == column[column.len() - 1])
            );
        }
    }
}

#[test]
fn the_real_mnist_has_the_committed_directions() {
    let Ok(mut options) = SourceOptions::from_env() else {
        return;
    };
    options.offline = true;
    if !matches!(verify(&options).remove(0).state, CacheState::Good(_)) {
        println!("skipped: mnist is not in the cache");
        return;
    }
    let images = load(DataSet::Mnist, &options, &mut |_| {}).unwrap();
    let computed = Directions::of_images(&images, 50_000).unwrap();
    let committed = Directions::committed(DataSet::Mnist).unwrap();
    computed
        .agrees_with(&committed, Directions::TOLERANCE)
        .unwrap();
}

#[test]
fn directions_are_the_diagonals_of_turned_moments() {
    let (images, samples) = (made_up(DataSet::Mnist), 11);
    let S = second_moment(&images.train, samples).unwrap();
    let T = second_moment(&images.test, images.test.len()).unwrap();
    let eigen = Eigen::of(&S).unwrap();
    let found = Directions::in_basis(&images, samples, &S, &eigen).unwrap();
    assert_eq!(found, Directions::of_images(&images, samples).unwrap());
    assert_eq!(parse(&found.to_csv()).unwrap(), found);
    let U = &eigen.u;
    let pairs = [
        (&found.test_moment, U.t().dot(&T).dot(U)),
        (&found.pixel_moment, pixel_moments(&S, U).unwrap()),
    ];
    for (found, turned) in pairs {
        let turned = turned.diag().to_vec();
        let apart: Vec<_> = found.iter().zip(&turned).map(|(a, b)| a - b).collect();
        assert!(largest(&apart[..samples]) < 1e-11);
        // All others are in the null space.
        let mean = turned[samples..].iter().sum::<f64>() / (784 - samples) as f64;
        assert!(found[samples..].iter().all(|x| (x - mean).abs() < 1e-11));
    }
    let trace: f64 = found.test_moment.iter().sum();
    assert!((trace / T.diag().sum() - 1.0).abs() < 1e-12);

    let other = made_up(DataSet::Cifar10);
    let wrong = Directions::in_basis(&other, samples, &S, &eigen);
    assert!(matches!(wrong, Err(Error::Shape { .. })));
    assert!(Directions::of_images(&images, 12).is_err());
}

#[test]
fn bad_files_are_refused_with_their_line() {
    let good = directions(vec![0.5, 2.0, 0.0], vec![0.1, 0.2, 1e-300]);
    let text = good.to_csv();
    assert_eq!(parse(&text).unwrap(), good);
    // Lines 1 to 5 are keys, line 6 is the header, line 7 the first mode.
    let cases = [
        ("# samples: 7\n", "", 1),
        ("dataset: toy", "dataset: mnist", 3),
        ("0f0f", "0f", 4),
        ("uncentred", "centred", 5),
        ("modes: 3", "modes: 4", 10),
        ("modes: 3", "modes: 2", 9),
        ("mode,test_moment", "mode,lambda", 6),
        (",pixel_moment", "", 6),
        ("1,2.0", "1,NaN", 8),
        ("1,2.0", "1,inf", 8),
        ("1,2.0", "1,-2.0", 8),
        ("1,2.0", "2,2.0", 8),
        ("2.0,0.2", "2.0,1e999", 8),
        ("2.0,0.2", "2.0,-0.2", 8),
        ("2.0,0.2", "2.0", 8),
        ("2.0,0.2", "2.0,", 8),
        ("2.0,0.2", "2.0,0.2,0.2", 8),
        ("1,2.0,0.2", "", 8),
    ];
    for (from, to, line) in cases {
        assert!(text.contains(from));
        match parse(&text.replace(from, to)) {
            Err(Error::Line {
                file, line: found, ..
            }) => {
                let file = file.as_path();
                assert_eq!(
                    (file, found),
                    (Path::new("some.csv"), line),
                    "{from} -> {to}"
                );
            }
            other => panic!("{from} -> {to}: {other:?}"),
        }
    }
    parse("").unwrap_err();
    // One kind of file is not taken for the other.
    let spectrum = Spectrum::committed(DataSet::Mnist).unwrap().to_csv();
    parse(&spectrum).unwrap_err();
    Spectrum::parse(&text, Path::new("some.csv")).unwrap_err();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    good.save(&path).unwrap();
    assert_eq!(Directions::read(&path).unwrap(), good);
    assert!(Directions::read(folder.path()).is_err());
}

#[test]
fn disagreements_name_the_worst_mode() {
    let a = directions(vec![2.0, 0.5, 1.0], vec![0.3, 0.2, 0.1]);
    let mut b = a.clone();
    a.agrees_with(&b, 0.0).unwrap();
    b.test_moment = vec![2.0 + 1e-11, 0.5 - 1e-6, 1.0 + 2e-6];
    let message = a.agrees_with(&b, 1e-10).unwrap_err().to_string();
    assert!(message.contains("test moment of mode 2"), "{message}");
    a.agrees_with(&b, 3e-6).unwrap();
    b.pixel_moment[1] = f64::NAN;
    let message = a.agrees_with(&b, 1.0).unwrap_err().to_string();
    assert!(message.contains("pixel moment of mode 1"), "{message}");
    let b = Directions {
        samples: 8,
        ..a.clone()
    };
    let message = a.agrees_with(&b, 1.0).unwrap_err().to_string();
    assert!(message.contains("8 images"), "{message}");
    let spectrum = Spectrum {
        dataset: "toy".to_owned(),
        samples: 7,
        fingerprint: "0f".repeat(32),
        lambda: vec![2.0, 1.0, 0.5],
    };
    a.belong_to(&spectrum).unwrap();
    b.belong_to(&spectrum).unwrap_err();
    let short = Spectrum {
        lambda: vec![2.0, 1.0],
        ..spectrum
    };
    a.belong_to(&short).unwrap_err();
}
