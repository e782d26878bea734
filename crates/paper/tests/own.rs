//! The user's own data: every format gives the same spectrum, the theory what was asked for, and bad input one line.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dae::data::{CacheState, DataSet, Eigen, SourceOptions, Spectrum, load, verify};
use dae::random::{normal_matrix, stream};
use ndarray::{Array, Array1, Array2, Axis, Dimension, ShapeBuilder as _};
use ndarray_npy::{WritableElement, WriteNpyExt as _};
use paper::own::{Format, Network, Noise, Outcome, Prediction, Question, Reading, predict};
use paper::system::files::sha256_of;
use paper::system::progress::Progress;

/// The eigenvalues of [`made_up`].
const LAMBDA: [f64; 6] = [9.0, 4.0, 2.0, 0.5, 0.1, 0.02];

/// Twelve samples whose second moment has the eigenvalues [`LAMBDA`] and whose mean is zero: `+-sqrt(6 lambda_i) u_i`.
fn made_up() -> Array2<f64> {
    let noise = normal_matrix(&mut stream(1, &["own"]), 6, 6, 1.0);
    let u = Eigen::of(&noise.t().dot(&noise)).unwrap().u;
    let rows = LAMBDA.iter().zip(u.columns()).flat_map(|(lambda, u)| {
        let row = &u * (6.0 * lambda).sqrt();
        [row.clone(), -row]
    });
    let rows: Vec<Array1<f64>> = rows.collect();
    Array2::from_shape_fn((12, 6), |(i, j)| rows[i][j])
}

fn npy<A: WritableElement, D: Dimension>(array: &Array<A, D>) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write_npy(&mut bytes).unwrap();
    bytes
}

fn csv(array: &Array2<f64>, header: &str) -> Vec<u8> {
    let row = |row: ndarray::ArrayView1<f64>| {
        let cells: Vec<String> = row.iter().map(f64::to_string).collect();
        cells.join(",")
    };
    let rows: Vec<String> = array.rows().into_iter().map(row).collect();
    format!("{header}{}\n", rows.join("\n")).into_bytes()
}

fn npz(members: &[(&str, Vec<u8>)], method: rawzip::CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let file = archive.new_file(name).compression_method(method);
        let (mut entry, config) = file.start().unwrap();
        let descriptor = if method == rawzip::CompressionMethod::DEFLATE {
            let level = flate2::Compression::default();
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, level);
            let mut writer = config.wrap(encoder);
            std::io::copy(&mut content.as_slice(), &mut writer).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            std::io::copy(&mut content.as_slice(), &mut writer).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

fn idx(array: &Array2<f64>) -> Vec<u8> {
    let sizes = [array.nrows(), array.ncols()].map(|size| (size as u32).to_be_bytes());
    let numbers = array.iter().flat_map(|number| number.to_be_bytes());
    let head = [&[0, 0, 0x0e, 2][..], &sizes.concat()].concat();
    head.into_iter().chain(numbers).collect()
}

fn asked(name: &str, bytes: &[u8], question: &Question) -> paper::Result<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    predict(&file, question, &Progress::Silent)
}

fn lambda(name: &str, bytes: &[u8], reading: Reading) -> Vec<f64> {
    let question = Question {
        reading,
        ..Question::default()
    };
    asked(name, bytes, &question).unwrap().samples.lambda
}

