//! Names that come again and again.

use std::sync::Arc;

/// So many names are remembered: few people talk at a time, in few rooms.
const REMEMBERED: usize = 16;
/// Longer ones are not, in bytes. Real ones have 30 characters at most.
const LONGEST: usize = 128;

/// The last names that were read. One that comes again is shared.
#[derive(Debug, Default)]
pub(crate) struct Names {
    last: [Option<Arc<str>>; REMEMBERED],
    /// Where the next new one belongs.
    next: usize,
}

impl Names {
    pub(super) fn share(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.last.iter().flatten().find(|known| ***known == *name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = Arc::from(name);
        if name.len() <= LONGEST {
            self.last[self.next] = Some(Arc::clone(&name));
            self.next = (self.next + 1) % REMEMBERED;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_again_is_shared() {
        let mut names = Names::default();
        let ada = names.share("Ada");
        assert!(Arc::ptr_eq(&ada, &names.share("Ada")));
        for n in 1..REMEMBERED {
            names.share(&n.to_string());
        }
        assert!(Arc::ptr_eq(&ada, &names.share("Ada")));
        names.share("one more");
        assert!(!Arc::ptr_eq(&ada, &names.share("Ada")));
        let long = "a".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&names.share(&long), &names.share(&long)));
    }
}
