//! The trainers of [`dae`] on an NVIDIA GPU.
//!
//! [`LinearTrainer`] and [`NonlinearTrainer`] do what their namesakes in [`dae::train`] do, behind the same traits
//! ([`dae::train::LinearDescent`], [`dae::train::NonlinearDescent`]): same settings, same starts, same noise bit for bit,
//! same checkpoints. Results differ by the rounding of products alone.
//!
//! They ask a device for [`Operations`]: products, activations, updates, noise, sums. There are two:
//!
//! * [`Host`], the processor, slow and clear, on which the trainers are tested;
//! * a [`Device`] on a [`Machine`](machine::Machine): on a [`Card`], which is [`Card::find`]'s to find.
//!
//! Libraries of CUDA (driver, NVRTC and cuBLAS, of CUDA 12 or 13) are looked for when [`Card::find`] is called; none is
//! needed to build, and where one is missing the answer says so.
//!
//! # Shapes
//! N samples, D pixels or directions, H hidden units, k modes: any numbers from 1 on. Matrices lie row after row.
//!
//! # Errors
//! Those of `dae`; [`dae::Error::Device`] for whatever the card says, in one line.
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