fn plain() -> Reading {
    Question::default().reading
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
    let pairs = found.iter().zip(expected);
    found.len() == expected.len() && pairs.into_iter().all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn every_format_gives_the_known_spectrum() {
    let array = made_up();
    let mut turned = Array2::zeros((12, 6).f());
    turned.assign(&array);
    assert!(!turned.is_standard_layout());
    let [rows, columns] = [npy(&array), npy(&turned)];
    assert_ne!(rows, columns);
    let stored = rawzip::CompressionMethod::STORE;
    let deflated = rawzip::CompressionMethod::DEFLATE;
    for (name, bytes) in [
        ("rows.npy", rows.clone()),
        ("columns.npy", columns.clone()),
        ("one.npz", npz(&[("arr_0.npy", rows.clone())], stored)),
        (
            "deflated.npz",
            npz(&[("arr_0.npy", rows.clone())], deflated),
        ),
        (
            "columns.npz",
            npz(&[("arr_0.npy", columns.clone())], deflated),
        ),
        ("header.csv", csv(&array, "a,b,c,d,e,f\n")),
        ("none.CSV", csv(&array, "")),
        ("mark.csv", csv(&array, "\u{feff}a,b,c,d,e,f\r\n")),
        ("data-idx2-double", idx(&array)),
    ] {
        let found = lambda(name, &bytes, plain());
        assert!(close(&found, &LAMBDA, 1e-12), "{name}: {found:?}");
    }
    let single = npy(&array.mapv(|x| x as f32));
    assert!(close(
        &lambda("single.npy", &single, plain()),
        &LAMBDA,
        1e-5
    ));
    let two = npz(
        &[("x.npy", rows), ("y.npy", npy(&(&array * 3.0)))],
        deflated,
    );
    let reading = Reading {
        key: Some("y".into()),
        scale: 3.0,
        ..plain()
    };
    assert!(close(&lambda("two.npz", &two, reading), &LAMBDA, 1e-12));
}

#[test]
fn the_mean_counts_unless_it_is_taken_out() {
    let moved = made_up() + 5.0;
    let centred = Reading {
        centre: true,
        ..plain()
    };
    let found = lambda("moved.npy", &npy(&moved), centred.clone());
    assert!(close(&found, &LAMBDA, 1e-12), "{found:?}");
    let uncentred = lambda("moved.npy", &npy(&moved), plain());
    let expected = Eigen::of(&(moved.t().dot(&moved) / 12.0)).unwrap();
    assert!(close(&uncentred, &expected.lambda.to_vec(), 1e-10));
    // A column that does not vary leaves exactly nothing, whatever its rounding.
    let constant = Array2::from_shape_fn((7, 2), |(i, j)| if j == 0 { 0.1 } else { i as f64 });
    assert_eq!(lambda("constant.npy", &npy(&constant), centred), [4.0, 0.0]);
}

#[test]
fn fewer_samples_than_columns_give_the_same_from_the_other_side() {
    let few = normal_matrix(&mut stream(2, &["own"]), 5, 40, 1.0);
    let expected = Eigen::of(&(few.t().dot(&few) / 5.0)).unwrap();
    let found = asked("few.npy", &npy(&few), &Question::default()).unwrap();
    assert!(close(
        &found.samples.lambda,
        &expected.lambda.to_vec(),
        1e-12
    ));
    assert_eq!((found.samples.lambda.len(), found.prediction.rank), (40, 5));
    // A single sample is a direction; its eigenvalue is the square of its length.
    let one = few.slice(ndarray::s![..1, ..]).to_owned();
    let found = asked("one.npy", &npy(&one), &Question::default()).unwrap();
    let square = one.mapv(|x| x * x).sum();
    assert!((found.samples.lambda[0] / square - 1.0).abs() < 1e-12);
    assert_eq!((found.prediction.rank, found.prediction.kept), (1, 1));
}

#[test]
fn samples_of_several_axes_are_flattened_alike_in_either_order() {
    let array = Array::from_shape_fn((4, 2, 3), |(n, i, j)| (100 * n + 10 * i + j) as f64);
    let mut turned = Array::zeros((4, 2, 3).f());
    turned.assign(&array);
    for bytes in [npy(&array), npy(&turned), npy(&array.mapv(|x| x as u16))] {
        let mut rows = Vec::new();
        let source = std::io::Cursor::new(bytes);
        let read = Format::Npy.rows(source, None, Path::new("a.npy"), &mut |row| {
            rows.push(row.to_vec());
            Ok(())
        });
        read.unwrap();
        let expected = array
            .axis_iter(Axis(0))
            .map(|sample| sample.iter().copied().collect());
        assert_eq!(rows, expected.collect::<Vec<Vec<f64>>>());
    }
}

#[test]
fn keep_keeps_as_many_and_the_default_keeps_nine_tenths() {
    let network = Question::default().network;
    let mnist = Spectrum::committed(DataSet::Mnist).unwrap().lambda;
    for lambda in [&LAMBDA[..], &mnist] {
        let all = Prediction::new(lambda, Noise::Epsilon(0.0), &network).unwrap();
        for keep in 1..=all.rank {
            let found = Prediction::new(lambda, Noise::Keep(keep), &network).unwrap();
            let above = found.directions.iter().filter(|it| it.fixed_point > 0.5);
            assert_eq!((found.kept, above.count()), (keep, keep));
        }
        let share = Prediction::new(lambda, Noise::Share, &network).unwrap();
        let fewer = lambda.iter().take(share.kept - 1).sum::<f64>() / lambda.iter().sum::<f64>();
        assert!(share.kept_share >= 0.9 && fewer < 0.9);
        for keep in [0, all.rank + 1, usize::MAX] {
            assert!(Prediction::new(lambda, Noise::Keep(keep), &network).is_err());
        }
    }
    // Equal directions stay together, and are kept together.
    let equal = [2.0, 1.0, 1.0, 1.0];
    for (keep, good) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(
            Prediction::new(&equal, Noise::Keep(keep), &network).is_ok(),
            good
        );
    }
    assert_eq!(
        Prediction::new(&equal, Noise::Share, &network)
            .unwrap()
            .kept,
        4
    );
}

