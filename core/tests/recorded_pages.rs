//! What a person reads on recorded pages is what the endpoints read.
//!
//! The recordings lie outside the repository, in `../shared/recorded`; without them these tests say so and pass.

use std::path::PathBuf;

use bytes::Bytes;
use http::Response;
use sechat_core::endpoint::{
    Endpoint, InfoUsers, ListRooms, OpenRoom, PingableUsers, Profile, RoomInfo, RoomThumbs, Transcript, UserInfo,
    UserProfile, UserSearch,
};
use sechat_core::{Day, Error, MessageId, RoomId, UserId};

const SAM: &str = "samliew+chatexchange";
const JAM: &str = "jbis9051+JamesSOBot";

/// A recording as an answer, or `None` on a machine that has none.
fn recorded(folder: &str, file: &str) -> Option<Response<Bytes>> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recorded"));
    if !root.is_dir() {
        println!("skipped: there are no recordings at {}", root.display());
        return None;
    }
    Some(Response::new(std::fs::read(root.join(folder).join(file)).expect("a recording").into()))
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

#[test]
fn a_day_of_a_room() {
    let Some(answer) = recorded(SAM, "transcript.html") else { return };
    let call = Transcript::Around(MessageId(44_431_164));
    let page = call.parse(&answer).unwrap();
    assert_eq!((page.room, page.room_name.as_str()), (RoomId(167_908), "SOBotics Workshop"));
    assert_eq!((page.day, page.hours), (day("2018-10-30"), Some((11, 23))));
    assert_eq!((page.first_day, page.previous_day), (Some(day("2018-03-30")), Some(day("2018-10-29"))));
    assert_eq!((page.next_day, page.last_day, page.next()), (None, None, None));
    assert_eq!(page.previous(), Some(Transcript::Day(RoomId(167_908), day("2018-10-29"))));
    assert_eq!(page.tags, ["bots", "testing", "waffles"]);
    assert!(
        page.description.starts_with("A place to test new bots that will eventually graduate"),
        "{}",
        page.description
    );

    let first = &page.messages[0];
    assert_eq!(
        (first.id, first.user.id, first.user.name.as_str()),
        (MessageId(44_424_713), Some(UserId(1_252_759)), "Jon Clements")
    );
    assert_eq!((first.content.as_deref(), first.mine, first.edited), (Some("howdy"), false, false));
    let time = first.time.as_ref().unwrap();
    assert_eq!((time.text.as_str(), time.minute), ("11:58 AM", Some(1_540_900_680)));
    assert_eq!(page.messages[1].time, None);

    let last = page.messages.last().unwrap();
    assert_eq!(
        (last.id, last.parent, last.mine, last.highlighted),
        (MessageId(44_431_164), Some(MessageId(44_430_856)), true, true)
    );
    assert!(last.content.as_deref().unwrap().ends_with("<code>I&#39;m starting to lose it</code>"));
    assert_eq!(page.messages.iter().filter(|message| message.highlighted).count(), 1);
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!(page.messages.len(), body.matches("id=\"message-").count());
    assert_eq!(
        page.messages.iter().filter(|m| m.parent.is_some()).count(),
        body.matches("class=\"reply-info\"").count()
    );
    assert!(page.messages.windows(2).all(|pair| pair[0].id < pair[1].id));
    let other = Transcript::Latest(RoomId(1)).parse(&answer).unwrap_err();
    assert!(matches!(other, Error::Changed { looked_for: "the room or the message that was asked for", .. }));
}

