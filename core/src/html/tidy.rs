//! Rewrites a page into HTML that is easily read as browsers do, and lists its tags.

use std::ops::Range;

use super::tag::{Attribute, Bits, Tag};

/// What a page comes to.
pub(super) struct Tidied {
    /// `None` where the page was tidy.
    pub(super) text: Option<String>,
    /// Its tags in their order. Every `<` outside of attributes begins one.
    pub(super) tags: Vec<Tag>,
    /// What each of them goes by.
    pub(super) bits: Vec<Bits>,
    /// The attributes of all of them.
    pub(super) attributes: Vec<Attribute>,
}

/// One pass over the page, in linear time:
///
/// * comments go, and so does what is inside `<script>` and `<style>`;
/// * a `<` that begins no tag becomes `&lt;`;
/// * in tags, names turn to lower case, white space to single blanks, values get quotes, and a `/` at the end a blank
///   before it.
pub(super) fn tidy(page: &str) -> Tidied {
    let tidied = Tidied { text: None, tags: Vec::new(), bits: Vec::new(), attributes: Vec::new() };
    let mut pass = Pass { page, out: String::new(), done: 0, tidied };
    let mut at = 0;
    while let Some(tag) = pass.find(at, b'<') {
        at = match page.as_bytes().get(tag + 1) {
            Some(b'/') => pass.end_tag(tag),
            Some(b'!' | b'?') => pass.comment(tag),
            Some(next) if next.is_ascii_alphabetic() => pass.tag(tag),
            _ => pass.put(tag..tag + 1, "&lt;"),
        };
    }
    pass.finish()
}

struct Pass<'p> {
    page: &'p str,
    /// The page as rewritten, up to `done`: what needs no rewriting is copied in one go.
    out: String,
    done: usize,
    tidied: Tidied,
}

