//! Images, their noisy copies and their eigen-directions as pictures.

use dae::data::{DataSet, SourceOptions};
use dae::random::{normal_matrix, stream};
use ndarray::{Array2, s};

use super::show::{Content, Show};
use crate::Result;
use crate::experiments::common::style;
use crate::experiments::fig6;
use crate::experiments::fig6::train::images::Images;
use crate::plot::Tiles;
use crate::system::progress::Progress;

/// The leading images of a data set with their leading eigen-directions; empty where the images are not at hand.
#[derive(Debug, Clone)]
pub struct Album {
    dataset: DataSet,
    images: Option<Images>,
}

/// Some images of one size, real or made up.
///
/// # Shapes
/// `count x D`, one image a row, channel after channel; pixels from 0 to 1, but for noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch(pub Array2<f64>);

impl Album {
    /// Loads images and eigen-directions if the images are in the cache; fetches nothing.
    ///
    /// # Errors
    /// Images that are there but damaged.
    pub(super) fn open(
        settings: &fig6::Settings,
        dataset: DataSet,
        directions: usize,
        progress: &Progress,
    ) -> Result<Self> {
        let images = if cached(dataset)? {
            let mut settings = settings.clone();
            let data = match dataset {
                DataSet::Mnist => &mut settings.mnist,
                DataSet::Cifar10 => &mut settings.cifar10,
            };
            // More directions than images do not exist, and the last ones are noise.
            data.directions = directions.min(data.samples / 3);
            Some(Images::load(&settings, dataset, progress)?)
        } else {
            None
        };
        Ok(Self { dataset, images })
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.images
            .as_ref()
            .map_or(0, |images| images.pixels.nrows())
    }

    /// Whether the images are not at hand.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first images.
    pub fn first(&self, count: usize) -> Batch {
        match &self.images {
            Some(images) => {
                let count = count.min(images.pixels.nrows());
                Batch(images.pixels.slice(s![..count, ..]).mapv(f64::from))
            }
            None => self.none(),
        }
    }

    /// Images with normal noise of some variance added to every pixel.
    pub fn noisy(&self, images: &Batch, variance: f64, seed: u64) -> Batch {
        let mut rng = stream(seed, &["notebook", self.dataset.name(), "noise"]);
        let (rows, columns) = images.0.dim();
        let noise = normal_matrix(&mut rng, rows, columns, variance.max(0.0).sqrt());
        Batch(&images.0 + &noise)
    }

    /// The eigenvalues that belong to the directions, descending.
    pub fn lambda(&self) -> Vec<f64> {
        let of = |images: &Images| {
            let directions = images.basis.vectors.ncols();
            let lambda = images.basis.lambda.iter().take(directions);
            lambda.copied().collect()
        };
        self.images.as_ref().map(of).unwrap_or_default()
    }

    /// The leading eigen-directions as images, one a row: 0 is mid-grey, the largest component black or white.
    pub fn directions(&self, count: usize) -> Batch {
        let Some(images) = &self.images else {
            return self.none();
        };
        let count = count.min(images.basis.vectors.ncols());
        let mut rows = images.basis.vectors.slice(s![.., ..count]).t().to_owned();
        for mut row in rows.rows_mut() {
            let largest = row
                .iter()
                .fold(f64::MIN_POSITIVE, |most: f64, x| most.max(x.abs()));
            row.mapv_inplace(|x| 0.5 + 0.5 * x / largest);
        }
        Batch(rows)
    }

    /// What a linear network with these mappings makes of images: `X U diag(w) U^T`, with the leading directions alone
    /// in `U`.
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

    fn none(&self) -> Batch {
        Batch(Array2::zeros((0, self.dataset.pixels())))
    }

    /// A sheet for rows of images of this size.
    pub fn sheet(&self) -> Sheet {
        Sheet {
            dataset: self.dataset,
            absent: self.is_empty(),
            rows: Vec::new(),
        }
    }
}

/// Rows of images with a label on the left of each, to be drawn.
#[derive(Debug, Clone)]
pub struct Sheet {
    dataset: DataSet,
    absent: bool,
    rows: Vec<(String, Array2<f64>)>,
}

