//! Settings that are checked once, and valid from then on.

use std::ops::Deref;

use serde::Serialize;

use crate::Result;

/// Settings of an experiment or a trainer: plain data until [`Settings::check`] has seen them.
pub trait Settings: Sized {
    /// Checks every field.
    ///
    /// # Errors
    /// Names the first field out of range, and what is allowed.
    fn validate(&self) -> Result<()>;

    /// Turns plain settings into checked ones.
    ///
    /// # Errors
    /// As [`Settings::validate`].
    fn check(self) -> Result<Checked<Self>> {
        self.validate()?;
        Ok(Checked(self))
    }
}

/// Settings that [`Settings::check`] accepted; read-only, so they stay valid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// Returns the plain settings, to be changed and checked again.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
