//! Settings as a tree, and the one walk through all of them.

/// A value that may have others below it, by name.
pub trait Tree: Sized {
    /// What is below it; `None` for a value that holds no names.
    fn below(&self) -> Option<Vec<(&str, &Self)>>;
}

impl Tree for toml::Value {
    fn below(&self) -> Option<Vec<(&str, &Self)>> {
        let entries = self.as_table()?.iter();
        Some(entries.map(|(name, value)| (&**name, value)).collect())
    }
}

impl Tree for serde_json::Value {
    fn below(&self) -> Option<Vec<(&str, &Self)>> {
        let entries = self.as_object()?.iter();
        Some(entries.map(|(name, value)| (&**name, value)).collect())
    }
}

/// All leaves, by their keys such as `fig5.mnist.alpha`; an empty table is a leaf.
pub fn leaves<T: Tree>(tree: &T) -> Vec<(String, &T)> {
    let mut found = Vec::new();
    for (name, value) in tree.below().unwrap_or_default() {
        let inner = leaves(value);
        if inner.is_empty() {
            found.push((name.to_owned(), value));
        }
        let inner = inner.into_iter();
        found.extend(inner.map(|(key, value)| (format!("{name}.{key}"), value)));
    }
    found
}

/// The value at a key.
pub fn at<'a, T: Tree>(tree: &'a T, key: &str) -> Option<&'a T> {
    key.split('.').try_fold(tree, |tree, name| {
        let mut below = tree.below()?.into_iter();
        Some(below.find(|(own, _)| *own == name)?.1)
    })
}
