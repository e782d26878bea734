//! Drawing: the fonts, colours and panels that all figures share.
