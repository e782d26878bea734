//! Micro-benchmarks of the kernels, each at a size of the paper or at a stated part of it, on made-up data: no images
//! are needed.
//!
//! `make bench PART=kernels` runs them and writes `results/bench/kernels.csv`.

// A kernel that fails has nothing to measure: here an error may end the program.
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use dae::Settings as _;
use dae::data::{DataSet, Eigen, Expected, Images, Spectrum, Split, cifar10, mnist, second_moment};
use dae::random::{Key, normal_matrix, stream};
use dae::theory::spectrum::Theory;
use dae::theory::{Mode, dynamics};
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::nonlinear::{
    Activation, Modes, NonlinearSettings, NonlinearTrainer, Sampler, State,
};

/// Hidden units of the paper.
fn hidden(dataset: DataSet) -> usize {
    match dataset {
        DataSet::Mnist => 256,
        DataSet::Cifar10 => 512,
    }
}

fn start(directions: usize, hidden: usize) -> Weights {
    let mut encoder = stream(1, &["kernels", "encoder"]);
    let mut decoder = stream(1, &["kernels", "decoder"]);
    Weights::normal([&mut encoder, &mut decoder], directions, hidden, 0.01).unwrap()
}

/// Images that no generator is needed for: bytes that look like noise.
fn made_up(dataset: DataSet, train: usize, test: usize) -> Images {
    let split = |samples: usize, salt: u64| {
        let byte = |i: usize| ((i as u64 + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
        let labels = (0..samples).map(|i| (i % 10) as u8).collect();
        let pixels = (0..samples * dataset.pixels()).map(byte).collect();
        Split::new(labels, pixels, dataset.pixels()).unwrap()
    };
    Images {
        dataset,
        train: split(train, 1),
        test: split(test, 2),
    }
}

fn expected(images: &Images) -> Expected {
    Expected {
        dataset: images.dataset,
        train: images.train.len(),
        test: images.test.len(),
        fingerprint: images.fingerprint(),
    }
}

fn group<'a>(c: &'a mut Criterion, name: &str, samples: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group
        .sample_size(samples)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    group
}

/// An epoch at the sizes of Figure 5.
fn linear_epoch(c: &mut Criterion) {
    let mut group = group(c, "linear_epoch", 20);
    for dataset in DataSet::ALL {
        let lambda = Spectrum::committed(dataset).unwrap().lambda;
        let hidden = hidden(dataset);
        for precision in [Precision::F32, Precision::F64] {
            let settings = LinearSettings {
                hidden,
                alpha: 1e-3,
                s2: 0.5,
                gamma: 0.0,
                precision,
            };
            let settings = settings.check().unwrap();
            let mut trainer =
                LinearTrainer::new(&settings, &lambda, &start(lambda.len(), hidden)).unwrap();
            let name = format!("{}_{precision:?}", dataset.name()).to_lowercase();
            group.bench_function(name, |b| b.iter(|| trainer.advance(1)));
        }
    }
}

/// An epoch of Figure 6 on 2,048 images without noise and with each sampler: what is above `none` is the noise.
fn nonlinear_epoch(c: &mut Criterion) {
    const SAMPLES: usize = 2048;
    let mut group = group(c, "nonlinear_epoch_2048_images", 10);
    for dataset in DataSet::ALL {
        let data = made_up(dataset, SAMPLES, 1)
            .train
            .first_f32(SAMPLES)
            .unwrap()
            .into_shared();
        for (noise, sigma, sampler) in [
            ("none", 0.0, Sampler::Auto),
            ("direct", 2.0, Sampler::Direct),
            ("law_equal", 2.0, Sampler::LawEqual),
        ] {
            let settings = NonlinearSettings {
                hidden: hidden(dataset),
                activation: Activation::Relu,
                alpha: 0.1,
                weight_decay: 0.0,
                sigma,
                sampler,
            };
            let state = State::start(&start(dataset.pixels(), settings.hidden));
            let (modes, key) = (Modes::none(dataset.pixels()), Key::new(1, &["kernels"]));
            let settings = settings.check().unwrap();
            let mut trainer =
                NonlinearTrainer::new(&settings, data.clone(), modes, key, &state).unwrap();
            group.bench_function(format!("{}_{noise}", dataset.name()), |b| {
                b.iter(|| trainer.step(false).unwrap())
            });
        }
    }
}

/// Normal numbers from the generator of everything but training noise.
fn random_numbers(c: &mut Criterion) {
    let mut group = group(c, "normal_numbers", 20);
    let mut rng = stream(1, &["kernels", "numbers"]);
    group.throughput(Throughput::Elements(784 * 256));
    group.bench_function("784x256", |b| {
        b.iter(|| normal_matrix(&mut rng, 784, 256, 1.0))
    });
}

/// Covariance and eigenvalues: of MNIST's size whole, of CIFAR-10's with a tenth of the images.
fn moments(c: &mut Criterion) {
    let mut group = group(c, "moments", 10);
    for (dataset, samples) in [(DataSet::Mnist, 50_000), (DataSet::Cifar10, 3_000)] {
        let images = made_up(dataset, samples, 1);
        let name = dataset.name();
        group.bench_function(format!("covariance_{name}_{samples}"), |b| {
            b.iter(|| second_moment(&images.train, samples).unwrap())
        });
        if dataset == DataSet::Mnist {
            let moment = second_moment(&images.train, samples).unwrap();
            group.bench_function("eigenvectors_mnist", |b| {
                b.iter(|| Eigen::of(black_box(&moment)).unwrap())
            });
            group.bench_function("spectrum_of_images_mnist", |b| {
                b.iter(|| Spectrum::of_images(&images, samples).unwrap())
            });
        }
    }
}

/// The closed forms, a time at all 3,072 modes of CIFAR-10, and a mode at 1,000 times.
fn closed_forms(c: &mut Criterion) {
    let mut group = group(c, "closed_forms", 50);
    let lambda = Spectrum::committed(DataSet::Cifar10).unwrap().lambda;
    let theory = Theory::isotropic(&lambda, 0.5, 0.0, &vec![1e-6; lambda.len()]).unwrap();
    group.throughput(Throughput::Elements(lambda.len() as u64));
    group.bench_function("balanced_all_modes_of_cifar10", |b| {
        b.iter(|| theory.mappings(black_box(2.5)).unwrap())
    });
    let times: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.01).collect();
    group.throughput(Throughput::Elements(times.len() as u64));
    let noise = Mode::denoising(1.0, 0.5).unwrap();
    group.bench_function("unbalanced_1000_times", |b| {
        b.iter(|| {
            let at = |&s: &f64| dynamics::unbalanced(&noise, [0.7, -0.2], s).unwrap()[0];
            times.iter().map(at).sum::<f64>()
        })
    });
    let both = Mode::new(1.0, 0.5, 0.1).unwrap();
    group.bench_function("unbalanced_with_decay_1000_times", |b| {
        b.iter(|| dynamics::trajectory(&both, [0.7, -0.2], black_box(&times)).unwrap())
    });
}

