//! Writes the results into `README.md` and, in `docs`, `running.md`, `CLAIMS.md` and `performance.md`.
//!
//! The claims page is written as a whole. The others have places of the form
//!
//! ```text
//! <!-- results: costs -->
//! ...
//! <!-- end of results -->
//! ```
//!
//! The text between the two lines is replaced. The README shows the agreement and the claims page the claims, both from
//! `results/paper`. The tables of the performance page are those of `results/bench`. The page on running shows the
//! costs, from `results/costs.csv`. That file keeps the measurements of every profile, since only `paper` is committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use csv::StringRecord;
use serde::{Deserialize, Serialize};

use super::number::{self, duration, fixed, significant};
use crate::audit::claims::{self, Claim};
use crate::experiments::Figure;
use crate::results::{Recorded, comparison};
use crate::settings::Profile;
use crate::system::files::write_if_new;
use crate::system::sources;
use crate::tables::read::{from_csv, to_csv};
use crate::tables::{Check, Tally, Verdict};
use crate::{Error, Result};

/// The table of our trainers and their peers.
const PEERS: &str = "peers";

/// Further tables below `results/bench`, which the performance page shows in full.
const MEASURED: [&str; 5] = ["limit", "kernels", "precision", "costs", "first-use"];

/// The columns of [`PEERS`] that the performance page shows.
#[derive(Deserialize)]
struct Peer {
    case: String,
    peer: String,
    threads: usize,
    ours_s_per_epoch: f64,
    peer_s_per_epoch: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
}

/// Where costs are kept, below `results`.
const COSTS: &str = "costs.csv";

const END: &str = "<!-- end of results -->";

/// What a figure cost when it was last made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The profile.
    pub profile: Profile,
    /// The figure.
    pub figure: Figure,
    /// Wall time with all training, in seconds.
    pub seconds: f64,
    /// Largest resident memory, in bytes; known on Linux only.
    pub peak_memory: Option<u64>,
    /// Model of the processor.
    pub cpu: String,
    /// Threads.
    pub threads: usize,
    /// When.
    pub started: String,
}

