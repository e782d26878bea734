//! The rows of a table as Rust types: one type per table, written through polars and read back unchanged.

use dae::data::DataSet;
use polars::prelude::Column;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row of a table; [`rows!`](crate::rows) makes one.
pub trait Row: Serialize + DeserializeOwned {
    /// File name of the table, such as `fig1_dynamics.csv`.
    const FILE: &'static str;
    /// Names of its columns.
    const COLUMNS: &'static [&'static str];

    /// The rows as columns.
    fn columns(rows: &[Self]) -> Vec<Column>;
}

/// A type that can stand in a column.
pub trait Cell: Sized {
    /// A column of such values.
    fn column<'a>(name: &str, values: impl Iterator<Item = &'a Self>) -> Column
    where
        Self: 'a;
}

/// Lets a type stand in a column, as a type that polars knows: `cell!(Model: |model| model.name())`.
macro_rules! cell {
    ($type:ty: $value:expr) => {
        impl $crate::tables::rows::Cell for $type {
            fn column<'a>(
                name: &str,
                values: impl Iterator<Item = &'a Self>,
            ) -> ::polars::prelude::Column {
                let values: Vec<_> = values.map($value).collect();
                ::polars::prelude::Column::new(name.into(), values)
            }
        }
    };
}
pub(crate) use cell;

cell!(f64: |value| *value);
cell!(Option<f64>: |value| *value);
cell!(u64: |value| *value);
cell!(usize: |value| *value as u64);
cell!(String: |text| text.as_str());
cell!(DataSet: |dataset| dataset.name());

/// Defines the row of a table: its type, the name of its file, and a field for each column.
///
/// # Example
/// ```
/// paper::rows! {
///     /// One epoch.
///     Seen in "seen.csv" {
///         /// Epoch.
///         epoch: u64,
///         /// Loss.
///         loss: f64,
///     }
/// }
/// let table = paper::tables::Table::of(&[Seen { epoch: 1, loss: 0.5 }])?;
/// assert_eq!(table.csv()?, b"epoch,loss\n1,0.5\n");
/// # Ok::<(), paper::Error>(())
/// ```
#[macro_export]
macro_rules! rows {
    ($(#[$about:meta])* $name:ident in $file:literal {
        $($(#[$doc:meta])* $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl $crate::tables::Row for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn columns(rows: &[Self]) -> Vec<::polars::prelude::Column> {
                vec![$($crate::tables::rows::Cell::column(stringify!($field), rows.iter().map(|row| &row.$field))),+]
            }
        }
    };
}
