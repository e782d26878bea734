//! The trainers of [`dae`] on an NVIDIA GPU.
//!
//! [`LinearTrainer`] and [`NonlinearTrainer`] do what their namesakes in [`dae::train`] do, behind the same traits
//! ([`dae::train::LinearDescent`], [`dae::train::NonlinearDescent`]): same settings, same starts, same noise bit for
//! bit, same checkpoints. Results differ only in the rounding of products.
//!
//! They run on a device that provides [`Operations`]: products, activations, updates, noise, sums. There are two:
//!
//! * [`Host`], the processor, slow and clear, for testing the trainers;
//! * a [`Device`] on the [`Machine`](machine::Machine) of a [`Card`], which [`Card::find`] looks for.
//!
//! [`Card::find`] also looks for the CUDA libraries (driver, NVRTC and cuBLAS, of CUDA 12 or 13). Building needs none
//! of them; if one is missing, the error names it.
//!
//! # Shapes
//! N samples, D pixels or directions, H hidden units, k modes: any numbers from 1 up. Matrices are row-major.
//!
//! # Errors
//! Those of `dae`; [`dae::Error::Device`] for errors of the card, in one line.
//!
//! # Example
//! ```
//! use dae_cuda::{Card, Which};
//!
//! match Card::find(Which::Auto) {
//!     Ok(card) => println!("{}", card.description()),
//!     Err(why) => println!("no card: {why}"),
//! }
//! ```

mod card;
mod description;
mod device;
mod host;
mod linear;
pub mod machine;
mod matrix;
mod nonlinear;
mod operations;

pub use card::{Card, Cuda, Recording, Which};
pub use description::{Description, NoCard};
pub use device::{Device, by_columns};
pub use host::Host;
pub use linear::LinearTrainer;
pub use matrix::{Factor, Matrix, Wide};
pub use nonlinear::NonlinearTrainer;
pub use operations::{LinearStep, Noise, NonlinearStep, Operations};
