//! What every device has to do as the host does.

use dae::random::{Key, Rng, normal_matrix, stream};
use dae::train::nonlinear::Activation;
use dae::train::parts;
use dae_cuda::{Factor, Host, LinearStep, Matrix, Noise, NonlinearStep, Operations};
use ndarray::Array2;

/// The same matrices on the host and on another device: each has the same name on both.
struct Both<O> {
    host: Host,
    other: O,
    rng: Rng,
}

impl<O: Operations> Both<O> {
    fn random(&mut self, rows: usize, columns: usize) -> Matrix {
        let values = normal_matrix(&mut self.rng, rows, columns, 1.0).mapv(|x| x as f32);
        let mine = self.host.zeros(rows, columns).unwrap();
        let matrix = self.other.zeros(rows, columns).unwrap();
        assert_eq!(mine, matrix);
        self.host.write(values.view(), matrix).unwrap();
        self.other.write(values.view(), matrix).unwrap();
        matrix
    }

    /// Some columns of some rows of a larger matrix.
    fn part(&mut self, rows: usize, columns: usize) -> Matrix {
        let whole = self.random(rows + 3, columns + 4);
        whole.rows(1..rows + 1).columns(3..columns + 3)
    }

    /// Compares a matrix, and what lies around it, to within some units of the last place of the largest entry.
    fn compare(&self, what: &str, matrix: Matrix, places: f32) {
        let whole = Matrix::whole(matrix.buffer(), 1, matrix.offset() + matrix.span());
        let [a, b] = [
            self.host.read(whole).unwrap(),
            self.other.read(whole).unwrap(),
        ];
        let largest = a.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
        for (i, (a, b)) in a.iter().zip(&b).enumerate() {
            let same = a.to_bits() == b.to_bits();
            let error = (a - b).abs() / largest / f32::EPSILON;
            assert!(
                same || error <= places,
                "{what}, {matrix:?}, {i}: {a} and {b}"
            );
        }
        let read = self.other.read(matrix).unwrap();
        assert_eq!(read.dim(), matrix.dim());
        assert_eq!(read.first(), b.get((0, matrix.offset())));
    }
}

/// Compares every operation of a device with the host's.
pub fn conforms(other: impl Operations) {
    let host = Host::default();
    let rng = stream(20_180_710, &["tests/conformance"]);
    let mut both = Both { host, other, rng };
    for (n, k, m) in [
        (1, 1, 1),
        (1, 5, 3),
        (7, 1, 2),
        (33, 65, 17),
        (130, 40, 300),
    ] {
        products(&mut both, [n, k, m]);
        rows(&mut both, n, m);
        hidden_units(&mut both, n, m);
        steps(&mut both, n, m);
        sums(&mut both, [n, k, m]);
    }
    // More rows than a launch has blocks.
    rows(&mut both, 20_000, 3);
    hidden_units(&mut both, 20_000, 2);
    noise_is_that_of_the_processor(&mut both.other);
}

fn products<O: Operations>(both: &mut Both<O>, [n, k, m]: [usize; 3]) {
    for (A_t, B_t) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut factor = |transposed, rows, columns| Factor {
            matrix: match transposed {
                false => both.part(rows, columns),
                true => both.part(columns, rows),
            },
            transposed,
        };
        let (A, B) = (factor(A_t, n, k), factor(B_t, k, m));
        let C = both.part(n, m);
        for (alpha, beta) in [(1.0, 0.0), (-1.0, 1.0), (0.5, -1.0)] {
            both.host.product(alpha, A, B, beta, C).unwrap();
            both.other.product(alpha, A, B, beta, C).unwrap();
            both.compare("product", C, 2.0 * (k as f32 + 4.0));
        }
    }
    // What a product replaces does not matter.
    let (A, C) = (both.random(n, k), both.random(n, n));
    let nan = Array2::from_elem((n, n), f32::NAN);
    both.host.write(nan.view(), C).unwrap();
    both.other.write(nan.view(), C).unwrap();
    both.host.product(1.0, A.into(), A.t(), 0.0, C).unwrap();
    both.other.product(1.0, A.into(), A.t(), 0.0, C).unwrap();
    both.compare("product over NaN", C, 2.0 * (k as f32 + 4.0));
}

fn rows<O: Operations>(both: &mut Both<O>, n: usize, m: usize) {
    let (from, to, sum) = (both.part(n, m), both.part(n, m), both.part(n, m));
    for (from, to) in [(from, to), (from.rows(n..n), to.rows(0..0))] {
        both.host.copy(from, to).unwrap();
        both.other.copy(from, to).unwrap();
    }
    both.compare("copy", to, 0.0);
    both.host.add(from, sum).unwrap();
    both.other.add(from, sum).unwrap();
    both.compare("add", sum, 0.0);
}

