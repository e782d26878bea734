//! Finds and describes an NVIDIA GPU.

mod cuda;
mod gate;
mod raw;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cudarc::cublas::result::CublasError;
use cudarc::driver::sys::CUresult;
use cudarc::driver::{CudaContext, CudaFunction, DriverError};
use cudarc::nvrtc::Ptx;
use dae::{Error, Result};

use crate::description::{Description, NoCard, cublas_version, driver_version, version};
use crate::device::Device;
use crate::machine::KERNELS;
pub use cuda::Cuda;
pub use raw::Recording;

/// Source of the kernels.
const SOURCE: &str = include_str!("../../kernels/kernels.cu");

/// Which card to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Of those that can be opened, the one with the most free memory.
    Auto,
    /// The one with this number.
    Index(usize),
}

/// A card that was found, with the kernels compiled for it. Clones are the same card.
#[derive(Clone)]
pub struct Card(Arc<Found>);

struct Found {
    context: Arc<CudaContext>,
    /// In the order of [`KERNELS`].
    functions: Vec<CudaFunction>,
    description: Description,
    /// Bytes held by trainers, now and at the peak.
    held: AtomicU64,
    peak: AtomicU64,
}

impl Card {
    /// Looks for a card, loads the libraries of CUDA and compiles the kernels (a second or two).
    ///
    /// # Errors
    /// Why no card can be used. Never panics, not even if the libraries are missing or too old.
    pub fn find(which: Which) -> Result<Self, NoCard> {
        // cudarc panics where a library lacks a symbol.
        catch_unwind(AssertUnwindSafe(|| find(which))).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.into()));
            Err(NoCard::Failed {
                what: "loading CUDA",
                reason: words.unwrap_or_else(|| "a symbol is missing".to_owned()),
            })
        })
    }

    /// Its description.
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// Free and total memory, in bytes.
    ///
    /// # Errors
    /// The card fails.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let _alone = gate::close();
        let synchronized = self.0.context.synchronize();
        synchronized.map_err(|error| self.0.error("waiting for it", error))?;
        self.0.memory()
    }

    /// Peak memory of the trainers on this card in bytes, including cuBLAS workspace.
    pub fn peak(&self) -> u64 {
        self.0.peak.load(Ordering::Relaxed)
    }

    /// The operations for one trainer, with a stream of its own.
    ///
    /// # Errors
    /// The card fails, or has no room for the workspace.
    pub fn operations(&self) -> Result<Device<Cuda>> {
        Ok(Device::new(Cuda::new(self.0.clone())?))
    }
}

fn find(which: Which) -> Result<Card, NoCard> {
    for (is_present, library, package) in raw::libraries() {
        if !is_present {
            return Err(NoCard::Library { library, package });
        }
    }
    // Another thread may train already.
    let _alone = gate::close();
    let count = match CudaContext::device_count() {
        Ok(count) => usize::try_from(count).unwrap_or_default(),
        Err(DriverError(CUresult::CUDA_ERROR_NO_DEVICE)) => 0,
        Err(error) => return Err(failed("counting cards", words(error))),
    };
    if count == 0 {
        return Err(NoCard::None);
    }
    let (index, context) = match which {
        Which::Index(index) if index >= count => return Err(NoCard::Index { index, count }),
        Which::Index(index) => (index, open(index)?.0),
        Which::Auto => roomiest(count)?,
    };
    raw::without_events(&context);
    let functions = compile(&context)?;
    let description = describe(index, &context)?;
    Ok(Card(Arc::new(Found {
        context,
        functions,
        description,
        held: AtomicU64::new(0),
        peak: AtomicU64::new(0),
    })))
}

/// A card, and its free memory.
fn open(index: usize) -> Result<(Arc<CudaContext>, usize), NoCard> {
    let opened = CudaContext::new(index).and_then(|context| {
        let (free, _) = context.mem_get_info()?;
        Ok((context, free))
    });
    opened.map_err(|error| failed("opening it", words(error)))
}

/// Of the cards that can be opened, the one with the most free memory.
fn roomiest(count: usize) -> Result<(usize, Arc<CudaContext>), NoCard> {
    let mut best = Err(NoCard::None);
    let mut most = 0;
    for index in 0..count {
        match open(index) {
            Ok((context, free)) if best.is_err() || free > most => {
                best = Ok((index, context));
                most = free;
            }
            Ok(_) => {}
            Err(why) => best = best.or(Err(why)),
        }
    }
    best
}

/// Options of NVRTC for a compute capability.
///
/// For machine code: a driver loads no PTX of an NVRTC that is newer than itself.
fn options((major, minor): (i32, i32)) -> Vec<String> {
    // As on the processor: each operation rounded once, nothing flushed to zero.
    let strict = [
        "--fmad=false",
        "--ftz=false",
        "--prec-div=true",
        "--prec-sqrt=true",
    ];
    let mut options = strict.map(str::to_owned).to_vec();
    options.push(format!("--gpu-architecture=sm_{major}{minor}"));
    options
}

