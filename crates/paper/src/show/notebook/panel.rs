//! The panel of the report as the output of a cell.

use std::io;

use askama::Template;
use dae::theory::Mode;
use serde_json::json;

use super::{Content, Curve, Notebook, Show, balanced, curves};
use crate::experiments::Model;
use crate::plot::Picture;
use crate::show::panel::{DYNAMICS, Panel, SCRIPT, STYLE};
use crate::{Error, Result};

/// Colours for light and dark pages: a cell does not know which it is on.
const COLOURS: &str = ".dae-panel { --page: transparent; --raised: transparent; --text: currentColor; --soft: currentColor; \
    --line: rgba(128, 128, 128, .4); --link: #2a7ab8; --ae: #808080; --wdae: #d9660d; --dae: #2a8fcc; }";

/// Turns each empty place into a panel, with ids unlike those of other panels on the page. The attribute makes the
/// arrow keys move a slider, not JupyterLab's cells: JupyterLab asks the element with the focus, not those around it.
const PLACE: &str = r#"for (const root of document.querySelectorAll(".dae-panel:not([id])")) {
  root.id = "dae" + Math.random().toString(36).slice(2);
  root.innerHTML = INNER.replaceAll('"panel-', '"' + root.id + "-");
  for (const focusable of root.querySelectorAll("input, button, [tabindex]")) {
    focusable.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  panel(root.id);
}"#;

impl Notebook {
    /// Sliders for some of the parameters `lambda`, `epsilon`, `gamma`, `w0` and `alpha`, and what the theory says for
    /// their values. It works wherever scripts run; [`Panel::picture`] shows how it starts.
    ///
    /// # Errors
    /// An unknown parameter.
    pub fn panel(&self, parameters: &[&str]) -> Result<Panel> {
        Panel::of(parameters)
    }
}

impl Panel {
    /// The initial curves of the panel, as a figure.
    ///
    /// # Errors
    /// Only those of drawing.
    pub fn picture(&self) -> Result<Picture> {
        let [lambda, epsilon, w0, alpha] =
            ["lambda", "epsilon", "w0", "alpha"].map(|name| self.start(name));
        let last = self.start("epochs") as u64;
        let epochs: Vec<u64> = (0..=last).step_by((last / 200).max(1) as usize).collect();
        let dae = Mode::denoising(lambda, epsilon)?;
        let mut models = vec![
            (Model::Dae, dae),
            (Model::Ae, Mode::denoising(lambda, 0.0)?),
        ];
        if self.compares() {
            let wdae = Mode::decaying(lambda, dae.matched_gamma())?;
            models.insert(1, (Model::Wdae, wdae));
        }
        let line = |(model, mode): &(Model, Mode)| {
            let values = balanced(mode, w0, alpha, &epochs)?;
            Ok(Curve::by_epoch(model.name(), &epochs, &values).of(*model))
        };
        let lines: Vec<_> = models.iter().map(line).collect::<Result<_>>()?;
        curves("epoch", "mapping w", &lines)
    }

    /// HTML with the script that makes everything: where scripts do not run, no dead controls are shown.
    fn html(&self) -> Result<String> {
        let inner = self
            .render()
            .map_err(|error| Error::io("panel.html")(io::Error::other(error)))?;
        let inner = format!("<style>{COLOURS}\n{STYLE}</style>\n{inner}");
        // A closing tag would end the script.
        let inner = json!(inner).to_string().replace("</", "<\\/");
        let script = PLACE.replace("INNER", &inner);
        Ok(format!(
            "<div class=\"dae-panel\"><p>Run this cell to move the parameters; the figure below shows where they \
             start.</p></div>\n<script>(() => {{\n{DYNAMICS}\n{SCRIPT}\n{script}\n}})();</script>"
        ))
    }
}

impl Show for Panel {
    fn contents(&self) -> Vec<Content> {
        let html = self.html().map(|text| Content {
            mime: "text/html",
            text,
        });
        let plain = Content::text("a panel with sliders, which needs a browser");
        html.ok().into_iter().chain([plain]).collect()
    }
}
