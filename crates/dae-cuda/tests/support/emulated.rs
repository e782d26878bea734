//! A card for the tests: the kernels, compiled for the processor, behind the trait of a machine.

use std::io::{BufReader, BufWriter, Read, Write};
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use dae::Result;
use dae_cuda::Device;
use dae_cuda::machine::{Argument, Gemm, Launch, Machine, Place, THREADS};

use super::compile::compile;

/// The kernels as a program, if there is a C++ compiler; with the sanitizers, if it has those.
fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let sanitized = ["-fsanitize=address,undefined", "-fno-sanitize-recover"];
    let program = PROGRAM.get_or_init(|| compile("emulated.cpp", &[&sanitized, &[]]));
    program.as_deref()
}

/// A command for the emulated card.
#[derive(Debug, Clone)]
enum Work {
    Launch(Launch),
    Multiply(Gemm),
}

/// The emulated card.
pub struct Emulated {
    program: Child,
    pipes: Mutex<(BufWriter<ChildStdin>, BufReader<ChildStdout>)>,
    buffers: usize,
    wide: usize,
    recording: Option<Vec<Work>>,
    /// Bytes that it has.
    memory: u64,
}

impl Emulated {
    /// One, if there is a C++ compiler.
    pub fn device() -> Option<Device<Self>> {
        Self::with_memory(u64::MAX)
    }

    /// One with so many bytes of memory.
    pub fn with_memory(memory: u64) -> Option<Device<Self>> {
        let mut machine = Self::machine()?;
        machine.memory = memory;
        Some(Device::new(machine))
    }

    /// One without its operations.
    pub fn machine() -> Option<Self> {
        let mut command = Command::new(program()?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let pipes = (
            BufWriter::new(program.stdin.take().unwrap()),
            BufReader::new(program.stdout.take().unwrap()),
        );
        Some(Self {
            program,
            pipes: Mutex::new(pipes),
            buffers: 0,
            wide: 0,
            recording: None,
            memory: u64::MAX,
        })
    }

    fn send(&self, bytes: &[u8]) {
        let mut pipes = self.pipes.lock().unwrap();
        pipes
            .0
            .write_all(bytes)
            .expect("the emulated card has failed: its words are above");
    }

    fn ask(&self, bytes: &[u8], answer: usize) -> Vec<u8> {
        let mut pipes = self.pipes.lock().unwrap();
        pipes.0.write_all(bytes).unwrap();
        pipes.0.flush().unwrap();
        let mut bytes = vec![0; answer];
        pipes
            .1
            .read_exact(&mut bytes)
            .expect("the emulated card has failed: its words are above");
        bytes
    }

    fn work(&mut self, work: Work) {
        match (&mut self.recording, work) {
            (Some(recording), work) => recording.push(work),
            (None, Work::Launch(launch)) => self.send(&of_launch(&launch)),
            (None, Work::Multiply(gemm)) => self.send(&of_gemm(&gemm)),
        }
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn words(command: u8, values: &[usize]) -> Vec<u8> {
    let mut bytes = vec![command];
    values
        .iter()
        .for_each(|&value| bytes.extend((value as u64).to_le_bytes()));
    bytes
}

fn of_launch(launch: &Launch) -> Vec<u8> {
    let mut bytes = vec![b'l'];
    bytes.extend((launch.kernel.len() as u32).to_le_bytes());
    bytes.extend(launch.kernel.bytes());
    let [across, down] = launch.blocks;
    for value in [THREADS, across, down, launch.arguments.len() as u32] {
        bytes.extend(value.to_le_bytes());
    }
    for &argument in &launch.arguments {
        match argument {
            Argument::At(Place { buffer, offset }) => bytes.extend(words(b'p', &[buffer, offset])),
            Argument::Wide(buffer) => bytes.extend(words(b'w', &[buffer])),
            Argument::Null => bytes.push(b'0'),
            Argument::U32(value) => {
                bytes.push(b'i');
                bytes.extend(value.to_le_bytes());
            }
            Argument::U64(value) => bytes.extend(words(b'l', &[value as usize])),
            Argument::F32(value) => {
                bytes.push(b'f');
                bytes.extend(value.to_le_bytes());
            }
        }
    }
    bytes
}

fn of_gemm(gemm: &Gemm) -> Vec<u8> {
    let mut bytes = vec![b'm'];
    for transposed in gemm.transposed {
        bytes.extend(u32::from(transposed).to_le_bytes());
    }
    let buffers = gemm.matrices.map(|place| place.buffer);
    let offsets = gemm.matrices.map(|place| place.offset);
    for values in [gemm.sizes, buffers, offsets, gemm.strides] {
        bytes.extend(
            values
                .iter()
                .flat_map(|&value| (value as u64).to_le_bytes()),
        );
    }
    bytes.extend(
        [gemm.alpha, gemm.beta]
            .iter()
            .flat_map(|value| value.to_le_bytes()),
    );
    bytes
}

impl Machine for Emulated {
    type Recording = Vec<Launched>;

    fn name(&self) -> String {
        "the emulated card".to_owned()
    }

    fn memory(&self) -> Result<(u64, u64)> {
        Ok((self.memory, self.memory))
    }

    fn allocate(&mut self, numbers: usize) -> Result<usize> {
        self.send(&words(b'a', &[numbers]));
        self.buffers += 1;
        Ok(self.buffers - 1)
    }

    fn allocate_wide(&mut self, values: &[f64]) -> Result<usize> {
        let mut bytes = words(b'A', &[values.len()]);
        bytes.extend(words(b'W', &[self.wide, 0, values.len()]));
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self.send(&bytes);
        self.wide += 1;
        Ok(self.wide - 1)
    }

    fn upload(&mut self, values: &[f32], to: Place) -> Result<()> {
        assert!(self.recording.is_none(), "a copy cannot be recorded");
        let mut bytes = words(b'w', &[to.buffer, to.offset, values.len()]);
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self.send(&bytes);
        Ok(())
    }

    fn download(&self, from: Place, numbers: usize) -> Result<Vec<f32>> {
        assert!(self.recording.is_none(), "a copy cannot be recorded");
        let command = words(b'r', &[from.buffer, from.offset, numbers]);
        let bytes = self.ask(&command, numbers * size_of::<f32>());
        Ok(bytes
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| f32::from_le_bytes(bytes))
            .collect())
    }

    fn download_wide(&self, buffer: usize, numbers: usize) -> Result<Vec<f64>> {
        assert!(self.recording.is_none(), "a copy cannot be recorded");
        let bytes = self.ask(
            &words(b'R', &[buffer, 0, numbers]),
            numbers * size_of::<f64>(),
        );
        Ok(bytes
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| f64::from_le_bytes(bytes))
            .collect())
    }

    fn launch(&mut self, launch: &Launch) -> Result<()> {
        self.work(Work::Launch(launch.clone()));
        Ok(())
    }

    fn multiply(&mut self, gemm: &Gemm) -> Result<()> {
        self.work(Work::Multiply(*gemm));
        Ok(())
    }

    fn record(&mut self) -> Result<()> {
        assert!(
            self.recording.replace(Vec::new()).is_none(),
            "recording already"
        );
        Ok(())
    }

    fn recorded(&mut self) -> Result<Vec<Launched>> {
        let recording = self.recording.take().expect("nothing is being recorded");
        Ok(recording.into_iter().map(Launched).collect())
    }

    fn replay(&mut self, recording: &Vec<Launched>) -> Result<()> {
        recording
            .iter()
            .for_each(|Launched(work)| self.work(work.clone()));
        Ok(())
    }
}

/// A recorded command.
pub struct Launched(Work);
