//! The value of an option as a script has it, and looking into several of them.

use std::borrow::Cow;

/// Options with their values, in the words of `ip`, `bridge` and `tc`.
pub type Settings = Vec<(Cow<'static, str>, Setting)>;

/// The value of an option.
#[derive(Debug, Clone)]
pub enum Setting {
    /// On or off.
    Switch(bool),
    /// A whole number.
    Integer(i64),
    /// A number; a time in seconds, a share from 0 to 1.
    Number(f64),
    /// A word, an address, a link's name, or a quantity with its unit.
    Text(String),
    /// Several values.
    List(Vec<Setting>),
    /// Several options.
    Table(Settings),
}

impl Setting {
    /// The values of an array. One alone may stand without braces, and an empty table is an empty array.
    pub fn each(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            Self::Table(none) if none.is_empty() => &[],
            one => std::slice::from_ref(one),
        }
    }

    fn has_parts(&self) -> bool {
        matches!(self, Self::List(_) | Self::Table(_))
    }
}

/// The value called `name`.
pub fn find<'a>(settings: &'a Settings, name: &str) -> Option<&'a Setting> {
    settings.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The text called `name`, if it is one.
pub fn text<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    match find(settings, name)? {
        Setting::Text(text) => Some(text),
        _ => None,
    }
}

/// The whole number called `name`, if it is one.
pub fn integer(settings: &Settings, name: &str) -> Option<i64> {
    match find(settings, name)? {
        Setting::Integer(number) => Some(*number),
        _ => None,
    }
}

/// Whether the switch called `name` is there and on.
pub fn flag(settings: &Settings, name: &str) -> bool {
    matches!(find(settings, name), Some(Setting::Switch(true) | Setting::Integer(1)))
}

/// The options called `name`, if they are some.
pub fn table<'a>(settings: &'a Settings, name: &str) -> Option<&'a Settings> {
    match find(settings, name)? {
        Setting::Table(settings) => Some(settings),
        _ => None,
    }
}

/// All but those called one of `names`.
pub fn without(settings: &Settings, names: &[&str]) -> Settings {
    settings.iter().filter(|(key, _)| !names.contains(&key.as_ref())).cloned().collect()
}

impl PartialEq for Setting {
    /// A number is the same whether it is written `3` or `3.0`, as in Lua.
    fn eq(&self, other: &Self) -> bool {
        #[allow(clippy::cast_precision_loss, clippy::float_cmp)]
        match (self, other) {
            (Self::Switch(one), Self::Switch(other)) => one == other,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Integer(whole), Self::Number(number)) | (Self::Number(number), Self::Integer(whole)) => {
                *whole as f64 == *number
            }
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Table(one), Self::Table(other)) => one == other,
            _ => false,
        }
    }
}

impl std::fmt::Display for Setting {
    /// As a script would write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Switch(on) => write!(f, "{on}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::List(values) if values.len() <= 16 && !values.iter().any(Self::has_parts) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(f, "{{ {} }}", values.join(", "))
            }
            // The others are only named: they are long, or may hold a key.
            Self::List(_) => f.write_str("an array"),
            Self::Table(_) => f.write_str("a table"),
        }
    }
}
