//! Describes a card, or why there is none.

use std::fmt;

/// A card, in words and numbers, for messages and records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its number, from 0 on.
    pub index: usize,
    /// What the driver calls it.
    pub name: String,
    /// Version of the driver, if the system reports it, and of the CUDA that it supports.
    pub driver: String,
    /// Version of cuBLAS.
    pub cublas: String,
    /// Bytes of memory.
    pub total: u64,
    /// Bytes of memory that were free when it was found.
    pub free: u64,
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gibibytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
        write!(
            f,
            "{} (cuda:{}), driver {}, cuBLAS {}, {:.1} of {:.1} GiB free",
            self.name,
            self.index,
            self.driver,
            self.cublas,
            gibibytes(self.free),
            gibibytes(self.total)
        )
    }
}

/// Why no card can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCard {
    /// A CUDA library is missing.
    #[error("{library} cannot be loaded; install {package}, or name its folder in LD_LIBRARY_PATH")]
    Library {
        /// The library.
        library: &'static str,
        /// The package that provides it.
        package: &'static str,
    },
    /// The driver sees no card.
    #[error("the driver sees no NVIDIA GPU; see what CUDA_VISIBLE_DEVICES and nvidia-smi say")]
    None,
    /// There is no card with this number.
    #[error("there is no cuda:{index}; the driver sees {count}, counted from cuda:0")]
    Index {
        /// The requested number.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A call failed.
    #[error("{what} failed: {reason}; update the driver, or train on the processor")]
    Failed {
        /// What was tried.
        what: &'static str,
        /// The library's own words.
        reason: String,
    },
}

/// A CUDA version, from the number that encodes it.
pub(crate) fn version(number: i32) -> String {
    format!("{}.{}", number / 1000, number % 1000 / 10)
}

/// A cuBLAS version, from the number that encodes it.
pub(crate) fn cublas_version(number: i32) -> String {
    format!(
        "{}.{}.{}",
        number / 10_000,
        number % 10_000 / 100,
        number % 100
    )
}

/// The driver version in the text of its kernel module (`/proc/driver/nvidia/version`).
pub(crate) fn driver_version(words: &str) -> Option<&str> {
    let line = words.lines().find(|line| line.contains("NVRM version"))?;
    let is_version =
        |word: &&str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    line.split_whitespace().find(is_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(version(13_000), "13.0");
        assert_eq!(version(12_080), "12.8");
        assert_eq!(cublas_version(130_002), "13.0.2");
        assert_eq!(cublas_version(120_804), "12.8.4");
        for words in [
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.07  Wed Aug 27 17:34:12 UTC 2025\nGCC version:  gcc 12.2.0",
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.82.07  Release Build  (dvs-builder@U22)",
        ] {
            assert_eq!(driver_version(words), Some("580.82.07"));
        }
        assert_eq!(driver_version("nothing 1.2"), None);
    }

    #[test]
    fn a_card_is_one_line() {
        let card = Description {
            index: 1,
            name: "NVIDIA H100".to_owned(),
            driver: "580.82.07 (CUDA 13.0)".to_owned(),
            cublas: "13.0.2".to_owned(),
            total: 80 << 30,
            free: 79 << 30,
        };
        let line = "NVIDIA H100 (cuda:1), driver 580.82.07 (CUDA 13.0), cuBLAS 13.0.2, 79.0 of 80.0 GiB free";
        assert_eq!(card.to_string(), line);
    }
}
