//! `paper list`, `manifest`, `readme`, `report`, `animate`, `inputs`, `machine` and `cache`.

use std::path::Path;

use dae::data::cache_dir;
use paper::audit::{claims, update};
use paper::experiments::{self, Figure};
use paper::results::manifest::{self, Manifest};
use paper::results::regenerate::inputs_of_all;
use paper::results::{Job, comparison};
use paper::say;
use paper::settings::{Difference, Profile};
use paper::show::number::bytes;
use paper::show::{animation, readme, report};
use paper::system::cache::{self, Owner};
use paper::system::device::{Choice, Device};
use paper::system::files;
use paper::system::provenance::Session;
use paper::tables::read::from_csv;
use paper::tables::{Check, Tally, Verdict};

use super::arguments::Place;

pub fn list() -> anyhow::Result<()> {
    say!("figures");
    for figure in Figure::ALL {
        say!("  {figure}  {}", figure.about().title);
    }
    for profile in Profile::ALL {
        say!("profile {profile}");
        print_differences(&experiments::load(profile)?.1);
    }
    Ok(())
}

/// Prints how settings differ from the paper's.
pub fn print_differences(differences: &[Difference]) {
    if differences.is_empty() {
        say!("  every setting as in the paper");
    }
    for own in differences {
        say!("  {} = {} (paper: {})", own.key, own.profile, own.paper);
    }
}

pub fn manifest(place: &Place) -> anyhow::Result<bool> {
    let folder = place.results.join(place.profile.name());
    audited(&folder, &update(&folder)?)
}

pub fn readme(root: &Path) -> anyhow::Result<()> {
    for path in readme::update(root)? {
        say!("{} is up to date", path.display());
    }
    Ok(())
}

pub fn animate(to: &Path) -> anyhow::Result<()> {
    let file = animation::figure4()?;
    files::write(to, &file)?;
    say!("{}  {}", to.display(), bytes(file.len() as u64));
    Ok(())
}

pub fn report(place: &Place) -> anyhow::Result<()> {
    let path = report::write(&place.results, place.profile)?;
    say!("{}", path.display());
    Ok(())
}

/// Prints one JSON object with the inputs of each figure.
pub fn inputs(profile: Profile) -> anyhow::Result<()> {
    let inputs = inputs_of_all(&Job::new(profile, "results"))?;
    say!("{}", serde_json::to_string_pretty(&inputs)?);
    Ok(())
}

/// Prints what every record says of the machine.
pub fn machine(kernels_only: bool) -> anyhow::Result<()> {
    let here = Session::begin().provenance(0.0);
    let (blas, threads) = (here.blas, here.threads);
    if kernels_only {
        say!("{}", blas.core);
        return Ok(());
    }
    say!("processor  {}", here.cpu);
    say!("system     {}", here.system);
    say!("BLAS       {}", blas.library);
    say!("kernels    {}", blas.core);
    say!("threads    {} of {}", threads.rayon, threads.available);
    let (device, line) = Device::choose(Choice::Auto)?;
    say!("trains on  {}", device.name());
    if let Some(line) = line {
        say!("           {line}");
    }
    Ok(())
}

pub fn cache(clean: bool) -> anyhow::Result<()> {
    let cache = cache_dir()?;
    say!("cache {}", cache.display());
    let (items, did) = match clean {
        true => (cache::clean(&cache)?, "removed "),
        false => (cache::items(&cache)?, ""),
    };
    let mut gone = false;
    for item in &items {
        let name = item.path.strip_prefix(&cache).unwrap_or(&item.path);
        let whose = match &item.owner {
            Owner::Shared => String::new(),
            Owner::Clone(clone) => format!("of {}", clone.display()),
            Owner::Gone(clone) => {
                gone = true;
                format!("of {}, which is gone", clone.display())
            }
        };
        let (size, name) = (bytes(item.bytes), name.display());
        say!("  {size:>10}  {did}{name}  {whose}");
    }
    let sum = bytes(items.iter().map(|item| item.bytes).sum());
    say!("  {sum:>10}  in all");
    if gone && !clean {
        say!("`paper cache --clean` removes what belongs to clones that are gone");
    }
    Ok(())
}

/// Prints how many published values and claims hold; `true` if no claim fails.
pub fn audited(folder: &Path, manifest: &Manifest) -> anyhow::Result<bool> {
    let compared: Vec<comparison::Row> = from_csv(folder, comparison::FILE)?;
    let claimed: Vec<claims::Row> = from_csv(folder, claims::FILE)?;
    let values: Vec<Check> = compared.iter().map(comparison::Row::check).collect();
    let measures: Vec<Check> = claimed.iter().map(claims::Row::check).collect();
    for (what, checks, file) in [
        ("published values", &values, comparison::FILE),
        ("measures of claims", &measures, claims::FILE),
    ] {
        let (counts, path) = (Tally::of(checks).counts(), folder.join(file));
        say!("{what}: {counts}  ({})", path.display());
    }
    for (row, check) in claimed.iter().zip(&measures) {
        if check.verdict() == Verdict::Fail {
            say!("      FAILED: {}: {check}", row.id);
        }
    }
    let (files, path) = (manifest.expected().len(), folder.join(manifest::FILE));
    say!("{files} files in {}", path.display());
    Ok(Tally::of(&measures).count(Verdict::Fail) == 0)
}