impl Sheet {
    /// One more row: images from left to right, one a row of the matrix.
    pub fn row(mut self, label: impl Into<String>, images: &Batch) -> Self {
        self.rows.push((label.into(), images.0.clone()));
        self
    }

    /// Draws the rows, or says what to do where there are no images.
    ///
    /// # Errors
    /// The renderer failing.
    pub fn draw(&self) -> Result<Grid> {
        if self.absent {
            Ok(Grid::Absent(absent(self.dataset)))
        } else {
            draw(self.dataset.shape(), &self.rows)
        }
    }
}

/// Whether the images of a data set are in the cache.
pub(super) fn cached(dataset: DataSet) -> Result<bool> {
    Ok(SourceOptions::from_env()?
        .cache
        .join(dataset.name())
        .exists())
}

/// What to say where images are needed and absent.
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

fn draw(shape: [usize; 3], rows: &[(String, Array2<f64>)]) -> Result<Grid> {
    let labels: Vec<&str> = rows.iter().map(|(label, _)| label.as_str()).collect();
    let columns = rows.iter().map(|(_, images)| images.nrows()).max();
    let columns = columns.unwrap_or(0);
    let images = |images: &Array2<f64>| images.rows().into_iter().map(|row| row.to_vec()).collect();
    let tiles = Tiles {
        shape,
        rows: rows
            .iter()
            .map(|(label, of)| (label.clone(), images(of)))
            .collect(),
    };
    Ok(Grid::Drawn {
        png: tiles.draw()?,
        about: format!("{columns} images a row: {}", labels.join("; ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_grid_is_a_picture_and_words() {
        let rows = [
            ("first", Array2::zeros((2, 12))),
            ("none", Array2::zeros((0, 12))),
        ];
        let grid = draw(
            [3, 2, 2],
            &rows.map(|(label, images)| (label.to_owned(), images)),
        )
        .unwrap();
        let Grid::Drawn { about, .. } = &grid else {
            panic!("drawn")
        };
        assert_eq!(about, "2 images a row: first; none");
        let [content, text] = &grid.contents()[..] else {
            panic!("two forms")
        };
        assert_eq!((content.mime, text.mime), ("image/png", "text/plain"));
    }

    #[test]
    fn a_mapping_of_one_gives_the_image_back_and_one_of_zero_removes_a_direction() {
        let basis = fig6::train::images::Basis {
            lambda: vec![2.0, 1.0, 0.0],
            vectors: array![[0.6, 0.8], [0.8, -0.6], [0.0, 0.0]],
        };
        let pixels = array![[0.5_f32, 0.25, 0.0]].into();
        let album = Album {
            dataset: DataSet::Mnist,
            images: Some(Images { pixels, basis }),
        };
        let image = album.first(3);
        assert_eq!((image.0.nrows(), album.lambda()), (1, vec![2.0, 1.0]));
        let back = album.mapped(&image, &[1.0, 1.0]);
        assert!((&back.0 - &image.0).iter().all(|x| x.abs() < 1e-12));
        let first = album.mapped(&image, &[1.0, 0.0]);
        assert!(
            (first.0[[0, 0]] - 0.5 * 0.6).abs() < 1e-12
                && (first.0[[0, 1]] - 0.5 * 0.8).abs() < 1e-12
        );
        assert_eq!(album.directions(9).0.nrows(), 2);
        assert_eq!(
            album.directions(1).0[[0, 1]],
            1.0,
            "the largest component is white"
        );
        let noisy = album.noisy(&image, 0.0, 1);
        assert_eq!(noisy, image);
    }

    #[test]
    fn without_images_there_is_a_sentence() {
        let album = Album {
            dataset: DataSet::Cifar10,
            images: None,
        };
        let nothing = album.noisy(&album.first(5), 1.0, 1);
        let mapped = album.mapped(&album.first(5), &[1.0]);
        let grid = album
            .sheet()
            .row("noisy", &nothing)
            .row("mapped", &mapped)
            .draw()
            .unwrap();
        let text = grid.contents().remove(0);
        assert_eq!(text.mime, "text/plain");
        assert!(
            text.text.contains("make data") && !text.text.contains('\n'),
            "{}",
            text.text
        );
        assert!(album.lambda().is_empty() && album.is_empty());
    }
}