#[test]
fn a_room_about_itself() {
    let Some(answer) = recorded(SAM, "room_info.html") else { return };
    let room = RoomInfo { room: RoomId(92_764), users: InfoUsers::Current }.parse(&answer).unwrap();
    assert_eq!(
        (room.name.as_str(), room.description.as_str()),
        ("The Ministry of Silly Hats", "Welcome to the MOSH pit, where the fun hattens.")
    );
    assert_eq!((room.tags, room.favorite), (vec!["we-wait-for-hatty".to_owned()], true));
    assert_eq!(
        (room.facts["first message"].as_str(), room.facts["last message"].as_str()),
        ("2015-10-19", "18 minutes ago")
    );
    assert_eq!((room.messages, room.users_ever), (Some(123_287), Some(138)));
    let activity: Vec<_> = room.activity.iter().map(|a| (a.over.as_str(), a.count.as_str())).collect();
    assert_eq!(
        activity,
        [
            ("today", "65"),
            ("yesterday", "199"),
            ("per day", "113"),
            ("this week", "1.1k"),
            ("last week", "530"),
            ("per week", "1k")
        ]
    );
    let counts: Vec<_> = room.tab_counts.iter().map(|(tab, count)| (tab.as_str(), count.as_str())).collect();
    assert_eq!(counts, [("access", "4"), ("conversations", "9"), ("feeds", "2"), ("stars", "2.1k")]);
    let owners: Vec<_> =
        room.owners.iter().map(|o| (o.user.id.unwrap().0, o.user.name.as_str(), o.reputation)).collect();
    assert_eq!(
        owners,
        [(2_302_862, "Siguza", Some(17_621)), (4_174_897, "Kyll", Some(6_675)), (2_246_344, "Sam", Some(6_807))]
    );
    assert_eq!(room.owners[2].about, "//TODO: Implement later.");
    let users: Vec<_> = room.users.iter().map(|user| user.user.id.unwrap().0).collect();
    assert_eq!(users, [11_407_695, 3_689_450, 10_576_970, 208_273, 15_497_888, 366_904, 7_481_043]);
    let bot = room.users.last().unwrap();
    assert_eq!((bot.user.name.as_str(), bot.about.as_str(), bot.messages), ("Generic Bot", "Bot<T>", Some(75)));
    assert_eq!((bot.last_post, bot.last_post_ago.as_deref()), (Some(MessageId(54_608_632)), Some("37d ago")));
}

fn profile(file: &str) -> Option<Profile> {
    Some(UserProfile { user: UserId(1) }.parse(&recorded(SAM, file)?).expect("a profile"))
}

#[test]
fn profiles() {
    let Some(spot) = profile("spot.html") else { return };
    assert_eq!((spot.name.as_str(), spot.moderator, spot.mine), ("SpotDetector", false, false));
    assert_eq!(
        (spot.since.as_deref(), spot.last_message.as_deref(), spot.last_seen.as_deref()),
        (Some("2018-07-31"), Some("746d ago"), Some("68d ago"))
    );
    assert!(
        spot.about.starts_with("A bot designed to seek out and provide feedback to moderators about"),
        "{}",
        spot.about
    );
    assert_eq!((spot.messages, spot.rooms_ever, spot.reputation), (Some(693), Some(4), Some(72)));
    assert_eq!(spot.parent_profile.as_deref(), Some("//stackoverflow.com/users/10162108/spotdetector"));
    assert_eq!(spot.avatar.as_deref(), Some("https://i.stack.imgur.com/Xblsq.png?s=128&g=1"));
    assert!(spot.owned.is_empty() && spot.rooms.is_empty());

    for file in ["profile.html", "old-36147d7-profile.html"] {
        let frankerz = profile(file).unwrap();
        assert_eq!(
            (frankerz.name.as_str(), frankerz.mine, frankerz.about.as_str()),
            ("FrankerZ", true, "You're awesome!")
        );
        assert_eq!((frankerz.reputation, frankerz.last_seen.as_deref()), (Some(15_026), Some("14s ago")));
        assert_eq!(frankerz.activity[0].count, "38");
        let owned: Vec<_> =
            frankerz.owned.iter().take(3).map(|room| (room.id.0, room.frozen, room.deleted, room.gallery)).collect();
        assert_eq!(
            owned,
            [(182_477, false, false, false), (177_119, false, true, false), (144_628, true, false, true)]
        );
        let room = &frankerz.owned[0];
        assert_eq!(
            (room.name.as_str(), room.users_present, room.messages),
            ("Room for FrankerZ and tripleee", Some(1), Some(20))
        );
        assert_eq!((room.last_activity.as_deref(), room.users.as_slice()), (Some("23h ago"), &[UserId(4_875_631)][..]));
        assert_eq!(room.last_user.as_ref().unwrap().name, "SpotDetector");
        assert_eq!(room.site.as_deref(), Some("Stack Overflow"));
        assert_eq!(frankerz.owned[1].description, "Testing Notepad Functionality");
        assert!(!frankerz.rooms.is_empty());
    }
    let Err(error) = UserProfile { user: UserId(1) }.parse(&recorded(SAM, "favorite.html").unwrap()) else { panic!() };
    assert!(
        error.to_string().starts_with("a user's page has changed: looked for .usercard-xxl; it reads: "),
        "{error}"
    );
}

