//! The training runs of Figure 7, and their dependencies.

use dae::data::DataSet;
use serde::Serialize;

use crate::experiments::common::networks;
use crate::experiments::fig7::rows::Regulariser;
use crate::experiments::fig7::settings::{
    DenoisingSettings, DepthSettings, FewSettings, MaskSettings, PriceSettings, SeedsSettings,
    Settings, WidthSettings,
};
use crate::experiments::{Context, Model, Training};
use crate::system::{files, sources};

/// What is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A network whose error is recorded over its epochs.
    Denoising(Model),
    /// A network with noise or decay, by its place in the settings, for its final error.
    Price(Regulariser, usize),
    /// The limit of training on few images, from linear algebra.
    Few(DataSet),
    /// A network trained on the spectrum of this many images.
    Sample(usize),
    /// A narrow network.
    Width(Model),
    /// Networks with many starts.
    Seeds,
    /// A network with this many layers.
    Depth(usize, Model),
    /// A network trained on masked images.
    Mask,
}

/// The settings that a run depends on besides the shared ones.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Group {
    Denoising(DenoisingSettings),
    Price(PriceSettings),
    Few(FewSettings),
    Width(WidthSettings),
    Seeds(SeedsSettings),
    Depth(DepthSettings),
    Mask(MaskSettings),
}

/// Everything a run depends on; its key is computed from this.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Inputs {
    label: String,
    pub seed: u64,
    hidden: usize,
    directions: usize,
    variances: [f64; 3],
    start: [f64; 2],
    precision: dae::train::linear::Precision,
    group: Group,
    spectrum: String,
    /// The fingerprint of the images, if they are used: errors are then exact.
    pub images: Option<String>,
    sources: &'static str,
}

/// One run of this figure.
#[derive(Debug, Clone)]
pub struct Job {
    /// What is trained.
    pub task: Task,
    /// Its label, its name among the stored runs, and its key.
    pub training: Training,
    /// All settings.
    pub(in crate::experiments::fig7) settings: Settings,
    /// All eigenvalues of its data set.
    pub(in crate::experiments::fig7) lambda: Vec<f64>,
    pub(super) inputs: Inputs,
}

impl Task {
    /// Its data set.
    pub fn dataset(self) -> DataSet {
        match self {
            Self::Few(dataset) => dataset,
            _ => DataSet::Mnist,
        }
    }

    /// Its label, which follows that of the data set.
    pub fn label(self, settings: &Settings) -> String {
        let price = &settings.price;
        match self {
            Self::Denoising(model) => format!("denoising-{model}"),
            Self::Price(Regulariser::Noise, place) => {
                format!("price-noise-{}", price.trained_s2[place])
            }
            Self::Price(_, place) => format!("price-decay-{}", price.trained_gamma[place]),
            Self::Few(_) => "samples".to_owned(),
            Self::Sample(images) => format!("samples-{images}"),
            Self::Width(model) => format!("width-{model}"),
            Self::Seeds => "seeds".to_owned(),
            Self::Depth(layers, model) => format!("depth-{layers}-{model}"),
            Self::Mask => "mask".to_owned(),
        }
    }

    /// Whether it needs images.
    fn needs_images(self) -> bool {
        matches!(self, Self::Few(_) | Self::Sample(_) | Self::Mask)
    }

    /// Whether images change what it records.
    fn uses_images(self) -> bool {
        self.needs_images() || matches!(self, Self::Denoising(_) | Self::Price(..))
    }

    fn group(self, settings: &Settings) -> Group {
        match self {
            Self::Denoising(_) => Group::Denoising(settings.denoising.clone()),
            Self::Price(..) => Group::Price(settings.price.clone()),
            Self::Few(_) | Self::Sample(_) => Group::Few(settings.few.clone()),
            Self::Width(_) => Group::Width(settings.width.clone()),
            Self::Seeds => Group::Seeds(settings.seeds.clone()),
            Self::Depth(..) => Group::Depth(settings.depth.clone()),
            Self::Mask => Group::Mask(settings.mask.clone()),
        }
    }
}

/// All tasks in order, without those whose images are missing.
fn tasks(settings: &Settings, there: [bool; 2]) -> Vec<Task> {
    let mut all: Vec<Task> = Model::ALL.map(Task::Denoising).into();
    for regulariser in [Regulariser::Noise, Regulariser::Decay] {
        let places = 0..settings.price.trained_s2.len();
        all.extend(places.map(|place| Task::Price(regulariser, place)));
    }
    all.push(Task::Few(DataSet::Mnist));
    if !settings.few.cifar10.is_empty() {
        all.push(Task::Few(DataSet::Cifar10));
    }
    all.extend(settings.few.trained.iter().map(|&n| Task::Sample(n)));
    all.extend([Model::Ae, Model::Dae].map(Task::Width));
    all.push(Task::Seeds);
    for &layers in &settings.depth.layers {
        all.extend([Model::Wdae, Model::Dae].map(|model| Task::Depth(layers, model)));
    }
    all.push(Task::Mask);
    all.retain(|task| !task.needs_images() || there[task.dataset() as usize]);
    all
}

/// The runs of this figure on the given spectra, in order; `there` says which data sets have images.
pub(crate) fn jobs(settings: &Settings, context: &Context, there: [bool; 2]) -> Vec<Job> {
    let spectrum = |dataset| context.spectra.iter().find(|(own, _)| *own == dataset);
    let job = |task: Task| {
        let (dataset, label) = (task.dataset(), task.label(settings));
        let (_, spectrum) = spectrum(dataset)?;
        let images = task.uses_images() && there[dataset as usize];
        let inputs = Inputs {
            label: label.clone(),
            seed: context.seed,
            hidden: settings.hidden_of(dataset),
            directions: settings.directions,
            variances: [settings.s2, settings.gamma, settings.epsilon],
            start: [settings.init_std, settings.alpha],
            precision: settings.precision,
            group: task.group(settings),
            spectrum: files::sha256(spectrum.to_csv().as_bytes()),
            images: images.then(|| dataset.expected().fingerprint),
            sources: sources::of_trainings("fig7"),
        };
        Some(Job {
            task,
            training: networks::training(("fig7", dataset, &label), context.seed, &inputs),
            settings: settings.clone(),
            lambda: spectrum.lambda.clone(),
            inputs,
        })
    };
    let tasks = tasks(settings, there).into_iter();
    tasks.filter_map(job).collect()
}
