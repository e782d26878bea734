//! Gradient descent, on one mode, on a spectrum, and on a data matrix.
