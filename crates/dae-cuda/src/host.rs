//! The operations on the processor: slow, clear, and the reference for cards.

// Matrices are capital letters, as in the equations of the trainers.
#![allow(non_snake_case)]

use dae::train::nonlinear::Activation;
use dae::train::parts;
use dae::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::matrix::{Factor, Matrix, Wide};
use crate::operations::{LinearStep, Noise, NonlinearStep, Operations};

/// The processor in place of a card.
///
/// Sums products in double precision, one entry after the other. It trains like a card, but slowly: it exists to test
/// the trainers and to check cards against.
#[derive(Debug, Default)]
pub struct Host {
    buffers: Vec<Vec<f32>>,
    wide: Vec<Array2<f64>>,
    /// Memory limit in bytes, if any.
    limit: Option<u64>,
}

impl Host {
    /// The processor as a device with this many bytes of memory.
    pub fn with_memory(bytes: u64) -> Self {
        Self {
            limit: Some(bytes),
            ..Self::default()
        }
    }

    /// Bytes of all matrices allocated so far.
    pub fn used(&self) -> u64 {
        let single: usize = self.buffers.iter().map(Vec::len).sum();
        let double: usize = self.wide.iter().map(Array2::len).sum();
        (4 * single + 8 * double) as u64
    }

    fn get(&self, from: Matrix) -> Array2<f32> {
        let values = self.buffers.get(from.buffer());
        let place = |(i, j)| from.offset() + i * from.stride() + j;
        let value = |at| values.and_then(|values| values.get(place(at))).copied();
        Array2::from_shape_fn(from.dim(), |at| value(at).unwrap_or(f32::NAN))
    }

    fn set(&mut self, values: ArrayView2<f32>, to: Matrix) {
        let Some(buffer) = self.buffers.get_mut(to.buffer()) else {
            return;
        };
        let rows = buffer.get_mut(to.offset()..).unwrap_or_default();
        for (row, values) in rows.chunks_mut(to.stride().max(1)).zip(values.rows()) {
            for (entry, &value) in row.iter_mut().zip(values) {
                *entry = value;
            }
        }
    }

    fn factor(&self, Factor { matrix, transposed }: Factor) -> Array2<f64> {
        let values = self.get(matrix).mapv(f64::from);
        if transposed {
            values.reversed_axes()
        } else {
            values
        }
    }
}

impl Operations for Host {
    type Recording = ();

    fn require(&self, bytes: u64) -> Result<()> {
        match self.limit {
            Some(limit) if self.used() + bytes > limit => Err(Error::Device {
                device: "the processor".to_owned(),
                reason: format!(
                    "{bytes} bytes of memory are needed and {} of {limit} are free",
                    limit.saturating_sub(self.used())
                ),
            }),
            _ => Ok(()),
        }
    }

    fn zeros(&mut self, rows: usize, columns: usize) -> Result<Matrix> {
        self.buffers.push(vec![0.0; rows * columns]);
        Ok(Matrix::whole(self.buffers.len() - 1, rows, columns))
    }

    fn wide(&mut self, values: &Array2<f64>) -> Result<Wide> {
        self.wide.push(values.clone());
        let (rows, columns) = values.dim();
        let buffer = self.wide.len() - 1;
        Ok(Wide {
            buffer,
            rows,
            columns,
        })
    }

    fn write(&mut self, values: ArrayView2<f32>, to: Matrix) -> Result<()> {
        self.set(values, to);
        Ok(())
    }

    fn read(&self, from: Matrix) -> Result<Array2<f32>> {
        Ok(self.get(from))
    }

    fn copy(&mut self, from: Matrix, to: Matrix) -> Result<()> {
        self.set(self.get(from).view(), to);
        Ok(())
    }

    fn add(&mut self, from: Matrix, to: Matrix) -> Result<()> {
        let sum = self.get(to) + self.get(from);
        self.set(sum.view(), to);
        Ok(())
    }

    fn product(&mut self, alpha: f32, A: Factor, B: Factor, beta: f32, C: Matrix) -> Result<()> {
        let (A, B, old) = (self.factor(A), self.factor(B), self.get(C));
        let mut new = Array2::zeros(C.dim());
        for ((i, j), entry) in new.indexed_iter_mut() {
            let products = A.row(i).into_iter().zip(B.column(j)).map(|(a, b)| a * b);
            *entry = (f64::from(alpha) * products.sum::<f64>()) as f32;
        }
        if beta != 0.0 {
            new.zip_mut_with(&old, |new, old| *new += beta * old);
        }
        self.set(new.view(), C);
        Ok(())
    }

