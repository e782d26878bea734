//! Every unsafe call into the CUDA libraries. The only file of the crate with unsafe code.

// A comment beside each call says why it is sound.
#![allow(unsafe_code)]

use std::ffi::{CString, c_int};
use std::sync::Arc;

use cudarc::cublas;
use cudarc::cublas::result::CublasError;
use cudarc::cublas::sys::{cublasMath_t, cublasOperation_t};
use cudarc::driver::{
    CudaContext, CudaFunction, CudaGraph, CudaSlice, CudaStream, DevicePtr, DriverError,
    LaunchConfig, PushKernelArg,
};
use cudarc::nvrtc;
use cudarc::nvrtc::result::NvrtcError;

use crate::machine::THREADS;

/// For each CUDA library: whether it can be loaded, its name, and the package that provides it.
///
/// cudarc panics if a library is missing and was not checked for first.
pub(super) fn libraries() -> [(bool, &'static str, &'static str); 3] {
    let (driver, toolkit) = ("the NVIDIA driver", "the CUDA toolkit");
    // SAFETY: each loads a library, whose initialisers are NVIDIA's.
    unsafe {
        [
            (cudarc::driver::sys::is_culib_present(), "libcuda", driver),
            (nvrtc::sys::is_culib_present(), "libnvrtc", toolkit),
            (cublas::sys::is_culib_present(), "libcublas", toolkit),
        ]
    }
}

/// The version of CUDA that the driver can run, as a number.
pub(super) fn cuda_version() -> Result<i32, DriverError> {
    let mut version = 0;
    // SAFETY: the call writes one number to the given address.
    unsafe { cudarc::driver::sys::cuDriverGetVersion(&mut version) }.result()?;
    Ok(version)
}

/// A program of NVRTC.
struct Program(nvrtc::sys::nvrtcProgram);

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: it is destroyed once.
        let _ = unsafe { nvrtc::result::destroy_program(self.0) };
    }
}

/// Compiles kernels to the machine code of one kind of card; [`libraries`] must have found NVRTC.
///
/// # Errors
/// What NVRTC says.
pub(super) fn compile(source: &str, options: &[String]) -> Result<Vec<u8>, String> {
    let words = |error: NvrtcError| error.to_string();
    let source = CString::new(source).map_err(|error| error.to_string())?;
    let program = nvrtc::result::create_program(&source, Some(c"kernels.cu"));
    let program = Program(program.map_err(words)?);
    // SAFETY: the program and its source are alive.
    let compiled = unsafe { nvrtc::result::compile_program(program.0, options) };
    compiled.map_err(|error| log(&program).unwrap_or_else(|| words(error)))?;
    let mut size = 0;
    // SAFETY: the call writes one number to the given address.
    unsafe { nvrtc::sys::nvrtcGetCUBINSize(program.0, &mut size) }
        .result()
        .map_err(words)?;
    if size == 0 {
        return Err("there is no machine code".to_owned());
    }
    let mut code = vec![0; size];
    // SAFETY: the call writes as many bytes as it said.
    unsafe { nvrtc::sys::nvrtcGetCUBIN(program.0, code.as_mut_ptr().cast()) }
        .result()
        .map_err(words)?;
    Ok(code)
}

/// What NVRTC said of a program, in one line.
fn log(program: &Program) -> Option<String> {
    // SAFETY: the program is alive.
    let log = unsafe { nvrtc::result::get_program_log(program.0) }.ok()?;
    let text = log.iter().map(|&c| c as u8).take_while(|&c| c != 0);
    let text: Vec<u8> = text.collect();
    Some(String::from_utf8_lossy(&text).replace('\n', " "))
}

/// Disables events on buffers made from here on: events cannot be recorded.
pub(super) fn without_events(context: &CudaContext) {
    // SAFETY: every buffer of this crate is used only on the stream it was made on.
    unsafe { context.disable_event_tracking() };
}

/// A cuBLAS handle.
pub(super) struct Handle(cublas::sys::cublasHandle_t);

