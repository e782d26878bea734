//! A prediction in words that a person can act on.

use super::Outcome;
use crate::plot::{significant, thousands};

/// Share of the mean from which centring is worth considering.
const MEAN: f64 = 0.25;

/// One paragraph: what the data are, what noise leaves of them, when to stop, and what to try.
pub(super) fn paragraph(outcome: &Outcome) -> String {
    let said = [
        data(outcome),
        noise(outcome),
        time(outcome),
        limits(outcome),
    ];
    said.concat().trim_end().to_owned()
}

fn percent(share: f64) -> String {
    format!("{}%", significant(100.0 * share, 3))
}

fn number(value: f64) -> String {
    significant(value, 3)
}

fn many(number: usize, one: &str) -> String {
    format!(
        "{} {one}{}",
        thousands(number),
        if number == 1 { "" } else { "s" }
    )
}

fn data(outcome: &Outcome) -> String {
    let (samples, prediction) = (&outcome.samples, &outcome.prediction);
    let centred = if outcome.reading.centre {
        ", centred"
    } else {
        ""
    };
    format!(
        "{} has {} of {}{centred}; they span {}, and the strongest holds {} of the variance. ",
        outcome.name,
        many(samples.samples, "sample"),
        many(samples.columns, "number"),
        many(prediction.rank, "direction"),
        percent(prediction.directions.first().map_or(0.0, |it| it.share)),
    )
}

fn noise(outcome: &Outcome) -> String {
    let prediction = &outcome.prediction;
    let (epsilon, sigma) = (
        number(prediction.epsilon),
        number(prediction.epsilon.sqrt()),
    );
    if prediction.epsilon == 0.0 {
        return "Without noise a DAE is an autoencoder: every direction is learned in full. "
            .to_owned();
    }
    if prediction.kept == 0 {
        return format!(
            "Noise of variance {epsilon} drowns every direction: none ends above one half. Take less, or choose with --keep. "
        );
    }
    let weaker = match prediction.kept < prediction.rank {
        true => "weaker ones are suppressed, and ",
        false => "",
    };
    format!(
        "Train with noise of standard deviation {sigma} (variance {epsilon}) to keep {} above one half, with {} of the variance; \
         {weaker}the output has {} of the variance of the input. ",
        many(prediction.kept, "direction"),
        percent(prediction.kept_share),
        percent(prediction.passed_share),
    )
}

fn time(outcome: &Outcome) -> String {
    let prediction = &outcome.prediction;
    let (alpha, largest) = (number(prediction.alpha), number(prediction.largest_alpha));
    let mut said = match prediction.alpha > prediction.largest_alpha {
        true => format!(
            "A learning rate of {alpha} is above {largest}, up to which descent is known to be stable: it may diverge. "
        ),
        false => String::new(),
    };
    let reach = prediction.kept.min(prediction.hidden);
    let weakest = reach
        .checked_sub(1)
        .and_then(|place| prediction.directions.get(place));
    let Some((weakest, dae)) = weakest.and_then(|it| Some((it, it.epochs_dae?))) else {
        return said;
    };
    let whole = |epochs: f64| match epochs < 1e6 {
        true => thousands(epochs.round() as usize),
        false => significant(epochs, 4),
    };
    said += &format!(
        "With learning rate {alpha} and {} stop after about {} epochs: direction {}, the last of them to be learned, is \
         then at 95% of its mapping, {}. ",
        many(prediction.hidden, "hidden unit"),
        whole(dae),
        thousands(weakest.direction),
        number(weakest.fixed_point),
    );
    let others = weakest.epochs_ae.zip(weakest.epochs_wdae);
    if let Some((ae, wdae)) = others.filter(|_| prediction.epsilon > 0.0) {
        said += &format!(
            "For the same direction an autoencoder takes {} epochs, and a WDAE with the matched decay ({}) {}. ",
            whole(ae),
            number(weakest.matched_decay),
            whole(wdae),
        );
    }
    said
}

fn limits(outcome: &Outcome) -> String {
    let (samples, prediction) = (&outcome.samples, &outcome.prediction);
    let mut said = String::new();
    if prediction.kept > prediction.hidden {
        let (kept, hidden) = (thousands(prediction.kept), thousands(prediction.hidden));
        said += &format!("Of the {kept} only {hidden} are learned; give --hidden {kept} for all. ");
    }
    if prediction.rank > prediction.hidden {
        let (hidden, rank) = (
            many(prediction.hidden, "hidden unit"),
            thousands(prediction.rank),
        );
        said += &format!(
            "The theory gives each direction a unit of its own, and ignores that here {rank} directions share {hidden}: \
             stronger directions take units first, so that weaker ones rise later than predicted, and those beyond {} are \
             not learned. ",
            thousands(prediction.hidden),
        );
    }
    if !outcome.reading.centre && samples.mean_share > MEAN && samples.samples > 1 {
        said += &format!(
            "The mean makes up {} of the variance, because the data are not centred, as in the paper; --centre takes it out. ",
            percent(samples.mean_share),
        );
    }
    said
}