/// Loaders and the fingerprint, a sixth of MNIST and a batch of CIFAR-10.
fn loaders(c: &mut Criterion) {
    const SAMPLES: usize = 10_000;
    let mut group = group(c, "loaders_10000_images", 10);
    let file = Path::new("made up");

    let digits = made_up(DataSet::Mnist, SAMPLES, 1);
    let [idx, ..] = mnist::write_files(&digits);
    group.throughput(Throughput::Bytes(idx.len() as u64));
    group.bench_function("idx", |b| {
        b.iter(|| mnist::read_images(&idx[..], SAMPLES, file).unwrap())
    });
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&idx).unwrap();
    let gzip = gzip.finish().unwrap();
    group.bench_function("idx_gzip", |b| {
        b.iter(|| {
            let plain = dae::data::archive::gunzip(&gzip[..]);
            mnist::read_images(plain, SAMPLES, file).unwrap()
        })
    });

    let pictures = made_up(DataSet::Cifar10, SAMPLES, 1);
    let batch: Vec<u8> = pictures
        .train
        .pixels
        .rows()
        .into_iter()
        .zip(&pictures.train.labels)
        .flat_map(|(row, &label)| std::iter::once(label).chain(row.to_vec()))
        .collect();
    group.throughput(Throughput::Bytes(batch.len() as u64));
    group.bench_function("cifar10_batch", |b| {
        b.iter(|| cifar10::read_batch(&batch[..], SAMPLES, file).unwrap())
    });
    let sheet = sheet(SAMPLES);
    group.bench_function("cifar10_png_sheet", |b| {
        b.iter(|| cifar10::read_sheet(&sheet, SAMPLES, file).unwrap())
    });
    let expected = expected(&pictures);
    group.bench_function("cifar10_fingerprint", |b| {
        b.iter(|| assert_eq!(pictures.fingerprint(), expected.fingerprint))
    });
}

/// A PNG of one image a row, with some regularity so that there is something to decompress.
fn sheet(samples: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1024, samples as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels: Vec<u8> = (0..samples * 3072)
        .map(|i| ((i / 7) % 251) as u8 ^ (i as u64).wrapping_mul(0x9E37_79B9) as u8 & 7)
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

criterion_group!(
    kernels,
    linear_epoch,
    nonlinear_epoch,
    random_numbers,
    moments,
    closed_forms,
    loaders
);
criterion_main!(kernels);
