//! `paper cache`

use clap::Args;
use dae::data::cache_dir;
use indicatif::DecimalBytes;
use paper::say;
use paper::system::cache::{self, Item, Owner};

#[derive(Args)]
pub struct CacheCommand {
    /// Remove what was built for clones that are gone.
    #[arg(long)]
    clean: bool,
}

impl CacheCommand {
    pub fn run(self) -> anyhow::Result<bool> {
        let cache = cache_dir()?;
        say!("cache {}", cache.display());
        let items = if self.clean {
            cache::clean(&cache)?
        } else {
            cache::items(&cache)?
        };
        for Item { path, bytes, owner } in &items {
            let name = path.strip_prefix(&cache).unwrap_or(path).display();
            let whose = match owner {
                Owner::Shared => String::new(),
                Owner::Clone(clone) => format!("of {}", clone.display()),
                Owner::Gone(clone) => format!("of {}, which is gone", clone.display()),
            };
            let did = if self.clean { "removed " } else { "" };
            say!(
                "  {:>10}  {did}{name}  {whose}",
                DecimalBytes(*bytes).to_string()
            );
        }
        let sum = items.iter().map(|item| item.bytes).sum();
        say!("  {:>10}  in all", DecimalBytes(sum).to_string());
        if !self.clean
            && items
                .iter()
                .any(|item| matches!(item.owner, Owner::Gone(_)))
        {
            say!("`paper cache --clean` removes what belongs to clones that are gone");
        }
        Ok(true)
    }
}
