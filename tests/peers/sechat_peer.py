"""sechat 1.1.2: two bots in one room."""

import logging
import os

import redirect  # noqa: F401  (patches requests and websocket)
from checks import FLIPS, check, equal, main, until
from sechat import Bot, Events
from sechat import errors

logging.basicConfig(level=logging.CRITICAL)


def watch(room):
    seen = []
    for kind in (Events.MESSAGE, Events.EDIT, Events.DELETE, Events.REPLY, Events.MENTION, Events.JOIN,
                 Events.LEAVE, Events.MESSAGE_STARRED):
        room.on(kind, seen.append)
    return seen


def of(kind, seen, **wanted):
    def find():
        for event in list(seen):
            data = event._asdict()
            if event.event_type == kind.value and all(data.get(key) == value for key, value in wanted.items()):
                return event
        return None
    return find


def story():
    stranger = Bot(useCookies=False)
    try:
        stranger.login("bot@example.com", "wrong", "meta.stackexchange.com")
        check("a wrong password is refused", False)
    except errors.LoginError:
        check("a wrong password is refused", True)

    bot, ada = Bot(useCookies=False), Bot(useCookies=False)
    bot.login("bot@example.com", "correct horse")
    ada.login("ada@example.com", "analytical engine", "meta.stackexchange.com")
    equal("own id", (bot.userID, ada.userID), (101, 102))
    equal("a chat fkey", len(bot.fkey), 32)

    room = bot.joinRoom(1)
    seen = watch(room)
    her_room = ada.joinRoom(1)
    hers = watch(her_room)
    # It asks for no snapshot and no page when it joins.
    if FLIPS.get("enters") not in ("Snapshot", "RoomPage"):
        until("she is seen to enter", of(Events.JOIN, seen, user_id=102))

    mine = room.send("hello from sechat")
    posted = until("a message comes to the other", of(Events.MESSAGE, hers, message_id=mine))
    equal("with its content", posted.content, "hello from sechat")
    until("and to its author", of(Events.MESSAGE, seen, message_id=mine))
    hurried = [room.send(f"number {n}") for n in range(3)]
    equal("the throttle is waited out", len(set(hurried)), 3)

    answer = her_room.send(her_room.buildReply(mine, "well met"))
    reply = until("a reply comes as a reply", of(Events.REPLY, seen, message_id=answer))
    equal("with its parent", reply.parent_id, mine)
    until("and as a message", of(Events.MESSAGE, seen, message_id=answer))
    named = her_room.send("@Bot are you there?")
    mention = until("a mention comes", of(Events.MENTION, seen, message_id=named))
    equal("to the right user", getattr(mention, "target_user_id", None), None if FLIPS.get("target_user") == "Absent" else 101)

    room.edit(hurried[2], "**edited**")
    edit = until("an edit comes", of(Events.EDIT, hers, message_id=hurried[2]))
    equal("with its content", edit.content, "<b>edited</b>")
    her_room.star(mine)
    star = until("a star comes", of(Events.MESSAGE_STARRED, seen, message_id=mine))
    equal("with its count", star.message_stars, 1)
    try:
        her_room.edit(mine, "not mine")
        check("another's message cannot be edited", False)
    except errors.OperationFailedError:
        check("another's message cannot be edited", True)
    room.delete(hurried[2])
    until("a deletion comes", of(Events.DELETE, hers, message_id=hurried[2]))

    recent = room.getRecentMessages()
    found = {event["message_id"]: event for event in recent}
    equal("read back: own message", found[mine]["content"], "hello from sechat")
    check("read back: a deleted one has no content", "content" not in found[hurried[2]])
    equal("read back: the reply's parent", found[answer].get("parent_id"), mine)

    other = ada.joinRoom(2)
    elsewhere = watch(other)
    second = other.send("in another room")
    until("a second room works beside the first", of(Events.MESSAGE, elsewhere, message_id=second))
    check("and is not mixed with it", not of(Events.MESSAGE, hers, message_id=second)())

    room.bookmark(mine, answer, "a talk of two")
    talk = "https://chat.stackexchange.com/rooms/1/conversation/a-talk-of-two"
    equal("a conversation is bookmarked", bot.session.get(talk).status_code, 200)
    room.clearBookmark("a-talk-of-two")
    equal("and no longer", bot.session.get(talk).status_code, 404)

    try:
        room.pin(mine)
        check("only owners pin", False)
    except errors.OperationFailedError:
        check("only owners pin", True)
    # A room of its own, for what only owners may do; the client has no verb to make one.
    made = bot.session.post("https://chat.stackexchange.com/rooms/save", allow_redirects=False, data={
        "name": "Studio", "description": "", "tags": "", "host": "stackoverflow.com", "defaultAccess": "read-write",
        "noDupeCheck": "true", "fkey": bot.fkey})
    equal("a room is made", (made.status_code, made.headers["Location"][:12]), (302, "/rooms/info/"))
    studio = bot.joinRoom(int(made.headers["Location"].split("/")[3]))
    inside = watch(studio)
    paint = studio.send("wet paint")
    studio.pin(paint)
    until("a pin comes", of(Events.MESSAGE_STARRED, inside, message_id=paint, message_owner_stars=1))
    studio.unpin(paint)
    studio.clearStars(paint)
    until("and goes", of(Events.MESSAGE_STARRED, inside, message_id=paint, message_stars=None))
    studio.move([paint], 1)
    until("a message moves", lambda: paint in [event["message_id"] for event in room.getRecentMessages()])

    ada.leaveRoom(1, True)
    until("she is seen to leave", of(Events.LEAVE, seen, user_id=102))
    ada.leaveAllRooms(True)
    bot.leaveAllRooms(True)


main(story)
os._exit(0)
