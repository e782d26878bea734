//! The panel with sliders for the parameters of the theory, shared by the report and the notebooks.

use askama::Template;

use crate::{Error, Result};

/// The script that computes the closed forms, tested against `dae::theory`.
pub const DYNAMICS: &str = include_str!("../../templates/dynamics.js");

/// The script that draws and fills in.
pub(super) const SCRIPT: &str = include_str!("../../templates/panel.js");

/// Its style sheet.
pub(super) const STYLE: &str = include_str!("../../templates/panel.css");

/// A parameter, with the range of its slider as HTML takes it.
#[derive(Debug, Clone, Copy)]
struct Slider {
    name: &'static str,
    symbol: &'static str,
    meaning: &'static str,
    min: &'static str,
    max: &'static str,
    step: &'static str,
    value: &'static str,
}

/// All sliders; those of start, rate and axis hold the power of ten.
const SLIDERS: [Slider; 6] = [
    slider(["lambda", "λ", "variance of the data", "0", "5", "0.01", "1"]),
    slider([
        "epsilon",
        "ε",
        "variance of the noise",
        "0",
        "5",
        "0.01",
        "1",
    ]),
    slider(["gamma", "γ", "weight decay", "0", "5", "any", "0.5"]),
    slider([
        "w0",
        "w₀",
        "mapping at the start",
        "-9",
        "0.3",
        "0.05",
        "-4",
    ]),
    slider(["alpha", "α", "learning rate", "-4", "0", "0.02", "-2"]),
    slider(["epochs", "axis", "epochs drawn", "1", "7", "any", "3.204"]),
];

/// Rows of its table: name, label, and whether two models are compared in it; the last one is only a comparison.
const ROWS: [(&str, &str, bool); 5] = [
    ("fixed", "Fixed point of w", false),
    ("time", "Epochs to 95% of it", true),
    ("rate", "Optimal learning rate", false),
    ("optimal", "Epochs to 95% at that rate", true),
    ("theory", "1 + ε/λ", true),
];

/// A panel with the sliders of some parameters.
#[derive(Debug, Clone, Template)]
#[template(path = "panel.html")]
pub struct Panel {
    /// Each with whether it is shown; hidden ones keep their values.
    sliders: Vec<(Slider, bool)>,
    /// Name and label of each model that is drawn.
    models: Vec<(&'static str, &'static str)>,
}

const fn slider([name, symbol, meaning, min, max, step, value]: [&'static str; 7]) -> Slider {
    Slider {
        name,
        symbol,
        meaning,
        min,
        max,
        step,
        value,
    }
}

impl Panel {
    /// With all parameters.
    pub(super) fn whole() -> Self {
        Self {
            sliders: SLIDERS.map(|slider| (slider, true)).to_vec(),
            models: vec![("dae", "DAE"), ("wdae", "WDAE"), ("ae", "AE")],
        }
    }

    /// With some of the parameters `lambda`, `epsilon`, `gamma`, `w0`, `alpha`, and the axis; without `gamma` there is
    /// no WDAE.
    ///
    /// # Errors
    /// An unknown parameter.
    pub(super) fn of(parameters: &[&str]) -> Result<Self> {
        let mut panel = Self::whole();
        let names = SLIDERS.map(|slider| slider.name);
        if let Some(unknown) = parameters.iter().find(|name| !names.contains(name)) {
            return Err(Error::Unknown {
                kind: "parameter of the panel",
                name: (*unknown).to_owned(),
                choices: names.join(", "),
            });
        }
        for (slider, shown) in &mut panel.sliders {
            *shown = slider.name == "epochs" || parameters.contains(&slider.name);
        }
        if !parameters.contains(&"gamma") {
            panel.models.retain(|&(name, _)| name != "wdae");
        }
        Ok(panel)
    }

    /// The value at which a slider starts.
    pub(super) fn start(&self, name: &str) -> f64 {
        let slider = SLIDERS.iter().find(|slider| slider.name == name);
        let value = slider.and_then(|slider| slider.value.parse().ok());
        let value: f64 = value.unwrap_or(f64::NAN);
        match name {
            "w0" | "alpha" | "epochs" => 10f64.powf(value),
            _ => value,
        }
    }

    /// Whether DAE and WDAE are compared.
    pub(super) fn compares(&self) -> bool {
        self.models.iter().any(|&(name, _)| name == "wdae")
    }
}
