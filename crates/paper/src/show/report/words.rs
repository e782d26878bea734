//! What names in settings and tables mean, and what to see in each figure.

use crate::experiments::Figure;

/// Meaning and unit of a setting or column, by its name (without what stands before the last dot).
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    let name = name.rsplit('.').next().unwrap_or(name);
    Some(match name {
        "alpha" => "learning rate α",
        "activation" => "nonlinearity of the hidden units",
        "dae" => "optimal learning rate of the DAE, 1/(2λ + 3ε)",
        "wdae" => "optimal learning rate of the WDAE, 1/(2λ + γ)",
        "ratio" => "DAE over WDAE",
        "dae_epochs" => "epochs that the DAE needs",
        "wdae_epochs" => "epochs that the WDAE needs",
        "dataset" => "data set",
        "directions" => "leading eigen-directions that are trained",
        "epoch" => "full-batch updates done, 0 is the start",
        "epochs" => "number of full-batch updates",
        "epsilon" => "variance of the noise ε",
        "s2" => "variance of the noise ε",
        "gamma" => "weight decay γ",
        "hidden" => "hidden units",
        "init_std" => "standard deviation of the initial weights",
        "lambda" => "variance of the data in this direction λ (eigenvalue of XᵀX/N)",
        "loss" => "loss of one sample",
        "mapping" => "mapping of this eigen-direction, 1 is perfect reconstruction",
        "mode" | "modes" => "eigen-direction, from 0, largest variance first",
        "model" => "AE plain, WDAE weight decay, DAE noise",
        "norm" => "norm of both weights, √(w₁² + w₂²)",
        "other_sigmas" => "further standard deviations of the noise, recorded but not drawn",
        "precision" => "floating-point numbers of the training",
        "projection_epochs" => "epochs over which the effect of dropped directions is measured",
        "published_start_rank" => "singular values summed for the published start value",
        "rate_fraction" => "share of the optimal rate that the dynamics are drawn at",
        "rates_epsilon_end" => "largest ε of the rates",
        "rates_epsilon_step" => "distance of two ε of the rates",
        "record_every" => "epochs between two recorded ones",
        "sampler" => "how the noise is drawn",
        "samples" => "training images",
        "sigma" => "standard deviation of the noise, √ε",
        "simulation" => "w₂w₁ of gradient descent",
        "singular_value" => "singular value of W₁W₂ of the same rank",
        "small_start" => "the start (w₁, w₂) drawn in its own colour",
        "spectrum_epsilon" => "variance of the noise on the real spectra",
        "spectrum_fraction" => "share of the fixed point at which learning counts as done",
        "table_every" => "epochs between two rows of the table",
        "theory" => "w₂w₁ of the closed form",
        "theory_published_start" => "closed form from the published start value",
        "trial" | "trials" => "number of the published start",
        "variant" => "learning rates as published, or consistent",
        "w" => "mapping w₂w₁",
        "w0" => "mapping at the start w₀",
        "w1" => "first weight",
        "w2" => "second weight",
        "weight_decay" => "as PyTorch adds it to the gradient: 2γ/D",
        _ => return None,
    })
}

/// What to see in a figure.
pub(super) fn caption(figure: Figure) -> &'static str {
    match figure {
        Figure::Fig1 => {
            "Top: the product of the two weights from ten starts. The closed form (broad) lies under gradient descent \
             (dashed) throughout, and more noise pulls the fixed point down. Bottom: the same runs on the loss \
             surface; every path leaves the neighbourhood of the saddle and ends on the curve of minima, which noise \
             bends towards the origin."
        }
        Figure::Fig2 => {
            "One curve for each amount of noise. Each column has the same plateaus in both rows, because the weight \
             decay is matched to the noise; the curves of the DAE (top) rise sooner, and those of the WDAE (bottom) \
             later the stronger the regularisation."
        }
        Figure::Fig3 => {
            "Top row, as published: the DAE leads because the WDAE was given a lower rate than its optimum. Bottom \
             row, with the rate that the paper's own rule gives the WDAE: the curves coincide and the difference \
             vanishes. Last panel: where the lead is real, one rate for all directions of a data set, and the DAE \
             needs fewer epochs in the weak directions."
        }
        Figure::Fig4 => {
            "Top, noise: the minima form a curve, and where a path ends on it depends on its start, so the norms \
             (right) differ for ever. Bottom, weight decay: only two points of smallest norm are minima, and all \
             norms meet. The mappings (middle) reach the same value either way."
        }
        Figure::Fig5 => {
            "Lines are the closed form, markers are training on real data; they agree from the leading direction to \
             the thirty-second. Directions with λ below the regularisation stay at zero under weight decay (left) and \
             are damped under noise (right)."
        }
        Figure::Fig6 => {
            "The same measurement on networks with a nonlinear hidden layer, for which there is no closed form. The \
             order is that of the linear theory: strong directions first, WDAE and DAE to lower plateaus than the AE, \
             and the DAE sooner than the WDAE."
        }
    }
}
