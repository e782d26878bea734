//! What a card provides, one step above its driver: memory, copies, kernels by name, and column-major products.
//!
//! Safe code decides which kernel gets which arguments, as plain data that can be tested without a card: the tests run
//! the same kernels, compiled for the processor, behind the same trait.

use dae::Result;

/// Threads per block, the same for all kernels.
pub const THREADS: u32 = 256;

/// A place in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the buffer.
    pub buffer: usize,
    /// Offset in it, in numbers of its type.
    pub offset: usize,
}

/// An argument of a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Argument {
    /// A pointer into a buffer.
    At(Place),
    /// A pointer to the first number of a buffer of double precision.
    Wide(usize),
    /// A null pointer.
    Null,
    /// `unsigned int`.
    U32(u32),
    /// `unsigned long long`.
    U64(u64),
    /// `float`.
    F32(f32),
}

/// A kernel launch: the kernel, its blocks and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// Its name in `kernels.cu`, one of [`KERNELS`].
    pub kernel: &'static str,
    /// Blocks of [`THREADS`] threads, in two directions.
    pub blocks: [u32; 2],
    /// In the order of its parameters.
    pub arguments: Vec<Argument>,
}

/// The kernels in `kernels.cu`.
pub const KERNELS: [&str; 10] = [
    "copy_rows",
    "add_rows",
    "activate",
    "pull_back",
    "add_noise",
    "step_linear",
    "step_nonlinear",
    "dot_rows",
    "widen",
    "project",
];

/// A product of column-major matrices, as BLAS takes it: `C = alpha op(A) op(B) + beta C`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gemm {
    /// Whether `op` transposes, for `A` and `B`.
    pub transposed: [bool; 2],
    /// Rows of `C`, columns of `C`, and the dimension that is summed over.
    pub sizes: [usize; 3],
    /// `A`, `B` and `C`.
    pub matrices: [Place; 3],
    /// Numbers from one column to the next, for `A`, `B` and `C`.
    pub strides: [usize; 3],
    /// Factor of the product.
    pub alpha: f32,
    /// Factor of the old `C`.
    pub beta: f32,
}

/// A card, or its stand-in in a test.
///
/// Calls may return before their work is done, and take effect in order. Buffers live as long as the machine.
///
/// # Errors
/// Always [`dae::Error::Device`]: the machine failed in this call or in an earlier one.
pub trait Machine: Send {
    /// Recorded launches and products, replayed at once.
    type Recording: Send;

    /// Its name in messages.
    fn name(&self) -> String;

    /// Free and total memory in bytes, once earlier work is done.
    ///
    /// # Errors
    /// The machine fails.
    fn memory(&self) -> Result<(u64, u64)>;

    /// Allocates a buffer of single precision, all zeros, and returns its number.
    ///
    /// # Errors
    /// Out of memory.
    fn allocate(&mut self, numbers: usize) -> Result<usize>;

    /// Allocates a buffer of double precision with these values, and returns its number among those.
    ///
    /// # Errors
    /// Out of memory.
    fn allocate_wide(&mut self, values: &[f64]) -> Result<usize>;

    /// Copies values into a buffer.
    ///
    /// # Errors
    /// The machine fails.
    fn upload(&mut self, values: &[f32], to: Place) -> Result<()>;

    /// Reads numbers from a buffer.
    ///
    /// # Errors
    /// The machine fails.
    fn download(&self, from: Place, numbers: usize) -> Result<Vec<f32>>;

    /// Reads the first numbers of a buffer of double precision.
    ///
    /// # Errors
    /// The machine fails.
    fn download_wide(&self, buffer: usize, numbers: usize) -> Result<Vec<f64>>;

    /// Runs a kernel.
    ///
    /// # Errors
    /// The machine fails.
    fn launch(&mut self, launch: &Launch) -> Result<()>;

    /// Runs a product.
    ///
    /// # Errors
    /// The machine fails.
    fn multiply(&mut self, gemm: &Gemm) -> Result<()>;

    /// Starts recording: from here on, launches and products are recorded, not run.
    ///
    /// # Errors
    /// The machine fails.
    fn record(&mut self) -> Result<()>;

    /// Ends recording, and returns what was recorded.
    ///
    /// # Errors
    /// The machine fails.
    fn recorded(&mut self) -> Result<Self::Recording>;

    /// Runs what was recorded.
    ///
    /// # Errors
    /// The machine fails.
    fn replay(&mut self, recording: &Self::Recording) -> Result<()>;
}
