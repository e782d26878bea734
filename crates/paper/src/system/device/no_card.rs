//! Stand-in for cards, in a program built without them.

use dae::Checked;
use dae::random::Key;
use dae::train::linear::{LinearSettings, Weights};
use dae::train::nonlinear::{Modes, NonlinearSettings, State};
use dae::train::{LinearDescent, NonlinearDescent};
use ndarray::ArcArray2;

use crate::Result;

/// No card: there is no value of this type.
#[derive(Debug, Clone)]
pub(super) enum Card {}

impl Card {
    pub(super) fn open(_: Option<usize>) -> Result<Self, String> {
        Err("this program was built without CUDA; build it with `make GPU=1`".to_owned())
    }

    pub(super) fn name(&self) -> String {
        match *self {}
    }

    pub(super) fn memory(&self) -> Option<u64> {
        match *self {}
    }

    pub(super) fn linear(
        &self,
        _: &Checked<LinearSettings>,
        _: &[f64],
        _: &Weights,
        _: u64,
    ) -> Result<Box<dyn LinearDescent>> {
        match *self {}
    }

    pub(super) fn nonlinear(
        &self,
        _: &Checked<NonlinearSettings>,
        _: ArcArray2<f32>,
        _: Modes,
        _: Key,
        _: &State,
    ) -> Result<Box<dyn NonlinearDescent>> {
        match *self {}
    }
}