/// Brings the costs and all pages of a clone up to date; returns their paths.
///
/// # Errors
/// Damaged results, a page without a place for them, or the file system failing.
pub fn update(root: &Path) -> Result<Vec<PathBuf>> {
    let costs = costs(root)?;
    let path = root.join("results").join(COSTS);
    write_if_new(&path, &to_csv(&costs, COSTS)?)?;
    let mut written = vec![path];
    for (path, text) in pages(root, &costs)? {
        write_if_new(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}

/// README, page on running, claims page and performance page of a clone as they should be.
///
/// # Errors
/// As [`update`].
pub fn pages(root: &Path, costs: &[Cost]) -> Result<Vec<(PathBuf, String)>> {
    let recorded = Recorded::open(&root.join("results/paper"))?;
    let (compared, measured) = (comparison::rows(&recorded)?, claims::rows(&recorded)?);
    let claims = claims::all()?;
    let bench = root.join("results/bench");
    let mut readme = Spliced::read(root, "README.md")?;
    readme.replace("agreement", &agreement(&compared))?;
    let mut running = Spliced::read(root, "docs/running.md")?;
    running.replace("costs", &costs_table(costs))?;
    let mut performance = Spliced::read(root, "docs/performance.md")?;
    performance.replace(PEERS, &bench_table(&bench, PEERS, peers_table)?)?;
    for part in MEASURED {
        performance.replace(part, &bench_table(&bench, part, whole_table)?)?;
    }
    let claims_page = claims_page(&claims, &measured);
    Ok(vec![
        (root.join(readme.page), readme.text),
        (root.join(running.page), running.text),
        (root.join("docs/CLAIMS.md"), claims_page),
        (root.join(performance.page), performance.text),
    ])
}

/// A page of a clone with places.
struct Spliced {
    page: &'static str,
    text: String,
}

impl Spliced {
    fn read(root: &Path, page: &'static str) -> Result<Self> {
        let path = root.join(page);
        let text = fs::read_to_string(&path).map_err(Error::io(path))?;
        Ok(Self { page, text })
    }

    /// Replaces the content of a place.
    fn replace(&mut self, place: &str, content: &str) -> Result<()> {
        let begin = format!("<!-- results: {place} -->");
        let parts = self.text.split_once(&format!("{begin}\n"));
        let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = parts.ok_or_else(|| Error::Repository {
            file: self.page.to_owned(),
            problem: format!("it has no place for results between `{begin}` and `{END}`"),
        })?;
        self.text = format!("{before}{begin}\n\n{content}\n{END}{after}");
        Ok(())
    }
}

/// The costs of every profile: from its records if there are any, otherwise those kept before.
///
/// # Errors
/// Damaged records or a damaged file of costs.
pub fn costs(root: &Path) -> Result<Vec<Cost>> {
    let results = root.join("results");
    let mut costs = BTreeMap::new();
    if results.join(COSTS).exists() {
        for cost in committed(from_csv::<Cost>(&results, COSTS))? {
            costs.insert((cost.profile, cost.figure), cost);
        }
    }
    for profile in Profile::ALL {
        let recorded = Recorded::open(&results.join(profile.name()))?;
        for (&figure, record) in &recorded.records {
            let provenance = &record.provenance;
            let cost = Cost {
                profile,
                figure,
                seconds: record.total_seconds(),
                peak_memory: record.peak_memory(),
                cpu: provenance.cpu.clone(),
                threads: provenance.threads.rayon,
                started: provenance.started.clone(),
            };
            costs.insert((profile, figure), cost);
        }
    }
    Ok(costs.into_values().collect())
}

/// A table in Markdown from its header line and the cells of its rows.
fn table(header: &str, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rule = "---|".repeat(header.matches('|').count() - 1);
    let mut text = format!("{header}\n|{rule}\n");
    for cells in rows {
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

fn costs_table(costs: &[Cost]) -> String {
    // Figures without training take negligible time.
    let trained = |figure: &&Figure| !sources::of_trainings(figure.name()).is_empty();
    let (trained, cheap): (Vec<Figure>, Vec<Figure>) = Figure::ALL.iter().partition(trained);
    let trained = trained.into_iter().map(|figure| vec![figure]);
    let mut groups: Vec<Vec<Figure>> = iter::once(cheap).chain(trained).collect();
    groups.retain(|group| !group.is_empty());
    let names: Vec<String> = groups.iter().map(|group| numbered(group)).collect();
    let names = names.join(" | ");
    let row = |&profile: &Profile| {
        let own = costs.iter().filter(|cost| cost.profile == profile);
        let own: Vec<&Cost> = own.collect();
        let time = |figures: &Vec<Figure>| {
            let found = own.iter().filter(|cost| figures.contains(&cost.figure));
            let seconds: Vec<f64> = found.map(|cost| cost.seconds).collect();
            match seconds.len() < figures.len() {
                true => "not made yet".to_owned(),
                false => duration(seconds.iter().sum()),
            }
        };
        let peak = own.iter().filter_map(|cost| cost.peak_memory).max();
        let on = |cost: &Cost| format!("{}, threads: {}", cost.cpu, cost.threads);
        let first = on(own.first()?);
        let mut machine = first.clone();
        for cost in own.iter().filter(|cost| on(cost) != first) {
            machine += &format!("; {} on {}", numbered(&[cost.figure]), on(cost));
        }
        let mut cells = vec![format!("`{profile}`")];
        cells.extend(groups.iter().map(time));
        cells.extend([
            peak.map_or_else(|| "unknown".to_owned(), number::bytes),
            machine,
        ]);
        Some(cells)
    };
    let header = format!("| profile | {names} | peak memory | measured on |");
    table(&header, Profile::ALL.iter().filter_map(row))
}

/// `Figure 5`, `Figures 1 to 4`.
fn numbered(figures: &[Figure]) -> String {
    let number = |figure: &Figure| figure.name().trim_start_matches("fig").to_owned();
    match figures {
        [only] => format!("Figure {}", number(only)),
        [first, .., last] => format!("Figures {} to {}", number(first), number(last)),
        [] => String::new(),
    }
}

/// What was read from a committed file; where that is damaged, no figure can be made again to mend it.
fn committed<T>(read: Result<T>) -> Result<T> {
    read.map_err(|error| match error {
        Error::Damaged { file, problem } => Error::Repository { file, problem },
        other => other,
    })
}

/// A table of the benchmark, or a sentence where it was not measured yet.
fn bench_table(
    folder: &Path,
    part: &str,
    table: impl Fn(&Path, &str) -> Result<String>,
) -> Result<String> {
    let file = format!("{part}.csv");
    match folder.join(&file).exists() {
        true => table(folder, &file),
        false => Ok(format!(
            "Not measured yet: `make bench PART={part}` does it.\n"
        )),
    }
}

fn peers_table(folder: &Path, file: &str) -> Result<String> {
    let peers: Vec<Peer> = committed(from_csv(folder, file))?;
    let row = |row: Peer| {
        let ratios = [row.ratio, row.ratio_min, row.ratio_max];
        let [ratio, least, most] = ratios.map(|ratio| significant(ratio, 3));
        let epochs = [row.ours_s_per_epoch, row.peer_s_per_epoch];
        let [ours, theirs] = epochs.map(duration);
        let (threads, range) = (row.threads.to_string(), format!("{least} ... {most}"));
        vec![row.case, threads, ours, row.peer, theirs, ratio, range]
    };
    Ok(table(
        "| case | threads | here | peer | its epoch | times as fast | from ... to |",
        peers.into_iter().map(row),
    ))
}

/// Every row and column, numbers with three digits.
fn whole_table(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    let bytes = fs::read(&path).map_err(Error::io(path))?;
    let damaged = |error: csv::Error| Error::Repository {
        file: file.to_owned(),
        problem: error.to_string(),
    };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let names: Vec<&str> = reader.headers().map_err(damaged)?.iter().collect();
    let header = format!("| {} |", names.join(" | ").replace('_', " "));
    let rows = reader.records().collect::<csv::Result<Vec<_>>>();
    let rows = rows.map_err(damaged)?;
    let cells = |row: &StringRecord| row.iter().map(|cell| number::cell(cell, 3)).collect();
    Ok(table(&header, rows.iter().map(cells)))
}

fn agreement(rows: &[comparison::Row]) -> String {
    let row = |figure: &Figure| {
        let own = rows.iter().filter(|row| row.figure == figure.name());
        let own: Vec<Check> = own.map(comparison::Row::check).collect();
        let tally = Tally::of(&own);
        let worst = tally.furthest().map_or("not made yet".to_owned(), |check| {
            format!("{} ({})", significant(check.share(), 2), check.quantity)
        });
        let counts = [tally.len(), tally.measured(), tally.count(Verdict::Pass)];
        let [published, compared, within] = counts.map(|count| count.to_string());
        let name = numbered(&[*figure]);
        (!own.is_empty()).then(|| vec![name, published, compared, within, worst])
    };
    let mut text = table(
        "| | published values | compared | within tolerance | largest difference, in tolerances |",
        Figure::ALL.iter().filter_map(row),
    );
    let losses = ["AE", "WDAE", "DAE"].map(|model| {
        let quantity = format!("mnist {model} loss at epoch 4900");
        rows.iter().find(|row| row.quantity == quantity)
    });
    if let [Some(ae), Some(wdae), Some(dae)] = losses {
        let line = |name: &str, value: fn(&comparison::Row) -> Option<f64>| {
            let cell = |row| value(row).map_or("-".to_owned(), |loss| fixed(loss, 4));
            vec![name.to_owned(), cell(ae), cell(wdae), cell(dae)]
        };
        let lines = [
            line("published", |row| Some(row.published)),
            line("here", |row| row.reproduced),
            line("tolerance", |row| Some(row.tolerance)),
        ];
        text += "\nTraining loss of Figure 5 on MNIST after 4,900 epochs. The tolerance is the 99.9% range of the difference of two random starts, and at most 1%:\n\n";
        text += &table("| | AE | WDAE | DAE |", lines);
    }
    text
}

/// What was measured of a claim.
fn measures(id: &str, rows: &[claims::Row]) -> Vec<Check> {
    let own = rows.iter().filter(|row| row.id == id);
    own.map(claims::Row::check).collect()
}

fn claims_table(claims: &[Claim], rows: &[claims::Row]) -> String {
    let row = |claim: &Claim| {
        let (id, mut statement) = (&claim.id, claim.statement.clone());
        if let Some(correction) = &claim.correction {
            statement += &format!(" *{correction}*");
        }
        let judged = Tally::of(&measures(id, rows)).words();
        vec![statement, format!("[{judged}](#{id})")]
    };
    table("| claim | verdict |", claims.iter().map(row))
}

fn claims_page(claims: &[Claim], measured: &[claims::Row]) -> String {
    let mut text = String::from(
        "# What the paper claims, measured\n\n\
         <!-- Written by `make readme` from data/claims.toml and results/paper; do not edit. -->\n\n\
         For readers who ask which claims of the paper hold here. The first table lists all claims. Below it, each has a\n\
         section: the claim in our words, why it holds or does not, and what was measured. `corrected` means that the\n\
         claim does not hold as stated; what holds instead was measured. `not measured` means that what the measure needs\n\
         has not been made, or not with the paper's settings.\n\n\
         The code is in [`crates/paper/src/audit/claims`](../crates/paper/src/audit/claims). All digits are in\n\
         `results/paper/tables/claims.csv`.\n\n",
    );
    text += &claims_table(claims, measured);
    for claim in claims {
        let (id, source, statement) = (&claim.id, &claim.source, &claim.statement);
        let (measures, why) = (measures(id, measured), claim.explanation.trim());
        let verdict = Tally::of(&measures).words();
        text += &format!("\n## {id}\n\n**{statement}** ({source})\n\nVerdict: {verdict}.\n\n");
        if let Some(correction) = &claim.correction {
            text += &format!("What holds instead: {correction}\n\n");
        }
        text += &format!("{why}\n\n");
        let row = |check: &Check| {
            let numbers = [check.expected, check.found, check.tolerance];
            let [expected, found, tolerance] = numbers.map(number::measure);
            // A bar would end the cell.
            let [quantity, reason] =
                [&check.quantity, &check.reason].map(|text| text.replace('|', "\\|"));
            let verdict = check.verdict().to_string();
            vec![quantity, expected, found, tolerance, verdict, reason]
        };
        text += &table(
            "| measured | expected | found | tolerance | verdict | |",
            measures.iter().map(row),
        );
    }
    text
}