#[test]
fn fixed_points_decays_and_rates_are_those_of_the_theory() {
    let question = Question {
        noise: Noise::Epsilon(0.5),
        ..Question::default()
    };
    let found = asked("a.npy", &npy(&made_up()), &question)
        .unwrap()
        .prediction;
    assert!((found.largest_alpha - 1.0 / (2.0 * 9.0 + 3.0 * 0.5)).abs() < 1e-12);
    assert_eq!((found.alpha, found.hidden), (found.largest_alpha, 6));
    // 0.5 is not above 0.5 by more than rounding, whichever way it goes.
    assert!([3, 4].contains(&found.kept));
    for (it, lambda) in found.directions.iter().zip(LAMBDA) {
        assert!((it.fixed_point - lambda / (lambda + 0.5)).abs() < 1e-12);
        assert!((it.matched_decay - lambda * 0.5 / (lambda + 0.5)).abs() < 1e-12);
        let [ae, wdae, dae] = [it.epochs_ae, it.epochs_wdae, it.epochs_dae].map(Option::unwrap);
        // At the same rate and fixed point the DAE is faster by 1 + epsilon/lambda, but for the length of a step.
        let faster = wdae / dae / (1.0 + 0.5 / lambda);
        assert!((0.75..1.05).contains(&faster), "{faster}");
        assert!(dae <= ae);
    }
}

#[test]
fn training_follows_the_theory_and_the_epochs_it_says() {
    let network = Network {
        hidden: Some(64),
        init_std: 1e-3,
        ..Question::default().network
    };
    let question = Question {
        noise: Noise::Keep(3),
        network,
        train: Some(7),
        ..Question::default()
    };
    let outcome = asked("a.npy", &npy(&made_up()), &question).unwrap();
    assert_eq!(outcome.deviations.len(), 6);
    for rms in &outcome.deviations {
        assert!(rms.deviation < 0.05, "{rms:?}");
    }
    // The start is random, and with it the epoch, by a logarithm.
    for it in outcome.prediction.directions.iter().take(3) {
        let curve = outcome
            .curves
            .iter()
            .filter(|row| row.direction == it.direction);
        let mut learned = curve.filter(|row| {
            row.model.name() == "DAE" && row.mapping.unwrap() >= 0.95 * it.fixed_point
        });
        let epoch = learned.next().unwrap().epoch as f64;
        let predicted = it.epochs_dae.unwrap();
        assert!(
            (epoch - predicted).abs() < 3.0 + 0.1 * predicted,
            "{epoch} {predicted}"
        );
    }
    let narrow = Network {
        hidden: Some(2),
        ..question.network.clone()
    };
    let narrow = Question {
        network: narrow,
        ..question
    };
    let words = asked("a.npy", &npy(&made_up()), &narrow).unwrap().words();
    assert!(
        words.contains("ignores that here 6 directions share 2 hidden units"),
        "{words}"
    );
    assert!(words.contains("give --hidden 3 for all"), "{words}");
}