fn hidden_units<O: Operations>(both: &mut Both<O>, n: usize, m: usize) {
    for activation in Activation::ALL {
        let (P, dH) = (both.part(n, m), both.part(n, m));
        both.host.activate(activation, P).unwrap();
        both.other.activate(activation, P).unwrap();
        // The libraries of two devices need not agree on a hyperbolic tangent's last bits.
        both.compare(
            "activation",
            P,
            if activation == Activation::Relu {
                0.0
            } else {
                4.0
            },
        );
        both.host.pull_back(activation, P, dH).unwrap();
        both.other.pull_back(activation, P, dH).unwrap();
        both.compare(
            "slope",
            dH,
            if activation == Activation::Relu {
                0.0
            } else {
                16.0
            },
        );
        // NaN stays NaN, and the slope of ReLU is 0 at 0.
        let (special, ones) = (both.random(1, 4), both.random(1, 4));
        let values = [[f32::NAN, -0.0, 0.0, -1.0]];
        both.other
            .write(Array2::from(values.to_vec()).view(), special)
            .unwrap();
        both.other.write(Array2::ones((1, 4)).view(), ones).unwrap();
        both.other.activate(activation, special).unwrap();
        both.other.pull_back(activation, special, ones).unwrap();
        assert!(both.other.read(special).unwrap()[[0, 0]].is_nan());
        let slopes = both.other.read(ones).unwrap();
        match activation {
            Activation::Relu => assert!((1..4).all(|i| slopes[[0, i]] == 0.0)),
            Activation::Tanh => assert_eq!(slopes[[0, 1]], 1.0),
        }
    }
}

fn steps<O: Operations>(both: &mut Both<O>, n: usize, m: usize) {
    let step = LinearStep {
        A: both.random(n, m),
        Bt: both.random(n, m),
        noisy: both.random(n, m),
        AG: both.random(n, m),
        BtM: both.random(n, m),
        variances: both.random(n, 3),
        alpha: 0.3,
        keep: 0.9,
    };
    both.host.step_linear(step).unwrap();
    both.other.step_linear(step).unwrap();
    for matrix in [step.A, step.Bt, step.noisy, step.AG, step.variances] {
        both.compare("linear step", matrix, 0.0);
    }
    let step = NonlinearStep {
        W: both.random(n, 2 * m),
        sums: both.random(n, 2 * m),
        W2tC: both.random(n, m),
        rate: 0.3,
        keep: 0.9,
    };
    both.host.step_nonlinear(step).unwrap();
    both.other.step_nonlinear(step).unwrap();
    both.compare("nonlinear step", step.W, 0.0);
}

fn sums<O: Operations>(both: &mut Both<O>, [n, k, m]: [usize; 3]) {
    let close = |a: f64, b: f64, size: f64| (a - b).abs() <= 1e-13 * size;
    let (A, B) = (both.part(n, m), both.part(n, m));
    let [a, b] = [
        both.host.dot_rows(A, B).unwrap(),
        both.other.dot_rows(A, B).unwrap(),
    ];
    assert_eq!((a.len(), b.len()), (n, n));
    assert!(
        a.iter()
            .zip(&b)
            .all(|(&a, &b)| close(a, b, 10.0 * m as f64))
    );
    let U = normal_matrix(&mut both.rng, n, k, 1.0);
    let factors = normal_matrix(&mut both.rng, n, 1, 1.0);
    let expected = projections(&mut both.host, &U, &factors, [A, B]);
    let found = projections(&mut both.other, &U, &factors, [A, B]);
    for (a, b) in expected.iter().zip(&found) {
        assert_eq!(a.dim(), b.dim());
        assert!(
            a.iter()
                .zip(b)
                .all(|(&a, &b)| close(a, b, 100.0 * n as f64))
        );
    }
    let none = both.other.wide(&Array2::zeros((n, 0))).unwrap();
    assert_eq!(both.other.project(none, A).unwrap().dim(), (0, m));
}

/// `U^T A`, and `(factors B)^T A`.
fn projections(
    operations: &mut impl Operations,
    U: &Array2<f64>,
    factors: &Array2<f64>,
    [A, B]: [Matrix; 2],
) -> [Array2<f64>; 2] {
    let (on_U, factors) = (
        operations.wide(U).unwrap(),
        operations.wide(factors).unwrap(),
    );
    let wide = operations.wide(&Array2::zeros(B.dim())).unwrap();
    operations.widen(B, factors, wide).unwrap();
    [on_U, wide].map(|U| operations.project(U, A).unwrap())
}

/// Noise matrices of any size, bit for bit.
pub fn noise_is_that_of_the_processor(operations: &mut impl Operations) {
    let key = Key::new(20_180_710, &["tests/conformance", "noise"]);
    let mut rng = stream(1, &["data"]);
    for columns in [1, 2, 3, 64, 129, 784] {
        for rows in [1, 127, 128, 129, 300] {
            for (epoch, first, matrix, sigma) in [
                (0, 0, "Z", 2.0),
                (7, 384, "Y", 0.5),
                (u64::MAX, 1 << 40, "E", 3.0),
            ] {
                let noise = Noise {
                    key,
                    epoch,
                    matrix,
                    sigma,
                    first,
                };
                let place = (key, epoch, matrix);
                let drawn = parts::noise(place, sigma, first, (rows, columns));
                let X = normal_matrix(&mut rng, rows, columns, 1.0).mapv(|x| x as f32);
                let on = operations.zeros(rows, columns).unwrap();
                let to = operations.zeros(rows, columns).unwrap();
                operations.write(X.view(), on).unwrap();
                for (X, expected) in [(None, &drawn), (Some(on), &(&drawn + &X))] {
                    operations.noise(noise, X, to).unwrap();
                    let found = operations.read(to).unwrap();
                    let bits = |matrix: &Array2<f32>| matrix.mapv(f32::to_bits);
                    assert!(
                        bits(&found) == bits(expected),
                        "{rows} x {columns}, {noise:?}"
                    );
                }
            }
        }
    }
}
