//! JSON objects of many members. `json!` writes out for each member what is here once, a third of
//! a kilobyte of machine code.

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Adds a member; null where the value cannot be JSON, which none here is.
    pub fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.0.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
    }

    pub fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// As `json!({ … })`; an object inside is an `object!` again.
macro_rules! object {
    ({ $($name:literal: $value:expr),* $(,)? }) => {{
        let mut object = $crate::sandbox::object::Object::default();
        $(object.put($name, &$value);)*
        object.done()
    }};
}

pub(crate) use object;