#[test]
fn bad_input_is_named_with_its_place() {
    let array = made_up();
    let good = npy(&array);
    let with = |i, j, number| {
        let mut array = array.clone();
        array[[i, j]] = number;
        npy(&array)
    };
    let head = |descr: &str, shape: &str| {
        let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}");
        [
            b"\x93NUMPY\x01\x00\x76\x00",
            format!("{text:117}\n").as_bytes(),
        ]
        .concat()
    };
    let cut = good[..good.len() - 50].to_vec();
    let one = npy(&array.slice(ndarray::s![..1, ..]).to_owned());
    let same = npy(&Array2::from_elem((3, 2), 0.1));
    let centred = Question {
        reading: Reading {
            centre: true,
            ..plain()
        },
        ..Question::default()
    };
    let usual = Question::default();
    let two = npz(
        &[("x.npy", good.clone()), ("y.npy", good.clone())],
        rawzip::CompressionMethod::STORE,
    );
    let csv = |text: &str| text.as_bytes().to_vec();
    for (name, bytes, question, expected) in [
        (
            "word.csv",
            csv("a,b\n1,2\n3,x\n"),
            &usual,
            "word.csv, row 2, column 2: `x`",
        ),
        (
            "half.csv",
            csv("1,b\n1,2\n"),
            &usual,
            "half.csv, row 1, column 2: `b`",
        ),
        (
            "nan.csv",
            csv("1,2\n3,NaN\n"),
            &usual,
            "nan.csv, row 2, column 2: NaN",
        ),
        (
            "column.csv",
            csv("nan,2\nnan,3\n"),
            &usual,
            "column.csv, row 1, column 1: NaN",
        ),
        (
            "empty.csv",
            csv("a,b\n1,\n"),
            &usual,
            "empty.csv, row 1, column 2: the cell of `b` in line 2 is empty",
        ),
        (
            "short.csv",
            csv("a,b\n1,2\n3\n"),
            &usual,
            "short.csv, row 2: line 3 has 1 cells",
        ),
        (
            "long.csv",
            csv("1,2\n3,4,5\n"),
            &usual,
            "long.csv, row 2: line 2 has 3 cells",
        ),
        ("header.csv", csv("a,b\n"), &usual, "no rows"),
        ("nothing.csv", csv(""), &usual, "no rows"),
        ("zero.csv", csv("0,0\n0,0\n"), &usual, "zero variance"),
        ("huge.csv", csv("1e200,1\n1,2\n"), &usual, "--scale"),
        ("semi.csv", csv("1;2\n3;4\n"), &usual, "not a number"),
        (
            "inf.npy",
            with(4, 2, f64::INFINITY),
            &usual,
            "inf.npy, row 5, column 3: inf",
        ),
        (
            "cut.npy",
            cut,
            &usual,
            "cut.npy, row 11: the file ends here",
        ),
        ("head.npy", good[..40].to_vec(), &usual, "header is damaged"),
        (
            "more.npy",
            [&good[..], b"x"].concat(),
            &usual,
            "more follows after 12 rows",
        ),
        (
            "text.npy",
            b"1,2\n".to_vec(),
            &usual,
            "not an array of NumPy",
        ),
        ("object.npy", head("'|O'", "(3,)"), &usual, "Python objects"),
        ("word.npy", head("'<U5'", "(3,)"), &usual, "of kind `U5`"),
        (
            "fields.npy",
            head("[('a', '<f8')]", "(3,)"),
            &usual,
            "its elements have fields",
        ),
        (
            "point.npy",
            [head("'<f8'", "()"), vec![0; 8]].concat(),
            &usual,
            "0-d array",
        ),
        ("none.npy", head("'<f8'", "(0, 3)"), &usual, "no rows"),
        (
            "thin.npy",
            head("'<f8'", "(3, 0)"),
            &usual,
            "a row has no numbers",
        ),
        ("wide.npy", head("'<f8'", "(3, 20000)"), &usual, "3.20 GB"),
        ("one.npy", one, &centred, "one row less its mean"),
        ("same.npy", same, &centred, "zero variance"),
        ("two.npz", two, &usual, "choose one with --key: x, y"),
        ("no.npz", b"PK\x05\x06".to_vec(), &usual, "damaged"),
        ("what.bin", b"hello".to_vec(), &usual, "neither IDX"),
    ] {
        let said = asked(name, &bytes, question).unwrap_err().to_string();
        assert!(
            said.contains(expected) && said.contains(name),
            "{name}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_truncated_array_in_fortran_order_is_an_error() {
    let mut turned = Array2::zeros((12, 6).f());
    turned.assign(&made_up());
    let bytes = npy(&turned);
    let cut = &bytes[..bytes.len() - 8];
    let said = asked("cut.npy", cut, &Question::default())
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("568 bytes of numbers, and its header says 576"),
        "{said}"
    );
}

fn paper(arguments: &[&str], folder: &Path, threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paper"))
        .arg("predict")
        .args(arguments)
        .args(["--results", "results"])
        .current_dir(folder)
        .env("OPENBLAS_NUM_THREADS", threads)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap()
}

