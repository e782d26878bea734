//! Images, their noisy copies and their eigen-directions as pictures.

use dae::data::{DataSet, SourceOptions};
use dae::random::{normal_matrix, stream};
use ndarray::{Array2, s};

use super::{Content, Show};
use crate::Result;
use crate::experiments::common::style;
use crate::experiments::fig6;
use crate::experiments::fig6::train::images::Images;
use crate::plot::Tiles;
use crate::system::progress::Progress;

/// The leading images of a data set with their leading eigen-directions; empty if the images are not available.
#[derive(Debug, Clone)]
pub struct Album {
    pub(super) dataset: DataSet,
    pub(super) images: Option<Images>,
}

/// Some images of one size, real or made up.
///
/// # Shapes
/// `count x D`, one image per row, channel by channel; pixels from 0 to 1, except for noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch(pub Array2<f64>);

impl Album {
    /// Loads images and eigen-directions if the images are in the cache; fetches nothing.
    pub(super) fn open(
        settings: &fig6::Settings,
        dataset: DataSet,
        directions: usize,
        progress: &Progress,
    ) -> Result<Self> {
        if !cached(dataset)? {
            return Ok(Self::of(dataset, None));
        }
        let mut settings = settings.clone();
        let data = match dataset {
            DataSet::Mnist => &mut settings.mnist,
            DataSet::Cifar10 => &mut settings.cifar10,
        };
        // More directions than images do not exist, and the last ones are noise.
        data.directions = directions.min(data.samples / 3);
        let images = Images::load(&settings, dataset, progress)?;
        Ok(Self::of(dataset, Some(images)))
    }

    /// These images of a data set, or none.
    pub fn of(dataset: DataSet, images: Option<Images>) -> Self {
        Self { dataset, images }
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        let images = self.images.as_ref();
        images.map_or(0, |images| images.pixels.nrows())
    }

    /// Whether the images are unavailable.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first images.
    pub fn first(&self, count: usize) -> Batch {
        let Some(images) = &self.images else {
            return self.none();
        };
        let count = count.min(images.pixels.nrows());
        Batch(images.pixels.slice(s![..count, ..]).mapv(f64::from))
    }

    /// Images with normal noise of some variance added to every pixel.
    pub fn noisy(&self, images: &Batch, variance: f64, seed: u64) -> Batch {
        let mut rng = stream(seed, &["notebook", self.dataset.name(), "noise"]);
        let (rows, columns) = images.0.dim();
        let noise = normal_matrix(&mut rng, rows, columns, variance.max(0.0).sqrt());
        Batch(&images.0 + &noise)
    }

    /// The eigenvalues of the directions, descending.
    pub fn lambda(&self) -> Vec<f64> {
        let of = |Images { basis, .. }: &Images| {
            let lambda = basis.lambda.iter().take(basis.vectors.ncols());
            lambda.copied().collect()
        };
        self.images.as_ref().map(of).unwrap_or_default()
    }

    /// The leading eigen-directions as images, one per row: 0 is mid-grey, the largest component black or white.
    pub fn directions(&self, count: usize) -> Batch {
        let Some(images) = &self.images else {
            return self.none();
        };
        let count = count.min(images.basis.vectors.ncols());
        let mut rows = images.basis.vectors.slice(s![.., ..count]).t().to_owned();
        for mut row in rows.rows_mut() {
            let sizes = row.iter().map(|x| x.abs());
            let largest = sizes.fold(f64::MIN_POSITIVE, f64::max);
            row.mapv_inplace(|x| 0.5 + 0.5 * x / largest);
        }
        Batch(rows)
    }

    /// The output of a linear network with these mappings: `X U diag(w) U^T`, with only the leading directions in `U`.
    pub fn mapped(&self, images: &Batch, mappings: &[f64]) -> Batch {
        let Some(own) = &self.images else {
            return self.none();
        };
        let used = mappings.len().min(own.basis.vectors.ncols());
        let vectors = own.basis.vectors.slice(s![.., ..used]);
        let mut coordinates = images.0.dot(&vectors);
        for (mut column, w) in coordinates.columns_mut().into_iter().zip(mappings) {
            column.mapv_inplace(|x| x * w);
        }
        Batch(coordinates.dot(&vectors.t()))
    }

    pub(super) fn none(&self) -> Batch {
        Batch(Array2::zeros((0, self.dataset.pixels())))
    }

    /// A sheet for rows of images of this size.
    pub fn sheet(&self) -> Sheet {
        let (shape, rows) = (self.dataset.shape(), Vec::new());
        Sheet {
            absent: self.is_empty().then(|| absent(self.dataset)),
            tiles: Tiles { shape, rows },
        }
    }
}

/// Rows of images with a label on the left of each, to be drawn.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The message if there are no images.
    absent: Option<String>,
    tiles: Tiles,
}

impl Sheet {
    /// Adds a row: images from left to right, one per row of the matrix.
    pub fn row(mut self, label: impl Into<String>, images: &Batch) -> Self {
        let images = images.0.rows().into_iter().map(|image| image.to_vec());
        self.tiles.rows.push((label.into(), images.collect()));
        self
    }

    /// Draws the rows, or says what to do if there are no images.
    pub fn draw(&self) -> Result<Grid> {
        if let Some(why) = &self.absent {
            return Ok(Grid::Absent(why.clone()));
        }
        let rows = &self.tiles.rows;
        let columns = rows.iter().map(|(_, images)| images.len()).max();
        let labels: Vec<&str> = rows.iter().map(|(label, _)| label.as_str()).collect();
        let (columns, labels) = (columns.unwrap_or(0), labels.join("; "));
        Ok(Grid::Drawn {
            png: self.tiles.draw()?,
            about: format!("{columns} images a row: {labels}"),
        })
    }
}

/// Whether the images of a data set are in the cache.
pub(super) fn cached(dataset: DataSet) -> Result<bool> {
    let cache = SourceOptions::from_env()?.cache;
    Ok(cache.join(dataset.name()).exists())
}

/// The message if images are missing.
pub(super) fn absent(dataset: DataSet) -> String {
    let name = style::dataset(dataset);
    format!(
        "The images of {name} are not on this machine, so nothing is shown here. `make data` fetches them; then run this notebook again."
    )
}

/// Rows of images as one picture, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// A PNG file, with what is in it.
    Drawn {
        /// The file.
        png: Vec<u8>,
        /// What it shows, for those who cannot see it.
        about: String,
    },
    /// There are no images; a sentence that says what to do.
    Absent(String),
}

impl Show for Grid {
    fn contents(&self) -> Vec<Content> {
        match self {
            Self::Drawn { png, about } => vec![Content::png(png), Content::text(about)],
            Self::Absent(why) => vec![Content::text(why)],
        }
    }
}
