//! Enumerations whose members have names, for settings, tables and the command line.

/// Declares an enumeration whose members have names, the same wherever they are written or read.
///
/// It gets
///
/// * `ALL`, its members in the order of their declaration, and `name`, the name of one;
/// * `Display`, which writes the name, padded to the requested width;
/// * `FromStr`, which accepts the names and nothing else; the error lists them;
/// * serde's `Serialize` and `Deserialize`, with the same names.
///
/// The text after `as` is what an error calls a value of this kind. Crates that use the macro depend on `serde` with
/// its feature `derive`. The enumeration may derive more, and its members may have attributes.
///
/// # Example
/// ```
/// dae::named! {
///     /// How well something went.
///     pub enum Outcome as "outcome" {
///         /// Better than expected.
///         Good = "good",
///         /// No better than that.
///         Fair = "so-so",
///     }
/// }
/// assert_eq!(Outcome::ALL.map(Outcome::name), ["good", "so-so"]);
/// assert_eq!(format!("[{:6}]", Outcome::Good), "[good  ]");
/// assert_eq!("so-so".parse::<Outcome>()?, Outcome::Fair);
/// let error = "bad".parse::<Outcome>().unwrap_err().to_string();
/// assert_eq!(error, r#"outcome = bad is out of range: it must be "good" or "so-so""#);
/// # Ok::<(), dae::Error>(())
/// ```
#[macro_export]
macro_rules! named {
    (
        $(#[$about:meta])*
        $vis:vis enum $Type:ident as $what:literal {
            $(#[$about_first:meta])* $First:ident = $first:literal
            $(, $(#[$about_more:meta])* $More:ident = $more:literal)* $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        $vis enum $Type {
            $(#[$about_first])*
            #[serde(rename = $first)]
            $First,
            $(
                $(#[$about_more])*
                #[serde(rename = $more)]
                $More,
            )*
        }

        impl $Type {
            /// All of them, in order.
            pub const ALL: [Self; [$first $(, $more)*].len()] = [Self::$First $(, Self::$More)*];

            /// The name in settings, tables and file names.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$First => $first,
                    $(Self::$More => $more,)*
                }
            }
        }

        impl ::std::fmt::Display for $Type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl ::std::str::FromStr for $Type {
            type Err = $crate::Error;

            fn from_str(name: &str) -> $crate::Result<Self> {
                match name {
                    $first => Ok(Self::$First),
                    $($more => Ok(Self::$More),)*
                    _ => Err($crate::Error::out_of_range(
                        $what,
                        name,
                        concat!("\"", $first, "\"" $(, " or \"", $more, "\"")*),
                    )),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    named! {
        /// One is enough.
        pub(super) enum Only as "only" {
            /// The one.
            This = "this one",
        }
    }

    #[test]
    fn names_are_the_same_wherever_they_are_written_and_read() {
        assert_eq!(Only::ALL, [Only::This]);
        assert_eq!("this one".parse::<Only>().unwrap().name(), "this one");
        assert_eq!(serde_json::to_string(&Only::This).unwrap(), "\"this one\"");
        let read: Only = serde_json::from_str("\"this one\"").unwrap();
        assert_eq!(format!("{read:>9}|"), " this one|");
        let error = "This".parse::<Only>().unwrap_err().to_string();
        let said = "only = This is out of range: it must be \"this one\"";
        assert_eq!(error, said);
    }
}