/// All files below a folder but the record, whose provenance has times in it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with("record.json") {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn the_command_writes_the_same_bytes_with_any_number_of_threads() {
    // Large enough that the moment and the weights are cut into several parts.
    let array = normal_matrix(&mut stream(3, &["own"]), 700, 600, 1.0);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("large.npy"), npy(&array)).unwrap();
    let arguments = [
        "large.npy",
        "--train",
        "--epochs",
        "40",
        "--keep",
        "20",
        "--centre",
    ];
    let mut made = Vec::new();
    for threads in ["1", "2", "1", "3"] {
        let output = paper(&arguments, folder.path(), threads);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let own = folder.path().join("results/own/large");
        let text = fs::read(own.join("record.json")).unwrap();
        let mut record: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert!(record["provenance"].take()["threads"]["rayon"].is_u64());
        let sha256 = sha256_of(&folder.path().join("large.npy")).unwrap();
        assert_eq!(record["samples"]["sha256"], sha256.as_str());
        let files = files(&own);
        assert_eq!(files.len(), 5);
        for (path, _) in &files {
            let name = path.strip_prefix(&own).unwrap().to_str().unwrap();
            assert_eq!(record["outputs"][name], sha256_of(path).unwrap().as_str());
        }
        made.push((output.stdout, record, files));
    }
    assert!(made.iter().all(|one| *one == made[0]));
    // What a notebook gets is what the command wrote.
    let mut question = Question {
        noise: Noise::Keep(20),
        train: Some(2018),
        ..Question::default()
    };
    question.reading.centre = true;
    question.network.epochs = Some(40);
    let outcome = predict(
        &folder.path().join("large.npy"),
        &question,
        &Progress::Silent,
    )
    .unwrap();
    for table in outcome.tables().unwrap() {
        let name = Path::new("tables").join(table.name);
        let mut written = made[0].2.iter();
        let (_, written) = written.find(|(path, _)| path.ends_with(&name)).unwrap();
        assert_eq!(*written, table.csv().unwrap(), "{}", name.display());
    }
}

#[test]
fn the_command_says_what_is_wrong_in_one_line_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), "1,2\n3,x\n").unwrap();
    fs::write(folder.path().join("b.csv"), "1,2\n3,1\n").unwrap();
    for (arguments, code, expected) in [
        (&["a.csv"][..], 1, "a.csv, row 2, column 2"),
        (&["no.csv"], 1, "no.csv"),
        (&["."], 1, "not a regular file"),
        (&["b.csv", "--keep", "3"], 1, "keep = 3"),
        (&["b.csv", "--epochs", "0"], 1, "epochs = 0"),
        (&["b.csv", "--key", "x"], 1, "leave --key out"),
        (
            &["b.csv", "--alpha", "9", "--train"],
            1,
            "training diverged",
        ),
        (&["b.csv", "--epsilon", "-1"], 2, "zero or more"),
        (
            &["b.csv", "--keep", "1", "--epsilon", "1"],
            2,
            "cannot be used with",
        ),
        (&["b.csv", "--scale", "nan"], 2, "above zero"),
        (&["b.csv", "--name", "../b"], 2, "letters"),
    ] {
        let output = paper(arguments, folder.path(), "1");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        let errors: Vec<&str> = said
            .lines()
            .filter(|line| !line.contains("done in"))
            .collect();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{said}");
    }
    assert!(!folder.path().join("results").exists());
}

#[test]
fn mnist_as_an_array_of_numpy_has_the_committed_spectrum() {
    let options = SourceOptions {
        offline: true,
        ..SourceOptions::from_env().unwrap()
    };
    let there = |state: &CacheState| matches!(state, CacheState::Good(_));
    let states = verify(&options);
    if !states
        .iter()
        .any(|it| it.dataset == DataSet::Mnist && there(&it.state))
    {
        println!("skipped: MNIST is not in {}", options.cache.display());
        return;
    }
    let images = load(DataSet::Mnist, &options, &mut |_| {}).unwrap();
    let committed = Spectrum::committed(DataSet::Mnist).unwrap();
    let pixels = images
        .train
        .pixels
        .slice(ndarray::s![..committed.samples, ..])
        .to_owned();
    let pixels = pixels
        .into_shape_with_order((committed.samples, 28, 28))
        .unwrap();
    let found = lambda(
        "mnist.npy",
        &npy(&pixels),
        Reading {
            scale: 255.0,
            ..plain()
        },
    );
    let tolerance = 1e-10 * committed.lambda[0];
    assert!(close(&found, &committed.lambda, tolerance));
}
