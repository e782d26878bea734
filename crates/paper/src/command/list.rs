//! `paper list`

use paper::experiments;
use paper::experiments::Figure;
use paper::say;
use paper::settings::Profile;

pub fn list() -> anyhow::Result<bool> {
    say!("figures");
    for figure in Figure::ALL {
        say!("  {figure}  {}", figure.about().title);
    }
    for profile in Profile::ALL {
        say!("profile {profile}");
        print_differences(profile, &[])?;
    }
    Ok(true)
}

/// Prints in what a profile, with some settings replaced, differs from the paper.
pub fn print_differences(profile: Profile, set: &[String]) -> anyhow::Result<()> {
    let (_, differences) = experiments::load_with(profile, set)?;
    if differences.is_empty() {
        say!("  every setting as in the paper");
    }
    for difference in differences {
        say!(
            "  {} = {} (paper: {})",
            difference.key,
            difference.profile,
            difference.paper
        );
    }
    Ok(())
}