    fn activate(&mut self, activation: Activation, P: Matrix) -> Result<()> {
        let values = self.get(P).mapv(|a| match activation {
            Activation::Relu if a < 0.0 => 0.0,
            Activation::Relu => a,
            Activation::Tanh => a.tanh(),
        });
        self.set(values.view(), P);
        Ok(())
    }

    fn pull_back(&mut self, activation: Activation, P: Matrix, dH: Matrix) -> Result<()> {
        let mut values = self.get(dH);
        values.zip_mut_with(&self.get(P), |d, &p| {
            *d = match activation {
                Activation::Relu if p <= 0.0 => 0.0,
                Activation::Relu => *d,
                Activation::Tanh => *d * (1.0 - p * p),
            }
        });
        self.set(values.view(), dH);
        Ok(())
    }

    fn noise(&mut self, noise: Noise, X: Option<Matrix>, to: Matrix) -> Result<()> {
        let mut values = match X {
            Some(X) => self.get(X),
            None => Array2::zeros(to.dim()),
        };
        let place = (noise.key, noise.epoch, noise.matrix);
        values += &parts::noise(place, noise.sigma, noise.first, to.dim());
        self.set(values.view(), to);
        Ok(())
    }

    fn step_linear(&mut self, step: LinearStep) -> Result<()> {
        let LinearStep {
            A,
            Bt,
            noisy,
            AG,
            BtM,
            ..
        } = step;
        let [mut a, mut bt, mut root_a, ag, btm] = [A, Bt, noisy, AG, BtM].map(|m| self.get(m));
        let variances = self.get(step.variances);
        for ((i, j), a) in a.indexed_iter_mut() {
            let at = |matrix: &Array2<f32>, at| matrix.get(at).copied().unwrap_or(f32::NAN);
            let [lambda, noisy, root] = [0, 1, 2].map(|k| at(&variances, (i, k)));
            let (up, down) = (step.alpha * lambda, step.alpha * noisy);
            let (old_a, old_b) = (*a, at(&bt, (i, j)));
            *a = step.keep * old_a - down * at(&ag, (i, j)) + up * old_b;
            if let Some(b) = bt.get_mut((i, j)) {
                *b = step.keep * old_b + up * old_a - step.alpha * at(&btm, (i, j));
            }
            if let Some(scaled) = root_a.get_mut((i, j)) {
                *scaled = root * *a;
            }
        }
        for (values, to) in [(a, A), (bt, Bt), (root_a, noisy)] {
            self.set(values.view(), to);
        }
        Ok(())
    }

    fn step_nonlinear(&mut self, step: NonlinearStep) -> Result<()> {
        let hidden = step.W2tC.dim().1;
        let sides = |whole: Matrix| [whole.columns(0..hidden), whole.columns(hidden..2 * hidden)];
        let ([W1, W2t], [XtP, XtdH]) = (sides(step.W), sides(step.sums));
        let difference = self.get(step.W2tC) - self.get(XtP);
        for (side, gradient) in [(W1, self.get(XtdH)), (W2t, difference)] {
            let mut values = self.get(side);
            values.zip_mut_with(&gradient, |w, &d| *w = step.keep * *w - step.rate * d);
            self.set(values.view(), side);
        }
        Ok(())
    }

    fn dot_rows(&mut self, A: Matrix, B: Matrix) -> Result<Array1<f64>> {
        let [A, B] = [A, B].map(|matrix| self.get(matrix).mapv(f64::from));
        Ok((A * B).sum_axis(Axis(1)))
    }

    fn widen(&mut self, A: Matrix, factors: Wide, to: Wide) -> Result<()> {
        let values = self.get(A).mapv(f64::from);
        let scaled = self
            .wide
            .get(factors.buffer)
            .map(|factors| factors * &values);
        if let (Some(to), Some(scaled)) = (self.wide.get_mut(to.buffer), scaled) {
            to.assign(&scaled);
        }
        Ok(())
    }

    fn project(&mut self, U: Wide, A: Matrix) -> Result<Array2<f64>> {
        let A = self.get(A).mapv(f64::from);
        let U = self.wide.get(U.buffer).cloned();
        let U = U.unwrap_or_else(|| Array2::zeros((A.nrows(), 0)));
        Ok(U.t().dot(&A))
    }

    fn repeat(
        &mut self,
        times: u64,
        _recording: &mut Option<()>,
        mut body: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        for _ in 0..times {
            body(self)?;
        }
        Ok(())
    }
}
