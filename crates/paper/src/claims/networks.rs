//! Claims about trained networks, Figures 5 and 6.

use dae::data::DataSet;

use super::Measured;
use crate::Result;
use crate::check::largest;
use crate::experiments::Model;
use crate::recorded::Recorded;
use crate::regenerate::Figure;

pub(super) fn theory_approximates_real_data(recorded: &Recorded) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for dataset in DataSet::ALL {
        for model in Model::ALL {
            let (dataset, model) = (dataset.name(), model.name());
            let (mut found, mut note) = (Err("fig5 has not been made".to_owned()), String::new());
            if recorded.records.contains_key(&Figure::Fig5) {
                let sheet = recorded.table("fig5_rms.csv")?;
                let (datasets, models) = (sheet.words("dataset")?, sheet.words("model")?);
                let (modes, rms) = (
                    sheet.counts("mode")?,
                    sheet.numbers("theory_against_mapping")?,
                );
                let rows =
                    (0..sheet.len()).filter(|&i| datasets[i] == dataset && models[i] == model);
                let rows: Vec<usize> = rows.collect();
                let each = rows
                    .iter()
                    .map(|&i| format!("mode {}: {:.5}", modes[i], rms[i]));
                note = each.collect::<Vec<_>>().join(", ");
                found = Ok(largest(rows.iter().map(|&i| rms[i])));
            }
            all.push(Measured {
                quantity: format!(
                    "{dataset} {model}: RMS deviation of theory from training, largest of the drawn modes"
                ),
                expected: 0.0,
                found,
                tolerance: 0.02,
                note: format!("markers of the published figure are about 0.02 high: below that a curve lies within its markers. {note}"),
            });
        }
    }
    Ok(all)
}
