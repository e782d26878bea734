//! One trainer on a card: its stream, cuBLAS handle and buffers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cudarc::driver::sys::{CUgraphInstantiate_flags, CUresult, CUstreamCaptureMode};
use cudarc::driver::{CudaSlice, CudaStream, DevicePtr, DriverError};
use dae::{Error, Result};

use super::Found;
use super::gate::{self, Closed};
use super::raw::{self, Handle, Recording, Value};
use crate::machine::{Argument, Gemm, KERNELS, Launch, Machine, Place};

/// Bytes of workspace for cuBLAS. By default it allocates its own, which cannot be recorded.
const WORKSPACE: usize = 32 << 20;

/// A card with the stream, cuBLAS handle and buffers of one trainer.
pub struct Cuda {
    // In drop order.
    blas: Handle,
    workspace: CudaSlice<u8>,
    buffers: Vec<CudaSlice<f32>>,
    wide: Vec<CudaSlice<f64>>,
    stream: Arc<CudaStream>,
    card: Arc<Found>,
    held: u64,
    /// While it records, and while it is made and dropped.
    closed: Option<Closed>,
}

impl Cuda {
    pub(super) fn new(card: Arc<Found>) -> Result<Self> {
        let closed = gate::close();
        let stream = card.context.new_stream();
        let stream = stream.map_err(|error| card.error("opening a stream", error))?;
        let bound = card.context.bind_to_thread();
        bound.map_err(|error| card.error("opening it", error))?;
        let blas =
            Handle::new().map_err(|error| card.said(format!("opening cuBLAS failed: {error}")))?;
        let workspace = stream.alloc_zeros::<u8>(WORKSPACE);
        let workspace = workspace.map_err(|error| card.error("making room for cuBLAS", error))?;
        let mut cuda = Self {
            blas,
            workspace,
            buffers: Vec::new(),
            wide: Vec::new(),
            stream,
            card,
            held: 0,
            closed: Some(closed),
        };
        cuda.holds(WORKSPACE);
        let prepared = cuda.blas.prepare(&cuda.stream, &cuda.workspace);
        prepared.map_err(|error| cuda.card.said(format!("preparing cuBLAS failed: {error}")))?;
        cuda.closed = None;
        Ok(cuda)
    }

    /// Counts allocated bytes.
    fn holds(&mut self, bytes: usize) {
        self.held += bytes as u64;
        let before = self.card.held.fetch_add(bytes as u64, Ordering::Relaxed);
        let now = before + bytes as u64;
        self.card.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn allocated<T>(&mut self, made: Result<T, DriverError>, bytes: usize) -> Result<T> {
        match made {
            Ok(buffer) => {
                self.holds(bytes);
                Ok(buffer)
            }
            Err(DriverError(CUresult::CUDA_ERROR_OUT_OF_MEMORY)) => {
                let (free, total) = self.memory()?;
                let reason = format!("{bytes} bytes more are needed, {free} of {total} are free");
                Err(self.card.said(reason))
            }
            Err(error) => Err(self.card.error("making room", error)),
        }
    }

    fn no_such_buffer(&self) -> Error {
        self.card
            .said("a matrix of another device was named".to_owned())
    }

    fn address(&self, place: Place) -> Result<u64> {
        let buffer = self.buffers.get(place.buffer);
        let buffer = buffer.filter(|buffer| place.offset <= buffer.len());
        let buffer = buffer.ok_or_else(|| self.no_such_buffer())?;
        let (address, _used) = buffer.device_ptr(&self.stream);
        Ok(address + 4 * place.offset as u64)
    }

    fn wide_address(&self, buffer: usize) -> Result<u64> {
        let buffer = self.wide.get(buffer).ok_or_else(|| self.no_such_buffer())?;
        Ok(buffer.device_ptr(&self.stream).0)
    }
}

impl Drop for Cuda {
    fn drop(&mut self) {
        // Closing cuBLAS waits for the card. The gate opens with the last field.
        self.closed.get_or_insert_with(gate::close);
        // The fields are freed next, on this thread.
        let _ = self.card.context.bind_to_thread();
        // A stream gives memory back when it is waited for.
        self.buffers.clear();
        self.wide.clear();
        let _ = self.stream.synchronize();
        self.card.held.fetch_sub(self.held, Ordering::Relaxed);
    }
}

impl Machine for Cuda {
    type Recording = Recording;

    fn name(&self) -> String {
        self.card.name()
    }

    fn memory(&self) -> Result<(u64, u64)> {
        let synchronized = self.stream.synchronize();
        synchronized.map_err(|error| self.card.error("waiting for it", error))?;
        let _alone = self.closed.is_none().then(gate::close);
        self.card.memory()
    }

    fn allocate(&mut self, numbers: usize) -> Result<usize> {
        let made = self.stream.alloc_zeros(numbers.max(1));
        let buffer = self.allocated(made, 4 * numbers)?;
        self.buffers.push(buffer);
        Ok(self.buffers.len() - 1)
    }

