//! Where the links of the report lead.

use std::fs;
use std::path::{Component, Path};

use crate::settings::Profile;

/// The root of the repository, relative to the report.
const ROOT: &str = "../../";

/// The target of a link in a page of `docs/`, relative to the report; `None` if there is nothing.
pub(super) fn document_link(folder: &Path, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return Some(target.to_owned());
    }
    let path = target.split('#').next().unwrap_or(target);
    let from_root = normal(&Path::new("docs").join(path))?;
    let link = format!("{ROOT}{}", target.replacen(path, &from_root, 1));
    folder.join(ROOT).join(from_root).exists().then_some(link)
}

/// A relative path without `..`; `None` if it leaves the repository.
fn normal(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// Links and titles of the notebooks: exported pages if there are any, otherwise the files in the repository.
///
/// Exported pages are not committed, but the report of `paper` is: it must not link to them.
pub(super) fn notebooks(folder: &Path, profile: Profile) -> Vec<[String; 2]> {
    let pages = match profile {
        Profile::Paper => Vec::new(),
        Profile::Smoke | Profile::Quick => linked(folder, "site/", ".html"),
    };
    if pages.is_empty() {
        linked(folder, &format!("{ROOT}notebooks/"), ".ipynb")
    } else {
        pages
    }
}

fn linked(folder: &Path, place: &str, ending: &str) -> Vec<[String; 2]> {
    let files = fs::read_dir(folder.join(place)).into_iter().flatten();
    let mut names: Vec<String> = files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(ending) && name != "index.html")
        .collect();
    names.sort();
    let notebook = |name: &String| {
        let title = name.trim_end_matches(ending).replace('_', " ");
        [format!("{place}{name}"), title]
    };
    names.iter().map(notebook).collect()
}
