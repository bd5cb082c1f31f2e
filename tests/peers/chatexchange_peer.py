"""ChatExchange 0.0.4: two clients in one room, by WebSocket and by polling."""

import os

import redirect  # noqa: F401  (patches requests and websocket)
from checks import FLIPS, check, equal, main, until
from chatexchange import browser, client, events


def of(kind, seen, **wanted):
    """The first event of a type whose data has these values."""
    def find():
        for event in list(seen):
            if isinstance(event, kind) and all(event.data.get(key) == value for key, value in wanted.items()):
                return event
        return None
    return find


def story():
    stranger = client.Client("stackexchange.com")
    try:
        stranger.login("bot@example.com", "wrong")
        check("a wrong password is refused", False)
    except browser.LoginError:
        check("a wrong password is refused", True)

    bot = client.Client("stackexchange.com", "bot@example.com", "correct horse")
    ada = client.Client("stackexchange.com", "ada@example.com", "analytical engine")
    equal("own id", bot.get_me().id, 101)
    equal("own name", bot.get_me().name, "Bot")

    # Its own recovery runs when the client itself closes a socket, and joins the room again while leaving it.
    for each in (bot, ada):
        each.set_websocket_recovery(lambda room_id: None)

    room, her_room = bot.get_room(1), ada.get_room(1)
    room.join()
    her_room.join()
    by_socket, by_poll, hers = [], [], []
    room.watch_socket(lambda event, _: by_socket.append(event))
    room.watch_polling(lambda event, _: by_poll.append(event), 1)
    her_room.watch_socket(lambda event, _: hers.append(event))
    # Its snapshot comes before its socket, and it never asks for the page.
    if FLIPS.get("enters") not in ("Snapshot", "RoomPage"):
        until("the bot's arrival is seen", of(events.UserEntered, by_socket, user_id=101))

    sent = []
    bot.on_message_sent = lambda id, room_id: sent.append(id)
    room.send_message("hello **world**")
    until("a sent message gets an id", lambda: sent)
    mine = sent[0]
    posted = until("it comes by socket", of(events.MessagePosted, by_socket, message_id=mine))
    equal("its content is rendered", posted.content, "hello <b>world</b>")
    equal("its author is the bot", posted.user.id, 101)
    equal("its room has a name", posted.room.name, "Sandbox")
    until("it comes by polling", of(events.MessagePosted, by_poll, message_id=mine))

    until("the other client sees it", of(events.MessagePosted, hers, message_id=mine))
    her_sent = []
    ada.on_message_sent = lambda id, room_id: her_sent.append(id)
    ada.get_message(mine).reply("welcome")
    until("she replies", lambda: her_sent)
    reply = until("the reply reaches the bot as a reply", of(events.MessageReply, by_socket, message_id=her_sent[0]))
    equal("the reply knows its parent", reply.parent_message_id, mine)
    check("the reply shows its parent", reply.show_parent)
    until("and as a message", of(events.MessagePosted, by_socket, message_id=her_sent[0]))
    until("a reply comes by polling as well", of(events.MessageReply, by_poll, message_id=her_sent[0]))

    bot.get_message(mine).edit("hello *again*")
    edited = until("an edit comes", of(events.MessageEdited, by_socket, message_id=mine))
    equal("with the new content", edited.content, "hello <i>again</i>")
    equal("and a count", edited.data.get("message_edits"), 1)

    ada.get_message(mine).star()
    starred = until("a star comes", of(events.MessageStarred, by_socket, message_id=mine))
    equal("with its count", starred.data.get("message_stars"), 1)
    equal("without a name", starred.user, None)

    fresh = client.Client("stackexchange.com", "bot@example.com", "correct horse")
    message = fresh.get_message(mine)
    message.scrape_history()
    equal("history: source", message.content_source, "hello *again*")
    equal("history: edits", message.edits, 1)
    equal("history: editor", message.editor.id, 101)
    equal("history: owner", message.owner.name, "Bot")
    equal("history: room", message.room.id, 1)
    equal("history: stars", message.stars, 1)
    equal("history: pins", message.pins, 0)
    answer = fresh.get_message(her_sent[0])
    answer.scrape_transcript()
    equal("transcript: content", answer.content, "@Bot welcome" if FLIPS.get("reply_shape") == "Old" else "welcome")
    equal("transcript: owner", answer.owner.name, "Ada")
    equal("transcript: parent", answer.parent.id, mine)
    equal("transcript: room", answer.room.name, "Sandbox")
    equal("transcript: edited", fresh.get_message(mine).edited, True)

    equal("pingable", sorted(room.get_pingable_user_names()), ["Ada", "Bot"])
    equal("current users", sorted(room.get_current_user_ids()), [101, 102])
    profile = fresh.get_user(102)
    profile.scrape_profile()
    equal("profile: name", profile.name, "Ada")
    equal("profile: reputation", profile.reputation, 1000)
    equal("profile: moderator", profile.is_moderator, False)
    equal("profile: messages", profile.message_count, 1)
    check("profile: last seen", profile.last_seen >= 0, profile.last_seen)
    info = fresh._br.get_room_info(1)
    equal("room info: name", info["name"], "Sandbox")
    equal("room info: messages", info["message_count"], 2)
    equal("room info: users", info["user_count"], 2)
    fresh.logout()

    # The client puts a blank before a text that equals its last; the server must take that as another.
    count = len(sent)
    room.send_message("twice")
    room.send_message("twice")
    until("the same text twice is two messages", lambda: len(sent) == count + 2, 60)

    last = sent[-1]
    bot.get_message(last).delete()
    gone = until("a deletion comes", of(events.MessageDeleted, by_socket, message_id=last), 60)
    equal("without content", gone.content, None)

    for sign, name in ((by_socket, "socket"), (by_poll, "polling")):
        ids = [event.id for event in sign]
        equal(f"no event comes twice by {name}", len(ids), len(set(ids)))
        equal(f"events come in order by {name}", ids, sorted(ids))

    her_room.leave()
    until("she leaves", of(events.UserLeft, by_socket, user_id=102))
    room.leave()
    bot.logout()
    ada.logout()


main(story)
os._exit(0)
