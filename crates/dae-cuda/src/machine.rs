//! What a card is asked for, one step above its driver: memory, copies, kernels by name, and products by columns.
//!
//! Everything that decides which kernel gets which arguments is plain data made by safe code, so that it can be tested
//! without a card: the tests run the same kernels, compiled for the processor, behind the same trait.

use dae::Result;

/// Threads of a block, the same for all kernels.
pub const THREADS: u32 = 256;

/// A place in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the buffer.
    pub buffer: usize,
    /// Where in it, in numbers of its type.
    pub offset: usize,
}

/// An argument of a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Argument {
    /// A pointer into a buffer.
    At(Place),
    /// A pointer to the first number of a buffer of double precision.
    Wide(usize),
    /// No pointer.
    Null,
    /// `unsigned int`.
    U32(u32),
    /// `unsigned long long`.
    U64(u64),
    /// `float`.
    F32(f32),
}

/// A kernel, the blocks that run it, and what they are given.
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

/// A product of matrices that lie column after column, as BLAS takes it: `C = alpha op(A) op(B) + beta C`.
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
    /// Factor of what `C` was.
    pub beta: f32,
}

/// A card, or what stands for one in a test.
///
/// Calls return before their work is done and take effect in their order. Buffers live as long as the machine.
///
/// # Errors
/// All of them: [`dae::Error::Device`], where the machine fails in this call or failed in one before.
pub trait Machine: Send {
    /// Launches and products that were recorded, to be repeated at once.
    type Recording: Send;

    /// What it is called in messages.
    fn name(&self) -> String;

    /// Bytes of memory that are free, and of all there are, after what was asked for before is done.
    ///
    /// # Errors
    /// The machine fails.
    fn memory(&self) -> Result<(u64, u64)>;

    /// A new buffer of single precision, all zeros, by its number.
    ///
    /// # Errors
    /// Out of memory.
    fn allocate(&mut self, numbers: usize) -> Result<usize>;

    /// A new buffer of double precision, by its number among those.
    ///
    /// # Errors
    /// Out of memory.
    fn allocate_wide(&mut self, values: &[f64]) -> Result<usize>;

    /// Sets numbers of a buffer.
    ///
    /// # Errors
    /// The machine fails.
    fn upload(&mut self, values: &[f32], to: Place) -> Result<()>;

    /// Numbers of a buffer.
    ///
    /// # Errors
    /// The machine fails.
    fn download(&self, from: Place, numbers: usize) -> Result<Vec<f32>>;

    /// The first numbers of a buffer of double precision.
    ///
    /// # Errors
    /// The machine fails.
    fn download_wide(&self, buffer: usize, numbers: usize) -> Result<Vec<f64>>;

    /// Runs a kernel.
    ///
    /// # Errors
    /// The machine fails.
    fn launch(&mut self, launch: &Launch) -> Result<()>;

    /// Multiplies.
    ///
    /// # Errors
    /// The machine fails.
    fn multiply(&mut self, gemm: &Gemm) -> Result<()>;

    /// From here on launches and products are recorded instead of done.
    ///
    /// # Errors
    /// The machine fails.
    fn record(&mut self) -> Result<()>;

    /// What was recorded.
    ///
    /// # Errors
    /// The machine fails.
    fn recorded(&mut self) -> Result<Self::Recording>;

    /// Does what was recorded.
    ///
    /// # Errors
    /// The machine fails.
    fn replay(&mut self, recording: &Self::Recording) -> Result<()>;
}
