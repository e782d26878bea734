//! The report, the README and what notebooks call.