impl Pass<'_> {
    /// `<name attribute="value" …>`, with the body of a script or style. Gives where it ends, as the others here do.
    fn tag(&mut self, start: usize) -> usize {
        let place = self.place(start);
        let attributes = self.tidied.attributes.len();
        let name =
            start + 1..self.skip(start + 1, |c| !is_space(c) && !matches!(c, b'>' | b'/' | b'<' | b'=' | b'"' | b'\''));
        self.lower(name.clone());
        let mut bits = Bits::ELEMENT.with(&self.page[name.clone()]);
        let mut at = name.end;
        let (end, has_body) = loop {
            let next = self.skip_to_attribute(at);
            at = match self.byte(next) {
                Some(b'>') => break (self.put(at..next, "") + 1, true),
                Some(b'/') => break (self.put(at..next, " ") + 2, false),
                Some(_) => {
                    self.put(at..next, " ");
                    self.attribute(next, &mut bits)
                }
                // The page ends inside the tag: browsers drop such a tag.
                None => {
                    self.tidied.attributes.truncate(attributes);
                    return self.drop_from(start, place);
                }
            };
        };
        let tag = Tag { start: place, name: place + 1, rest: place + 1 + name.len(), end: self.place(end), attributes };
        self.tidied.tags.push(tag);
        self.tidied.bits.push(bits);
        match ["script", "style"].into_iter().find(|script| script.eq_ignore_ascii_case(&self.page[name.clone()])) {
            Some(name) if has_body => self.script(end, name),
            _ => end,
        }
    }

    /// `attribute="value"`; up to the end of the page where the value has none.
    fn attribute(&mut self, start: usize, bits: &mut Bits) -> usize {
        let name = start..self.skip(start, |c| !is_space(c) && !matches!(c, b'>' | b'/' | b'=' | b'"' | b'\'' | b'<'));
        let place = self.place(start);
        let place = place..place + name.len();
        self.lower(name.clone());
        let equals = self.skip(name.end, is_space);
        if self.byte(equals) != Some(b'=') {
            self.tidied.attributes.push(Attribute { value: place.end..place.end, name: place });
            return name.end;
        }
        let value = self.skip(equals + 1, is_space);
        self.put(name.end..value, "=");
        let (value, end) = if let Some(quote @ (b'"' | b'\'')) = self.byte(value) {
            let Some(end) = self.find(value + 1, quote) else { return self.page.len() };
            (value + 1..end, end + 1)
        } else {
            let bare = value..self.skip(value, |c| !is_space(c) && c != b'>');
            let quoted = format!("\"{}\"", self.page[bare.clone()].replace('"', "&quot;"));
            (bare.clone(), self.put(bare, &quoted))
        };
        let behind_name = place.end + "=\"".len();
        self.tidied.attributes.push(Attribute { name: place, value: behind_name..self.place(end) - 1 });
        let (name, value) = (&self.page[name], &self.page[value]);
        if value.contains('&') {
            *bits = Bits::ANY;
        } else if name.eq_ignore_ascii_case("class") {
            *bits = value.split_ascii_whitespace().fold(*bits, Bits::with);
        } else if name.eq_ignore_ascii_case("id") {
            *bits = bits.with(value);
        }
        end
    }

    /// What is between the tags of a script or style.
    fn script(&mut self, body: usize, name: &str) -> usize {
        let is_end = |at: &usize| {
            let tag = self.page.as_bytes().get(at + 2..at + 2 + name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        };
        let end = self.page[body..].match_indices("</").map(|(at, _)| body + at).find(is_end);
        if let Some(end) = end {
            return self.put(body..end, "");
        }
        let place = self.place(body);
        let end = self.put(body..self.page.len(), &format!("</{name}>"));
        self.list_end(place, name.len(), end);
        end
    }

    /// `</name>`
    fn end_tag(&mut self, start: usize) -> usize {
        let place = self.place(start);
        let from = self.skip(start + 2, is_space);
        let name = from..self.skip(from, |c| c.is_ascii_alphanumeric() || c == b'-');
        let close = self.skip(name.end, is_space);
        if name.is_empty() || self.byte(close).is_some_and(|c| c != b'>') {
            let end = self.find(start, b'>').map_or(self.page.len(), |end| end + 1);
            return self.put(start..end, "");
        }
        self.put(start + 2..from, "");
        self.lower(name.clone());
        let end = self.put(name.end..self.page.len().min(close + 1), ">");
        self.list_end(place, name.len(), end);
        end
    }

    /// `<!-- … -->`, `<!doctype …>`, `<?…>`
    fn comment(&mut self, start: usize) -> usize {
        let rest = &self.page[start..];
        let end = match rest.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|end| end + "<!---->".len()),
            None => rest.find('>').map(|end| end + 1),
        };
        self.put(start..end.map_or(self.page.len(), |end| start + end), "")
    }

    /// Has this text in the place of that.
    fn put(&mut self, range: Range<usize>, text: &str) -> usize {
        if !self.page.as_bytes()[range.clone()].iter().eq(text.as_bytes()) {
            self.out.push_str(&self.page[self.done..range.start]);
            self.out.push_str(text);
            self.done = range.end;
        }
        range.end
    }

    fn lower(&mut self, range: Range<usize>) {
        if self.page.as_bytes()[range.clone()].iter().any(u8::is_ascii_uppercase) {
            self.put(range.clone(), &self.page[range].to_ascii_lowercase());
        }
    }

    /// Leaves out the rest of the page, from a tag that has its place already.
    fn drop_from(&mut self, start: usize, place: usize) -> usize {
        if self.out.len() < place {
            self.out.push_str(&self.page[self.done..start]);
        }
        self.out.truncate(place);
        self.done = self.page.len();
        self.done
    }

    /// Where something that is not rewritten yet comes to stand.
    fn place(&self, at: usize) -> usize {
        self.out.len() + at - self.done
    }

    fn list_end(&mut self, start: usize, name: usize, end: usize) {
        let (end, attributes) = (self.place(end), self.tidied.attributes.len());
        self.tidied.tags.push(Tag { start, name: start + 2, rest: start + 2 + name, end, attributes });
        self.tidied.bits.push(Bits::NONE);
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.page.as_bytes().get(at).copied()
    }

    fn find(&self, from: usize, byte: u8) -> Option<usize> {
        Some(from + self.page.as_bytes()[from..].iter().position(|found| *found == byte)?)
    }

    /// Where the first byte is that is not to be skipped, which must be ASCII.
    fn skip(&self, from: usize, skipped: impl Fn(u8) -> bool) -> usize {
        let rest = &self.page.as_bytes()[from..];
        from + rest.iter().position(|byte| !skipped(*byte)).unwrap_or(rest.len())
    }

    /// Skips blanks, and marks that stand where no attribute can begin.
    fn skip_to_attribute(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = self.skip(at, |c| is_space(c) || matches!(c, b'"' | b'\'' | b'=' | b'<'));
            if self.byte(at) != Some(b'/') || self.byte(at + 1) == Some(b'>') {
                return at;
            }
            at += 1;
        }
    }

    fn finish(mut self) -> Tidied {
        if self.done > 0 {
            self.out.push_str(&self.page[self.done..]);
            self.tidied.text = Some(self.out);
        }
        self.tidied
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_what_the_parser_misreads() {
        for (page, tidied) in [
            ("<br/>a<p/>", "<br />a<p />"),
            ("<A HREF=/foo/bar>x</A\n>", r#"<a href="/foo/bar">x</a>"#),
            ("<a\tb = 'c\">d'\r\n e>", "<a b='c\">d' e>"),
            ("a < b <3", "a &lt; b &lt;3"),
            ("x<!-- <b> --->y<!DOCTYPE html>z<!--w", "xyz"),
            ("<script src=x>if (a<b) '</p>'</SCRIPT>y", r#"<script src="x"></script>y"#),
            ("<style>p{}", "<style></style>"),
            ("<a b=\"never closed", ""),
            ("</ >x</p", "x</p>"),
            ("<a b=c\"d>", r#"<a b="c&quot;d">"#),
        ] {
            let found = tidy(page);
            assert_eq!(found.text.as_deref().unwrap_or(page), tidied, "{page}");
        }
    }

    #[test]
    fn lists_tags_where_they_come_to_stand() {
        let page = "x<!-- --><A\nHREF = /b CLASS='c d' e/>< <style>f</style\n><p g=\"h\"i></p><b j='k' l=\"m";
        let Tidied { text, tags, bits, attributes } = tidy(page);
        let text = text.unwrap();
        assert_eq!(text, "x<a href=\"/b\" class='c d' e />&lt; <style></style><p g=\"h\" i></p>");
        let found: Vec<_> = tags.iter().map(|tag| (&text[tag.start..tag.end], tag.name(&text), tag.closes())).collect();
        assert_eq!(
            found,
            [
                ("<a href=\"/b\" class='c d' e />", "a", false),
                ("<style>", "style", false),
                ("</style>", "style", true),
                ("<p g=\"h\" i>", "p", false),
                ("</p>", "p", true),
            ]
        );
        assert_eq!(tags.iter().map(|tag| tag.attributes).collect::<Vec<_>>(), [0, 3, 3, 3, 5]);
        let found: Vec<_> = attributes.iter().map(|it| (&text[it.name.clone()], &text[it.value.clone()])).collect();
        assert_eq!(found, [("href", "/b"), ("class", "c d"), ("e", ""), ("g", "h"), ("i", "")]);
        assert!(bits[0].may_have(Bits::ELEMENT.with("a").with("c").with("d")) && bits[2] == Bits::NONE);
    }

    #[test]
    fn a_tidy_page_stays_as_it_is() {
        let page = "<div id=\"a\"><input name=\"fkey\" value=\"x\" /><a href='/b'>c &amp; d</a></div>";
        assert_eq!(tidy(page).text, None);
    }
}
