//! Values of the kernel's words among what is written at one go.

use std::borrow::Cow;

use super::{Bulk, NEXT, What};
use crate::kernel::words::Setting;

impl Bulk<'_> {
    /// A value of any form under a key.
    pub(in crate::script) fn setting(&mut self, key: &'static str, setting: &Setting) {
        let key = self.key(key);
        self.put(key, setting);
    }

    fn put(&mut self, key: u16, setting: &Setting) {
        match setting {
            Setting::Switch(on) => self.note(key, What::Switch(*on)),
            Setting::Integer(number) => self.note(key, What::Integer(*number)),
            Setting::Number(number) => self.note(key, What::Number(*number)),
            Setting::Text(text) => self.put_word(key, text),
            Setting::List(values) => {
                self.begin(key, 0);
                values.iter().for_each(|value| self.put(NEXT, value));
                self.close();
            }
            Setting::Table(settings) => {
                self.begin(key, 0);
                for (key, value) in settings {
                    // All that is read has the words of a table.
                    if let Cow::Borrowed(key) = key {
                        self.setting(key, value);
                    }
                }
                self.close();
            }
        }
    }
}
