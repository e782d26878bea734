//! How the paper's models and data sets look and are called, the same in every figure.

use dae::data::DataSet;

use super::Model;
use crate::plot::{BLUE, Colour, DARK, VERMILLION};

/// The colour of a model.
pub fn model(model: Model) -> Colour {
    match model {
        Model::Ae => DARK,
        Model::Wdae => VERMILLION,
        Model::Dae => BLUE,
    }
}

/// The name of a data set as its authors write it.
pub fn dataset(dataset: DataSet) -> &'static str {
    match dataset {
        DataSet::Mnist => "MNIST",
        DataSet::Cifar10 => "CIFAR-10",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::MARKED;

    #[test]
    fn each_model_has_a_colour_of_its_own() {
        let [a, w, d] = Model::ALL.map(model);
        assert!(a != w && w != d && a != d);
        assert!([a, w, d].iter().all(|colour| *colour != MARKED));
    }
}
