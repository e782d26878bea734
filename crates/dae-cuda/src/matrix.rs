//! Handles of matrices on a device.

use std::ops::Range;

/// A row-major matrix in single precision on a device, or a range of its rows and columns.
///
/// Only a handle: it says where the numbers are, and is valid only on the device that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix {
    buffer: usize,
    offset: usize,
    rows: usize,
    columns: usize,
    stride: usize,
}

impl Matrix {
    /// The whole of a buffer.
    pub fn whole(buffer: usize, rows: usize, columns: usize) -> Self {
        Self {
            buffer,
            offset: 0,
            rows,
            columns,
            stride: columns,
        }
    }

    /// Some of its rows; the range is clipped to the matrix.
    pub fn rows(self, range: Range<usize>) -> Self {
        let end = range.end.min(self.rows);
        let start = range.start.min(end);
        Self {
            offset: self.offset + start * self.stride,
            rows: end - start,
            ..self
        }
    }

    /// Some of its columns; the range is clipped to the matrix.
    pub fn columns(self, range: Range<usize>) -> Self {
        let end = range.end.min(self.columns);
        let start = range.start.min(end);
        Self {
            offset: self.offset + start,
            columns: end - start,
            ..self
        }
    }

    /// Its transpose, as a factor of a product.
    pub fn t(self) -> Factor {
        Factor {
            matrix: self,
            transposed: true,
        }
    }

    /// The number of its buffer.
    pub fn buffer(self) -> usize {
        self.buffer
    }

    /// Offset of its first number in the buffer.
    pub fn offset(self) -> usize {
        self.offset
    }

    /// Rows and columns.
    pub fn dim(self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Stride: numbers from one row to the next.
    pub fn stride(self) -> usize {
        self.stride
    }

    /// Numbers from its first to its last, inclusive.
    pub fn span(self) -> usize {
        match self.rows {
            0 => 0,
            rows => (rows - 1) * self.stride + self.columns,
        }
    }

    /// Whether its rows are contiguous.
    pub fn is_dense(self) -> bool {
        self.stride == self.columns || self.rows <= 1
    }
}

/// A factor of a product: a matrix or its transpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor {
    /// The matrix as stored.
    pub matrix: Matrix,
    /// Whether its transpose is meant.
    pub transposed: bool,
}

impl Factor {
    /// Rows and columns of the factor.
    pub fn dim(self) -> (usize, usize) {
        let (rows, columns) = self.matrix.dim();
        match self.transposed {
            false => (rows, columns),
            true => (columns, rows),
        }
    }
}

impl From<Matrix> for Factor {
    fn from(matrix: Matrix) -> Self {
        Self {
            matrix,
            transposed: false,
        }
    }
}

/// A row-major matrix in double precision on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide {
    /// The number of its buffer.
    pub buffer: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stay_inside() {
        let whole = Matrix::whole(3, 5, 7);
        let part = whole.rows(1..4).columns(2..5);
        assert_eq!((part.buffer(), part.offset(), part.dim()), (3, 9, (3, 3)));
        assert_eq!((part.stride(), part.span()), (7, 17));
        assert!(whole.is_dense() && !part.is_dense() && part.rows(0..1).is_dense());
        assert_eq!(part.t().dim(), (3, 3));
        assert_eq!(whole.columns(6..99).t().dim(), (1, 5));
        assert_eq!(whole.rows(9..12).dim(), (0, 7));
        assert_eq!(whole.rows(9..12).span(), 0);
    }
}