#[test]
fn small_answers() {
    let Some(answer) = recorded(JAM, "CHAT_API-0726.json.txt") else { return };
    let pingable = PingableUsers { room: RoomId(1) }.parse(&answer).unwrap();
    assert_eq!(
        (pingable.len(), pingable[1].name.as_str(), pingable[1].last_post),
        (14, "Michael", Some(1_558_904_598))
    );
    let search = UserSearch { query: "jbis".into(), limit: 50 };
    let found = search.parse(&recorded(JAM, "CHAT_API-0768.json.txt").unwrap()).unwrap();
    assert_eq!((found.len(), found[0].id, found[0].name.as_str()), (16, UserId(7_886_229), "JBis"));
    assert_eq!(found[0].avatar().as_deref(), Some("https://i.stack.imgur.com/8kBbg.png?s=128&g=1"));
    assert_eq!(search.parse(&recorded(JAM, "CHAT_API-0819.json.txt").unwrap()).unwrap().len(), 2);
    let info = UserInfo { users: vec![UserId(7_886_229)], room: RoomId(1) };
    let users = info.parse(&recorded(JAM, "CHAT_API-0865.json.txt").unwrap()).unwrap();
    assert_eq!((users[0].name.as_str(), users[0].reputation, users[0].is_owner), ("JBis", Some(324), None));
    assert_eq!(users[0].last_seen, Some(1_558_239_940));
    let thumbs = RoomThumbs { room: RoomId(17) }.parse(&recorded(JAM, "CHAT_API-1005.json.txt").unwrap()).unwrap();
    assert_eq!((thumbs.name.as_str(), thumbs.is_favorite), ("JavaScript", true));
    assert_eq!(thumbs.tag_names(), ["ecmascript", "ecmascript-6", "javascript", "nodejs", "typescript"]);
    assert!(
        thumbs
            .description_text()
            .starts_with("Topic: JavaScript, ECMAScript. Read this: javascriptroom.github.io/rules.")
    );
}

/// Whatever page comes, every reader gives an error rather than something that is not on it.
#[test]
fn pages_of_another_kind() {
    for file in ["favorite.html", "login.html", "spot.html", "profile.html", "room_info.html", "transcript.html"] {
        let Some(answer) = recorded(SAM, file) else { return };
        if !file.contains("transcript") {
            assert!(Transcript::Latest(RoomId(1)).parse(&answer).is_err(), "{file}");
        }
        if !file.contains("room_info") {
            assert!(RoomInfo { room: RoomId(92_764), users: InfoUsers::Current }.parse(&answer).is_err(), "{file}");
        }
        assert!(OpenRoom { room: RoomId(1) }.parse(&answer).is_err(), "{file}");
        assert!(ListRooms::default().parse(&answer).is_err(), "{file}");
    }
}