/// The kernels in machine code; [`raw::libraries`] must have found NVRTC.
fn machine_code(capability: (i32, i32)) -> Result<Vec<u8>, NoCard> {
    raw::compile(SOURCE, &options(capability))
        .map_err(|reason| failed("compiling the kernels", reason))
}

/// The kernels on a card, in the order of [`KERNELS`].
fn compile(context: &Arc<CudaContext>) -> Result<Vec<CudaFunction>, NoCard> {
    let of_driver = |what| move |error| failed(what, words(error));
    let capability = context.compute_capability();
    let capability = capability.map_err(of_driver("asking for its capability"))?;
    let code = machine_code(capability)?;
    let module = context.load_module(Ptx::from_binary(code));
    let module = module.map_err(of_driver("loading the kernels"))?;
    let functions = KERNELS.iter().map(|name| module.load_function(name));
    let functions: Result<_, _> = functions.collect();
    functions.map_err(of_driver("finding the kernels"))
}

fn describe(index: usize, context: &CudaContext) -> Result<Description, NoCard> {
    let of_driver = |error| failed("describing it", words(error));
    let of_blas = |error: CublasError| failed("asking cuBLAS", error.to_string());
    context.bind_to_thread().map_err(of_driver)?;
    let cuda = raw::cuda_version().map_err(of_driver)?;
    let cublas = raw::Handle::new().and_then(|handle| handle.version());
    let cublas = cublas.map_err(of_blas)?;
    let of_module = fs::read_to_string("/proc/driver/nvidia/version").unwrap_or_default();
    let (free, total) = context.mem_get_info().map_err(of_driver)?;
    Ok(Description {
        index,
        name: context.name().map_err(of_driver)?,
        driver: match driver_version(&of_module) {
            Some(driver) => format!("{driver} (CUDA {})", version(cuda)),
            None => format!("for CUDA {}", version(cuda)),
        },
        cublas: cublas_version(cublas),
        total: total as u64,
        free: free as u64,
    })
}

fn failed(what: &'static str, reason: String) -> NoCard {
    NoCard::Failed { what, reason }
}

/// The driver's message for an error.
fn words(error: DriverError) -> String {
    match error.error_string() {
        Ok(text) => format!("{} ({:?})", text.to_string_lossy(), error.0),
        Err(_) => format!("{:?}", error.0),
    }
}

impl Found {
    /// Free and total memory, in bytes.
    fn memory(&self) -> Result<(u64, u64)> {
        let memory = self.context.mem_get_info();
        let (free, total) = memory.map_err(|error| self.error("asking for memory", error))?;
        Ok((free as u64, total as u64))
    }

    fn error(&self, what: &str, error: DriverError) -> Error {
        self.said(format!("{what} failed: {}", words(error)))
    }

    fn said(&self, reason: String) -> Error {
        let device = self.name();
        Error::Device { device, reason }
    }

    fn name(&self) -> String {
        format!(
            "{} (cuda:{})",
            self.description.name, self.description.index
        )
    }
}

#[cfg(test)]
mod tests {
    use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};

    use super::*;

    /// NVRTC needs no card. Without contraction, no kernel but `activate` has a fused multiply-add.
    #[test]
    fn the_kernels_compile_where_nvrtc_is() {
        let nvrtc = raw::libraries()
            .iter()
            .any(|&(here, library, _)| here && library == "libnvrtc");
        if !nvrtc {
            println!("skipped: there is no NVRTC to compile the kernels with");
            return;
        }
        // Those that every CUDA 12 and 13 knows.
        for capability in [(7, 5), (8, 0), (9, 0)] {
            let code = machine_code(capability).unwrap_or_else(|why| panic!("{why}"));
            assert!(code.starts_with(b"\x7fELF"), "{capability:?}");
            // The step before it, which can be read.
            let options = CompileOptions {
                options: options(capability),
                ..CompileOptions::default()
            };
            let ptx = compile_ptx_with_opts(SOURCE, options);
            let text = ptx.unwrap_or_else(|why| panic!("{why}")).to_src();
            let entries: Vec<_> = text.split(".visible .entry ").skip(1).collect();
            for kernel in KERNELS {
                let entry = entries.iter().find(|entry| entry.starts_with(kernel));
                let entry = entry.unwrap_or_else(|| panic!("no {kernel} for {capability:?}"));
                // The library's hyperbolic tangent may use them.
                assert!(kernel == "activate" || !entry.contains("fma."), "{kernel}");
            }
        }
    }
}
