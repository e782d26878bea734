//! Settings that were checked once, and are known to be good from then on.

use std::ops::Deref;

use serde::Serialize;

use crate::Result;

/// Settings of an experiment or a trainer: plain data until [`Settings::check`] has seen them.
pub trait Settings: Sized {
    /// Looks at every field.
    ///
    /// # Errors
    /// The first field that is out of its range, by name, with what is allowed.
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

/// Settings that [`Settings::check`] accepted; read-only, so they stay good.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// Gives the plain settings back, to change them; they have to be checked again afterwards.
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
