//! Finished training runs, kept so that only what changed is computed again.

use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Result, files};

/// A directory of finished runs, each with the key of everything that it depends on.
#[derive(Debug, Clone)]
pub struct Runs {
    /// Where the runs lie; `None` keeps nothing.
    pub directory: Option<PathBuf>,
    /// Whether runs that are there may be used.
    pub reuse: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    key: String,
    result: T,
}

impl Runs {
    /// Keeps nothing and reuses nothing.
    pub fn none() -> Self {
        Self {
            directory: None,
            reuse: false,
        }
    }

    /// Gives the kept result of `name` if its key is that of `inputs`; computes and keeps it otherwise.
    ///
    /// The flag says whether it was reused.
    ///
    /// # Errors
    /// The computation or the file system failing. A kept file that cannot be read counts as absent.
    pub fn get_or<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        inputs: &impl Serialize,
        compute: impl FnOnce() -> Result<T>,
    ) -> Result<(T, bool)> {
        let key = key(inputs);
        let path = self
            .directory
            .as_ref()
            .map(|directory| directory.join(format!("{name}.json")));
        if let Some(path) = path.as_ref().filter(|_| self.reuse) {
            let kept = fs::read(path)
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok());
            if let Some(Stored { result, .. }) = kept.filter(|kept: &Stored<T>| kept.key == key) {
                return Ok((result, true));
            }
        }
        let stored = Stored {
            key,
            result: compute()?,
        };
        if let Some(path) = path {
            files::write_json(&path, &stored)?;
        }
        Ok((stored.result, false))
    }
}

/// SHA-256 of anything that can be written as JSON.
pub fn key(inputs: &impl Serialize) -> String {
    // Settings are numbers, strings and lists: they always have a JSON form.
    serde_json::to_vec(inputs).map_or_else(|error| error.to_string(), |text| files::sha256(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_reused_for_the_same_inputs_only() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs {
            directory: Some(directory.path().to_owned()),
            reuse: true,
        };
        let number = 0.1 + 0.2;
        let (first, reused) = runs.get_or("a", &1, || Ok(vec![number])).unwrap();
        assert!(!reused && first == [number]);
        let (again, reused) = runs.get_or("a", &1, || Ok(vec![7.0])).unwrap();
        assert!(
            reused && again == [number],
            "exactly the same float comes back"
        );
        let (other, reused) = runs.get_or("a", &2, || Ok(vec![7.0])).unwrap();
        assert!(!reused && other == [7.0]);
        fs::write(directory.path().join("a.json"), b"{\"key\":").unwrap();
        let (repaired, reused) = runs.get_or("a", &2, || Ok(vec![8.0])).unwrap();
        assert!(!reused && repaired == [8.0]);
        let never = Runs {
            reuse: false,
            ..runs
        };
        assert!(!never.get_or("a", &2, || Ok(vec![9.0])).unwrap().1);
    }
}
