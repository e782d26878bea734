//! The operations on a machine: kernels with their arguments, and row-major products as column-major ones.

// Matrices are capital letters, as in the equations of the trainers.
#![allow(non_snake_case)]

use dae::train::nonlinear::Activation;
use dae::train::parts::{NOISE_BATCH, NOISE_STRIP, noise_key};
use dae::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, s};

use crate::machine::Argument::{At, F32, Null, U32, U64, Wide as InWide};
use crate::machine::{Argument, Gemm, Launch, Machine, Place, THREADS};
use crate::matrix::{Factor, Matrix, Wide};
use crate::operations::{LinearStep, Noise, NonlinearStep, Operations};

/// Maximum number of blocks of a launch in its second dimension; the blocks loop over rows beyond it.
const ROWS: usize = 16_384;

/// Repetitions of the body in a recording.
const RECORDED: u64 = 10;

/// Threads per batch of noise: each makes 32 numbers from one ChaCha block of 16 words for radii and one for angles.
const QUARTERS: usize = NOISE_BATCH / 32;

/// A machine with the matrices of one trainer.
pub struct Device<M> {
    machine: M,
    /// The buffer for results in double precision, and its size.
    results: Option<(usize, usize)>,
}

impl<M: Machine> Device<M> {
    /// A machine without matrices.
    pub fn new(machine: M) -> Self {
        Self {
            machine,
            results: None,
        }
    }

    /// A buffer for this many results in double precision.
    fn room(&mut self, numbers: usize) -> Result<usize> {
        match self.results {
            Some((buffer, room)) if numbers <= room => Ok(buffer),
            _ => {
                let buffer = self.machine.allocate_wide(&vec![0.0; numbers])?;
                self.results = Some((buffer, numbers));
                Ok(buffer)
            }
        }
    }

    fn launch(
        &mut self,
        kernel: &'static str,
        blocks: [u32; 2],
        arguments: Vec<Argument>,
    ) -> Result<()> {
        self.machine.launch(&Launch {
            kernel,
            blocks,
            arguments,
        })
    }

    /// Runs a kernel with a thread for every column, which loops over rows.
    fn for_matrix(
        &mut self,
        kernel: &'static str,
        (rows, columns): (usize, usize),
        arguments: Vec<Argument>,
    ) -> Result<()> {
        match blocks(rows, columns) {
            Some(blocks) => self.launch(kernel, blocks, arguments),
            None => Ok(()),
        }
    }
}

/// Blocks for this many rows and columns; `None` if there is nothing to do.
fn blocks(rows: usize, columns: usize) -> Option<[u32; 2]> {
    let across = u32::try_from(columns.div_ceil(THREADS as usize)).ok()?;
    let down = rows.min(ROWS) as u32;
    (across > 0 && down > 0).then_some([across, down])
}

fn at(matrix: Matrix) -> Argument {
    At(Place {
        buffer: matrix.buffer(),
        offset: matrix.offset(),
    })
}

/// A size or stride, as kernels take it.
fn size(of: usize) -> Argument {
    U64(of as u64)
}

/// The activation function, as kernels take it.
fn kind(activation: Activation) -> Argument {
    U32(match activation {
        Activation::Relu => 0,
        Activation::Tanh => 1,
    })
}

/// The row-major product `C = alpha A B + beta C` as a column-major one.
///
/// Rows of `C` are columns of `C^T = B^T A^T`: the same numbers, with the factors exchanged.
pub fn by_columns(alpha: f32, A: Factor, B: Factor, beta: f32, C: Matrix) -> Gemm {
    let place = |matrix: Matrix| Place {
        buffer: matrix.buffer(),
        offset: matrix.offset(),
    };
    let (rows, columns) = C.dim();
    let (A_t, B_t) = (A.transposed, B.transposed);
    Gemm {
        transposed: [B_t, A_t],
        sizes: [columns, rows, A.dim().1],
        matrices: [place(B.matrix), place(A.matrix), place(C)],
        // A matrix of one row or column may have any stride, but BLAS requires a nonzero one.
        strides: [B.matrix, A.matrix, C].map(|matrix| matrix.stride().max(1)),
        alpha,
        beta,
    }
}

impl<M: Machine> Operations for Device<M> {
    type Recording = M::Recording;

    fn require(&self, bytes: u64) -> Result<()> {
        let (free, total) = self.machine.memory()?;
        if bytes <= free {
            return Ok(());
        }
        Err(Error::Device {
            device: self.machine.name(),
            reason: format!(
                "{} of device memory are needed, {} of {} are free",
                mebibytes(bytes),
                mebibytes(free),
                mebibytes(total)
            ),
        })
    }

    fn zeros(&mut self, rows: usize, columns: usize) -> Result<Matrix> {
        let buffer = self.machine.allocate(rows * columns)?;
        Ok(Matrix::whole(buffer, rows, columns))
    }

    fn wide(&mut self, values: &Array2<f64>) -> Result<Wide> {
        let (rows, columns) = values.dim();
        let all: Vec<f64> = values.iter().copied().collect();
        let buffer = self.machine.allocate_wide(&all)?;
        Ok(Wide {
            buffer,
            rows,
            columns,
        })
    }