    fn allocate_wide(&mut self, values: &[f64]) -> Result<usize> {
        let values = if values.is_empty() { &[0.0] } else { values };
        let made = self.stream.clone_htod(values).and_then(|buffer| {
            // As in `upload`.
            self.stream.synchronize()?;
            Ok(buffer)
        });
        let buffer = self.allocated(made, 8 * values.len())?;
        self.wide.push(buffer);
        Ok(self.wide.len() - 1)
    }

    fn upload(&mut self, values: &[f32], to: Place) -> Result<()> {
        let end = to.offset + values.len();
        let buffer = self.buffers.get_mut(to.buffer);
        let part = buffer.and_then(|buffer| buffer.try_slice_mut(to.offset..end));
        let Some(mut part) = part else {
            return Err(self.no_such_buffer());
        };
        let copied = self.stream.memcpy_htod(values, &mut part);
        // The caller may change the values once this has returned.
        let copied = copied.and_then(|()| self.stream.synchronize());
        copied.map_err(|error| self.card.error("copying to it", error))
    }

    fn download(&self, from: Place, numbers: usize) -> Result<Vec<f32>> {
        let end = from.offset + numbers;
        let buffer = self.buffers.get(from.buffer);
        let part = buffer.and_then(|buffer| buffer.try_slice(from.offset..end));
        let part = part.ok_or_else(|| self.no_such_buffer())?;
        let mut values = vec![0.0; numbers];
        let copied = self.stream.memcpy_dtoh(&part, &mut values);
        let copied = copied.and_then(|()| self.stream.synchronize());
        copied.map_err(|error| self.card.error("copying from it", error))?;
        Ok(values)
    }

    fn download_wide(&self, buffer: usize, numbers: usize) -> Result<Vec<f64>> {
        let part = self
            .wide
            .get(buffer)
            .and_then(|buffer| buffer.try_slice(0..numbers));
        let part = part.ok_or_else(|| self.no_such_buffer())?;
        let mut values = vec![0.0; numbers];
        let copied = self.stream.memcpy_dtoh(&part, &mut values);
        let copied = copied.and_then(|()| self.stream.synchronize());
        copied.map_err(|error| self.card.error("copying from it", error))?;
        Ok(values)
    }

    fn launch(&mut self, launch: &Launch) -> Result<()> {
        let number = KERNELS.iter().position(|&name| name == launch.kernel);
        let function = number.and_then(|number| self.card.functions.get(number));
        let unknown = || self.card.said(format!("no kernel {}", launch.kernel));
        let function = function.ok_or_else(unknown)?;
        let values = launch.arguments.iter().map(|&argument| {
            Ok(match argument {
                Argument::At(place) => Value::U64(self.address(place)?),
                Argument::Wide(buffer) => Value::U64(self.wide_address(buffer)?),
                Argument::Null => Value::U64(0),
                Argument::U32(value) => Value::U32(value),
                Argument::U64(value) => Value::U64(value),
                Argument::F32(value) => Value::F32(value),
            })
        });
        let values = values.collect::<Result<Vec<_>>>()?;
        let launched = raw::launch(&self.stream, function, launch.blocks, &values);
        launched.map_err(|error| self.card.error(launch.kernel, error))
    }

    fn multiply(&mut self, gemm: &Gemm) -> Result<()> {
        let card = &self.card;
        let int = |size: usize| {
            let size_as_int = i32::try_from(size);
            size_as_int.map_err(|_| card.said(format!("{size} is beyond cuBLAS")))
        };
        let ([m, n, k], [a, b, c]) = (gemm.sizes, gemm.strides);
        let sizes = [int(m)?, int(n)?, int(k)?];
        let [at_a, at_b, at_c] = gemm.matrices;
        let matrices = [
            (self.address(at_a)?, int(a)?),
            (self.address(at_b)?, int(b)?),
            (self.address(at_c)?, int(c)?),
        ];
        let bound = card.context.bind_to_thread();
        bound.map_err(|error| card.error("opening it", error))?;
        let factors = [gemm.alpha, gemm.beta];
        let multiplied = self
            .blas
            .multiply(gemm.transposed, sizes, factors, matrices);
        multiplied.map_err(|error| self.card.said(format!("a product failed: {error}")))
    }

    fn record(&mut self) -> Result<()> {
        self.closed.get_or_insert_with(gate::close);
        let mode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        let begun = self.stream.begin_capture(mode);
        if begun.is_err() {
            self.closed = None;
        }
        begun.map_err(|error| self.card.error("recording", error))
    }

    fn recorded(&mut self) -> Result<Recording> {
        let graph = self.stream.end_capture(CUgraphInstantiate_flags(0));
        self.closed = None;
        let graph = graph.map_err(|error| self.card.error("recording", error))?;
        let graph = graph.ok_or_else(|| self.card.said("nothing was recorded".to_owned()))?;
        Ok(Recording(graph))
    }

    fn replay(&mut self, recording: &Recording) -> Result<()> {
        let launched = recording.0.launch();
        launched.map_err(|error| self.card.error("an epoch", error))
    }
}
