//! The calls in a room page's script. Their arguments are literals of JavaScript, which is more than JSON: names without
//! quotes, strings in either quote, values in parentheses.

use serde_json::{Map, Number, Value};

const MAX_DEPTH: u8 = 16;

/// The arguments of the first call of a function whose arguments are all literals.
pub(super) fn arguments(script: &str, function: &str) -> Option<Vec<Value>> {
    script.match_indices(function).find_map(|(at, _)| {
        let mut reader = Reader(script[at + function.len()..].trim_start().strip_prefix('(')?);
        reader.list(')', 0)
    })
}

struct Reader<'s>(&'s str);

impl Reader<'_> {
    /// Values up to a closing mark; the opening one is read already.
    fn list(&mut self, close: char, depth: u8) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        while !self.eat(close) {
            values.push(self.value(depth + 1)?);
            if !self.eat(',') {
                return self.eat(close).then_some(values);
            }
        }
        Some(values)
    }

    fn object(&mut self, depth: u8) -> Option<Value> {
        let mut members = Map::new();
        while !self.eat('}') {
            let name = if self.0.starts_with(['"', '\'']) { self.string()? } else { self.word().to_owned() };
            if name.is_empty() || !self.eat(':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            members.insert(name, value);
            if !self.eat(',') {
                return self.eat('}').then_some(Value::Object(members));
            }
        }
        Some(Value::Object(members))
    }

    fn value(&mut self, depth: u8) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip();
        if self.eat('(') {
            let value = self.value(depth + 1)?;
            return self.eat(')').then_some(value);
        }
        if self.eat('[') {
            return self.list(']', depth).map(Value::Array);
        }
        if self.eat('{') {
            return self.object(depth);
        }
        if self.0.starts_with(['"', '\'']) {
            return self.string().map(Value::String);
        }
        match self.word() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" | "undefined" => Some(Value::Null),
            number => number.parse::<Number>().ok().map(Value::Number),
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.0.chars().next()?;
        let mut escaped = false;
        let end = self.0[1..].find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        let inside = &self.0[1..=end];
        self.0 = &self.0[end + 2..];
        let json = if quote == '"' { inside.to_owned() } else { inside.replace("\\'", "'").replace('"', "\\\"") };
        serde_json::from_str(&format!("\"{}\"", json.replace("\\'", "'"))).ok()
    }

    fn word(&mut self) -> &str {
        self.skip();
        let end = self.0.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$' | '-' | '+' | '.'));
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        word
    }

    fn eat(&mut self, mark: char) -> bool {
        self.skip();
        let rest = self.0.strip_prefix(mark);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn skip(&mut self) {
        self.0 = self.0.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_are_read() {
        let script = r#"x(); f(y); f( {a:1, 'b': "c\"d\u0041", e : ('it\'s "x"'), }, -5,[true,null,], ("z") , {} );"#;
        let expected =
            vec![json!({"a":1,"b":"c\"dA","e":"it's \"x\""}), json!(-5), json!([true, null]), json!("z"), json!({})];
        assert_eq!(arguments(script, "f"), Some(expected));
        assert_eq!(arguments("f()", "f"), Some(vec![]));
        for broken in ["f(", "f(1", "f({a:1", "f({a})", "f(g())", "f('x", "f(1 2)", "f(,)", "", "f"] {
            assert_eq!(arguments(broken, "f"), None, "{broken}");
        }
        assert_eq!(arguments(&format!("f({}", "[".repeat(100_000)), "f"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_panic(text in r#"f?[(){}\[\]:,'"\\a1é ]{0,40}"#) {
            arguments(&text, "f");
        }
    }
}