    fn write(&mut self, values: ArrayView2<f32>, to: Matrix) -> Result<()> {
        let to = Place {
            buffer: to.buffer(),
            offset: to.offset(),
        };
        match values.as_slice() {
            Some(values) => self.machine.upload(values, to),
            None => {
                let values: Vec<f32> = values.iter().copied().collect();
                self.machine.upload(&values, to)
            }
        }
    }

    fn read(&self, from: Matrix) -> Result<Array2<f32>> {
        let (rows, columns) = from.dim();
        let place = Place {
            buffer: from.buffer(),
            offset: from.offset(),
        };
        let mut values = self.machine.download(place, from.span())?;
        if from.is_dense() {
            let whole = Array2::from_shape_vec((rows, columns), values);
            return Ok(whole.unwrap_or_else(|_| Array2::zeros((rows, columns))));
        }
        values.resize(rows * from.stride(), 0.0);
        let whole = Array2::from_shape_vec((rows, from.stride()), values);
        let whole = whole.unwrap_or_else(|_| Array2::zeros((rows, from.stride())));
        Ok(whole.slice(s![.., ..columns]).to_owned())
    }

    fn copy(&mut self, from: Matrix, to: Matrix) -> Result<()> {
        let arguments = [at(from), size(from.stride()), at(to), size(to.stride())];
        let (rows, columns) = to.dim();
        let arguments = [&arguments[..], &[size(rows), size(columns)]].concat();
        self.for_matrix("copy_rows", to.dim(), arguments)
    }

    fn add(&mut self, from: Matrix, to: Matrix) -> Result<()> {
        let arguments = [at(from), size(from.stride()), at(to), size(to.stride())];
        let (rows, columns) = to.dim();
        let arguments = [&arguments[..], &[size(rows), size(columns)]].concat();
        self.for_matrix("add_rows", to.dim(), arguments)
    }

    fn product(&mut self, alpha: f32, A: Factor, B: Factor, beta: f32, C: Matrix) -> Result<()> {
        self.machine.multiply(&by_columns(alpha, A, B, beta, C))
    }

    fn activate(&mut self, activation: Activation, P: Matrix) -> Result<()> {
        let (rows, columns) = P.dim();
        let shape = [size(P.stride()), size(rows), size(columns)];
        let arguments = [&[kind(activation), at(P)][..], &shape].concat();
        self.for_matrix("activate", P.dim(), arguments)
    }

    fn pull_back(&mut self, activation: Activation, P: Matrix, dH: Matrix) -> Result<()> {
        let (rows, columns) = dH.dim();
        let arguments = vec![
            kind(activation),
            at(P),
            size(P.stride()),
            at(dH),
            size(dH.stride()),
            size(rows),
            size(columns),
        ];
        self.for_matrix("pull_back", dH.dim(), arguments)
    }

    fn noise(&mut self, noise: Noise, X: Option<Matrix>, to: Matrix) -> Result<()> {
        let (rows, columns) = to.dim();
        let strips = rows.div_ceil(NOISE_STRIP);
        let Some(blocks) = blocks(strips, QUARTERS * columns) else {
            return Ok(());
        };
        let key = noise_key(noise.key, noise.epoch, noise.matrix);
        let mut arguments = vec![X.map_or(Null, at), at(to), size(rows), size(columns)];
        arguments.extend(key.map(U32));
        arguments.extend([size(noise.first / NOISE_STRIP), F32(noise.sigma as f32)]);
        self.launch("add_noise", blocks, arguments)
    }

    fn step_linear(&mut self, step: LinearStep) -> Result<()> {
        let LinearStep { A, variances, .. } = step;
        let matrices = [A, step.Bt, step.noisy, step.AG, step.BtM, variances];
        let (rows, columns) = A.dim();
        let mut arguments = matrices.map(at).to_vec();
        arguments.extend([F32(step.alpha), F32(step.keep), size(rows), size(columns)]);
        self.for_matrix("step_linear", A.dim(), arguments)
    }

    fn step_nonlinear(&mut self, step: NonlinearStep) -> Result<()> {
        let (rows, columns) = step.W2tC.dim();
        let mut arguments = [step.W, step.sums, step.W2tC].map(at).to_vec();
        arguments.extend([F32(step.rate), F32(step.keep), size(rows), size(columns)]);
        self.for_matrix("step_nonlinear", step.W2tC.dim(), arguments)
    }

    fn dot_rows(&mut self, A: Matrix, B: Matrix) -> Result<Array1<f64>> {
        let (rows, columns) = A.dim();
        let to = self.room(rows)?;
        let arguments = vec![
            at(A),
            size(A.stride()),
            at(B),
            size(B.stride()),
            size(rows),
            size(columns),
            InWide(to),
        ];
        self.for_matrix("dot_rows", (1, rows), arguments)?;
        Ok(self.machine.download_wide(to, rows)?.into())
    }

