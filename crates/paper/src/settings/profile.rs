//! The same experiments at three sizes.

dae::named! {
    /// How much is computed.
    #[derive(clap::ValueEnum)]
    pub enum Profile as "profile" {
        /// Every figure from end to end at tiny sizes, for tests and the impatient.
        Smoke = "smoke",
        /// The paper's settings where a laptop can afford them.
        Quick = "quick",
        /// Every size as published, nothing dropped.
        Paper = "paper",
    }
}

impl Profile {
    /// The file that this profile comes from, and its text.
    pub(super) fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Smoke => ("smoke.toml", include_str!("../../settings/smoke.toml")),
            Self::Quick => ("quick.toml", include_str!("../../settings/quick.toml")),
            Self::Paper => ("paper.toml", include_str!("../../settings/paper.toml")),
        }
    }
}