// SAFETY: any thread may use a handle, one at a time; every use that changes it borrows its owner.
unsafe impl Send for Handle {}

impl Handle {
    /// A handle for the context of the thread.
    pub(super) fn new() -> Result<Self, CublasError> {
        cublas::result::create_handle().map(Self)
    }

    /// The version of cuBLAS, as a number.
    pub(super) fn version(&self) -> Result<i32, CublasError> {
        let mut version = 0;
        // SAFETY: the handle is alive, and the call writes one number to the given address.
        unsafe { cublas::sys::cublasGetVersion_v2(self.0, &mut version) }.result()?;
        Ok(version)
    }

    /// Attaches it to a stream and a workspace, in strict single precision.
    ///
    /// Stream and workspace must live as long as it does: [`Cuda`](super::Cuda) owns all three.
    pub(super) fn prepare(
        &mut self,
        stream: &Arc<CudaStream>,
        workspace: &CudaSlice<u8>,
    ) -> Result<(), CublasError> {
        let (space, _used) = workspace.device_ptr(stream);
        // SAFETY: see above. The stream comes first: setting it resets the workspace.
        unsafe {
            cublas::result::set_stream(self.0, stream.cu_stream().cast())?;
            cublas::sys::cublasSetWorkspace_v2(self.0, space as *mut _, workspace.len())
                .result()?;
            cublas::sys::cublasSetMathMode(self.0, cublasMath_t::CUBLAS_PEDANTIC_MATH).result()
        }
    }

    /// Column-major `C = alpha op(A) op(B) + beta C`, of matrices at device addresses.
    ///
    /// Sizes and strides must be those of the matrices: a [`Gemm`](crate::machine::Gemm) is made from their handles.
    pub(super) fn multiply(
        &mut self,
        transposed: [bool; 2],
        [m, n, k]: [c_int; 3],
        [alpha, beta]: [f32; 2],
        [a, b, c]: [(u64, c_int); 3],
    ) -> Result<(), CublasError> {
        let [of_a, of_b] = transposed.map(|transposed| match transposed {
            false => cublasOperation_t::CUBLAS_OP_N,
            true => cublasOperation_t::CUBLAS_OP_T,
        });
        // SAFETY: the addresses are those of live buffers; the factors are read before this returns.
        unsafe {
            cublas::result::sgemm(
                self.0,
                of_a,
                of_b,
                m,
                n,
                k,
                &alpha,
                a.0 as *const f32,
                a.1,
                b.0 as *const f32,
                b.1,
                &beta,
                c.0 as *mut f32,
                c.1,
            )
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is destroyed once. A failed card refuses; then there is nothing left to free.
        let _ = unsafe { cublas::result::destroy_handle(self.0) };
    }
}

/// A recorded sequence of launches, launched at once.
pub struct Recording(pub(super) CudaGraph);

// SAFETY: any thread may use a graph, one at a time; every use borrows the trainer that owns it.
unsafe impl Send for Recording {}

/// An argument as the driver takes it.
pub(super) enum Value {
    /// `unsigned int`.
    U32(u32),
    /// `unsigned long long`, or a device address.
    U64(u64),
    /// `float`.
    F32(f32),
}

/// Runs a kernel.
///
/// The values must match the kernel's parameters, and the addresses must be those of matrices of the given sizes.
/// Launches are made in `device.rs`; the tests run every one of them with the same kernels compiled for the processor.
pub(super) fn launch(
    stream: &CudaStream,
    function: &CudaFunction,
    [across, down]: [u32; 2],
    values: &[Value],
) -> Result<(), DriverError> {
    let mut builder = stream.launch_builder(function);
    for value in values {
        match value {
            Value::U32(value) => builder.arg(value),
            Value::U64(value) => builder.arg(value),
            Value::F32(value) => builder.arg(value),
        };
    }
    let config = LaunchConfig {
        grid_dim: (across, down, 1),
        block_dim: (THREADS, 1, 1),
        shared_mem_bytes: 0,
    };
    // SAFETY: see above.
    unsafe { builder.launch(config) }?;
    Ok(())
}