    fn widen(&mut self, A: Matrix, factors: Wide, to: Wide) -> Result<()> {
        let (rows, columns) = A.dim();
        let arguments = vec![
            at(A),
            size(A.stride()),
            InWide(factors.buffer),
            InWide(to.buffer),
            size(rows),
            size(columns),
        ];
        self.for_matrix("widen", A.dim(), arguments)
    }

    fn project(&mut self, U: Wide, A: Matrix) -> Result<Array2<f64>> {
        let (rows, columns) = A.dim();
        let shape = (U.columns, columns);
        let numbers = U.columns * columns;
        if numbers == 0 {
            return Ok(Array2::zeros(shape));
        }
        let to = self.room(numbers)?;
        let arguments = vec![
            InWide(U.buffer),
            size(U.columns),
            at(A),
            size(A.stride()),
            size(rows),
            size(columns),
            InWide(to),
        ];
        self.for_matrix("project", shape, arguments)?;
        let values = self.machine.download_wide(to, numbers)?;
        Ok(Array2::from_shape_vec(shape, values).unwrap_or_else(|_| Array2::zeros(shape)))
    }

    fn repeat(
        &mut self,
        times: u64,
        recording: &mut Option<M::Recording>,
        mut body: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let mut left = times;
        if recording.is_none() && left > RECORDED {
            // Libraries initialise at their first call, which cannot be recorded.
            body(self)?;
            left -= 1;
            self.machine.record()?;
            let done = (0..RECORDED).try_for_each(|_| body(self));
            let recorded = self.machine.recorded();
            done?;
            *recording = Some(recorded?);
        }
        if let Some(recording) = recording {
            while left >= RECORDED {
                self.machine.replay(recording)?;
                left -= RECORDED;
            }
        }
        (0..left).try_for_each(|_| body(self))
    }
}

/// A size in MiB, rounded up.
fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column-major product of buffers of values, as BLAS defines it.
    fn multiply(gemm: &Gemm, buffers: &mut [Vec<f32>]) {
        let [rows, columns, inner] = gemm.sizes;
        let value = |which: usize, i: usize, j: usize| {
            let (place, stride) = (gemm.matrices[which], gemm.strides[which]);
            let (i, j) = if which < 2 && gemm.transposed[which] {
                (j, i)
            } else {
                (i, j)
            };
            (place.buffer, place.offset + j * stride + i)
        };
        for i in 0..rows {
            for j in 0..columns {
                let mut sum = 0.0;
                for k in 0..inner {
                    let (a, b) = (value(0, i, k), value(1, k, j));
                    sum += buffers[a.0][a.1] * buffers[b.0][b.1];
                }
                let (buffer, at) = value(2, i, j);
                let old = buffers[buffer][at];
                buffers[buffer][at] = gemm.alpha * sum + gemm.beta * old;
            }
        }
    }

    #[test]
    fn products_by_rows_are_products_by_columns() {
        let (m, n, k) = (3, 4, 5);
        let numbers = |count: usize, by: f32| (0..count).map(|i| by * i as f32 - 3.0).collect();
        for (A_t, B_t) in [(false, false), (true, false), (false, true), (true, true)] {
            let shape =
                |transposed, (i, j): (usize, usize)| if transposed { (j, i) } else { (i, j) };
            // Each is a block of a larger matrix.
            let matrix = |buffer, (rows, columns): (usize, usize)| {
                Matrix::whole(buffer, rows + 1, columns + 3)
                    .rows(1..rows + 1)
                    .columns(2..columns + 2)
            };
            let A = matrix(0, shape(A_t, (m, k)));
            let B = matrix(1, shape(B_t, (k, n)));
            let C = matrix(2, (m, n));
            let mut host = crate::Host::default();
            let mut buffers = Vec::new();
            for (matrix, by) in [(A, 0.5), (B, 0.25), (C, 1.0)] {
                let (rows, columns) = (matrix.dim().0 + 1, matrix.stride());
                let whole = host.zeros(rows, columns).unwrap();
                let values: Vec<f32> = numbers(rows * columns, by);
                let array = ArrayView2::from_shape((rows, columns), &values).unwrap();
                host.write(array, whole).unwrap();
                buffers.push(values);
            }
            let factor = |matrix: Matrix, transposed| Factor { matrix, transposed };
            let (A, B) = (factor(A, A_t), factor(B, B_t));
            host.product(2.0, A, B, -1.0, C).unwrap();
            multiply(&by_columns(2.0, A, B, -1.0, C), &mut buffers);
            let expected = host.read(Matrix::whole(2, m + 1, n + 3)).unwrap();
            assert_eq!(expected.into_raw_vec_and_offset().0, buffers[2]);
        }
    }

    #[test]
    fn blocks_cover_a_matrix() {
        assert_eq!(blocks(1, 1), Some([1, 1]));
        assert_eq!(blocks(3, 257), Some([2, 3]));
        assert_eq!(blocks(1 << 20, 256), Some([1, ROWS as u32]));
        assert_eq!((blocks(0, 5), blocks(5, 0)), (None, None));
    }
}
