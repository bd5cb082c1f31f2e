//! Every place on a page that is read, named once.
//!
//! Alternatives stand in the order of trust: what the pages of 2025 have, then what they had before. When a page changes,
//! this is the table to mend (protocol notes, section 5).

use super::selector::{Selector, selector};

macro_rules! selectors {
    ($($(#[$doc:meta])* $name:ident = $($css:literal),+;)+) => {
        $($(#[$doc])* pub(crate) const $name: Selector = selector!($($css),+);)+
    };
}

selectors! {
    // The session, on any page.
    FKEY = "input[name=fkey]";
    FORM = "form";
    PASSWORD = "input[name=password]";
    /// Its first link is the user's, or one to log in with.
    TOP_BAR_MENU = ".topbar-menu-links";
    /// Has the user's link among others.
    TOP_BAR = ".topbar-links";
    /// What follows the top bar: links from there on are other people's.
    AFTER_TOP_BAR = "form", "#header", "#content", "#main", "#chat", "#sidebar", "#footer";
    /// The user's own corner of a room, whose class has the id.
    ACTIVE_USER = "#active-user";
    /// Whose `title` or `alt` is a name.
    FACE = "img[title]", "a[title]", "img[alt]", "a[alt]";
    /// What tells a chat page from any other.
    CHAT_MARK = ".topbar-menu-links", ".topbar-links", "#active-user", "input[name=fkey]";
    ANY_LINK = "a";

    // Several pages.
    /// Where lists of pages say how far they go.
    PAGE_NUMBER = ".page-numbers";
    PAGER = ".pager";
    /// Has a number in it, or is one.
    PAGE_LINK = "a[href*=page=]";
    USER_LINK = "a[href^=/users/]";
    TAG = "a.tag";
    HEADING = "h1";
    TITLE = "title";
    BODY = "body";
    /// What every page outside of rooms has.
    MAIN = "#content";
    LIST_ITEM = "li";
    /// What comes in place of any page when a session has expired.
    LOGIN_FORM = "#login-form";
    /// What only pages about one user or one room have.
    ONE_SUBJECT = ".usercard-xxl", ".roomcard-xxl";
    /// What ends the last message of a page of found ones.
    FOUND_END = ".pager", "#footer";
    /// One author's messages in a row.
    MONOLOGUE = ".monologue";
    USER_NAME = ".username";
    /// A message on a page; `.message` in the history and in search results has no id.
    MESSAGE = ".message";
    /// Holds the id in `name` and the room in `href`.
    MESSAGE_ANCHOR = "a[name][href^=/transcript/]";
    CONTENT = ".content";
    /// The mark of a message cut short.
    PARTIAL = ".partial";
    /// The content of a message that is gone.
    REMOVED = "span.deleted";
    /// Whether a message was edited.
    EDITED = ".edits";
    /// A link that is a reply's or unknown.
    TRANSCRIPT_LINK = "a[href*=/transcript/]";
    REPLY = "a.reply-info-container", "a.reply-info";
    FLASH = ".flash";
    STARS = ".stars";
    STAR_COUNT = ".times";
    TIMESTAMP = ".timestamp";

    // A message's history.
    MESSAGE_SOURCE = ".message-source";
    BOLD = "b";
    PIN_LINE = "p";
    PIN_MARK = ".stars.owner-star", ".owner-star";

    // The transcript.
    CANONICAL = "link[rel=canonical]";
    PREVIOUS = "a[rel=prev]", "link[rel=prev]";
    NEXT = "a[rel=next]", "link[rel=next]";
    /// First and last day, besides the two above.
    DAY_BUTTON = "a.button.noprint[title]";
    TRANSCRIPT = "#transcript";
    TRANSCRIPT_MESSAGE = ".message[id^=message-]";
    ROOM_NAME_LINK = ".room-name";
    MINI_DESCRIPTION = ".room-mini-description";
    /// What ends a message's part of the transcript.
    SYSTEM_MESSAGE = ".system-message-container", ".system-message";

    // Starred messages.
    STAR_ITEM = "li[id^=summary_]";
    STAR_LINK = "a[href*=/transcript/message/]", "a[href*=/transcript/]";
    RELATIVE_TIME = ".relativetime";

    // A room's info page.
    ROOM_CARD_XXL = ".roomcard-xxl";
    ROOM_FAVORITE = ".favorite-room-vote.favorite-room";
    PARAGRAPH = "p";
    SITE_LOGO = "img.small-site-logo";
    ROOM_KEY = ".room-keycell";
    CELL = "td";
    ROOM_STATS = ".room-stats";
    STAT_COUNT = ".stats-count";
    STAT_FRAME = ".stats-timeframe";
    ROOM_MESSAGES = ".room-message-count-xxl";
    ROOM_USERS = ".room-user-count-xxl";
    TAB = "#tabs";
    TAB_COUNT = ".tabcount";
    LINK = "a[href]";
    OWNER_CARDS = "#room-ownercards";
    USER_CARDS = "#room-usercards-container";
    USER_CARD = ".usercard";
    CARD_NAME = "a.username";
    REPUTATION = ".reputation-score";
    CARD_MESSAGE = ".user-message-info";
    CARD_LAST_POST = "a.permalink[href*=/transcript/message/]";
    CARD_COUNT = ".user-message-count";
    ACCESS_OWNERS = "#access-section-owner";
    ACCESS_WRITERS = "#access-section-read-write";
    ACCESS_READERS = "#access-section-read-only";

    // A room itself.
    ROOM_NAME = "#roomname";
    ROOM_DESCRIPTION = "#roomdesc";
    ROOM_TAGS = "#room-tags";
    INPUT = "textarea#input";
    PRESENT = ".js-present[data-users]";
    MY_ROOM = "#my-rooms";
    MY_ROOM_ITEM = "li[id^=room-]";
    LAST_TIME = ".time.data";

    // Lists of rooms.
    ROOM_CARD = ".roomcard[id^=room-]";
    CARD_ROOM_NAME = ".room-name";
    CARD_DESCRIPTION = ".room-description";
    CARD_ACTIVITY = ".last-activity";
    CARD_USERS = ".room-users";
    CARD_FACE = "a.user-gravatar32";
    CARD_MESSAGES = ".room-message-count";
    GALLERY = ".sprite-sec-gallery";

    ROOM_LIST = "#roomlist";

    // Profiles.
    PROFILE_CARD = ".usercard-xxl";
    USER_STATUS = ".user-status";
    PROFILE_STATS = ".user-stats";
    PROFILE_KEY = ".user-keycell";
    PROFILE_VALUE = ".user-valuecell";
    AVATAR = "img.user-gravatar-128";
    USER_MESSAGES = ".user-message-count-xxl";
    USER_ROOMS = ".user-room-count-xxl";
    OWNED_ROOMS = "#user-owningcards";
    VISITED_ROOMS = "#user-roomcards-container";
    SITE_LINK = "a[href^=//]", "a[href^=http]";
    EDIT_ABOUT = "#edit-message";

    // The form for a room.
    ROOM_FORM = "[name=defaultAccess]";
    /// How the form says what is wrong is not recorded.
    FORM_ERROR = "[class*=error]";
}

/// Classes that say something of the element that has them.
pub(crate) mod mark {
    /// Of `.stars`: the message is pinned.
    pub(crate) const PINNED: &str = "owner-star";
    /// Of `.stars`: one of them is one's own.
    pub(crate) const OWN_STAR: &str = "user-star";
    /// Of `.page-numbers`: it is the page that is shown.
    pub(crate) const CURRENT: &str = "current";
    /// Of `.monologue`: its author is the reader.
    pub(crate) const MINE: &str = "mine";
    /// Of `.message`: it is the one that was asked for.
    pub(crate) const HIGHLIGHT: &str = "highlight";
    /// Of `.roomcard`.
    pub(crate) const FROZEN: &str = "frozen";
    /// Of `.roomcard`.
    pub(crate) const DELETED: &str = "deleted";
}
