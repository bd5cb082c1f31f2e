use super::*;

fn event(id: u64) -> Event {
    Event::parse(format!(r#"{{"event_type":3,"id":{id},"room_id":1,"user_id":7}}"#).as_bytes())
}

fn id(event: &Event) -> Option<u64> {
    event.id.map(|id| id.0)
}

#[test]
fn a_room_may_begin_after_the_last_of_all_events() {
    let mut timeline = Timeline::default();
    timeline.park(event(5));
    timeline.park(event(u64::MAX));
    let early = timeline.start(EventId(u64::MAX), None, std::iter::empty());
    assert_eq!(early.iter().map(id).collect::<Vec<_>>(), [Some(5), Some(u64::MAX)]);
}

#[test]
fn what_has_happened_by_the_start_comes_at_once_and_the_rest_in_its_turn() {
    let mut timeline = Timeline::default();
    for id in [5, 6, 7] {
        timeline.park(event(id));
    }
    let early = timeline.start(EventId(6), None, std::iter::empty());
    assert_eq!(early.iter().map(id).collect::<Vec<_>>(), [Some(5), Some(6)]);
    let update = RoomUpdate { t: Some(EventId(9)), d: Some(3), ..RoomUpdate::default() };
    assert_eq!(timeline.update(update, 0).iter().map(id).collect::<Vec<_>>(), [Some(7)]);
}

#[test]
fn what_was_delivered_before_the_start_is_not_delivered_again() {
    let mut timeline = Timeline::default();
    drop(timeline.start(EventId(10), None, [EventId(12)].into_iter()));
    let events = vec![event(10), event(11), event(12), event(13)];
    let update = RoomUpdate { t: Some(EventId(13)), d: Some(4), events, ..RoomUpdate::default() };
    assert_eq!(timeline.update(update, 0).iter().map(id).collect::<Vec<_>>(), [Some(11), Some(13)]);
}

#[test]
fn what_comes_late_is_delivered_all_the_same_and_once() {
    let mut timeline = Timeline::default();
    drop(timeline.start(EventId(10), None, std::iter::empty()));
    let mut bring = |ids: std::ops::Range<u64>| {
        let events = ids.map(event).collect();
        timeline.update(RoomUpdate { events, ..RoomUpdate::default() }, 0).len()
    };
    assert_eq!((bring(12..14), bring(11..12), bring(11..14)), (2, 1, 0));
    assert_eq!((bring(14..6000), bring(11..6000)), (5986, 0), "not all of them are remembered");
}

#[test]
fn alarms_that_are_false_are_raised_three_times() {
    let mut timeline = Timeline::default();
    drop(timeline.start(EventId(10), None, std::iter::empty()));
    let update = |t, d| RoomUpdate { t: Some(EventId(t)), d: Some(d), events: vec![event(t)], ..Default::default() };
    for t in [20, 30, 40] {
        assert_eq!(timeline.update(update(t, 1), 0), []);
        timeline.asked();
        let filled = timeline.filled(EventId(t - 10), update(t, 10));
        assert_eq!((filled.events.iter().map(id).collect::<Vec<_>>(), filled.missed), (vec![Some(t)], 0));
    }
    assert_eq!(timeline.update(update(50, 1), 0).iter().map(id).collect::<Vec<_>>(), [Some(50)]);
}

#[test]
fn what_is_held_back_is_counted() {
    let mut timeline = Timeline::default();
    timeline.recover();
    for (events, size) in [(vec![event(1)], 10), (vec![event(2), event(3)], 20), (Vec::new(), 40)] {
        drop(timeline.update(RoomUpdate { events, ..RoomUpdate::default() }, size));
    }
    assert_eq!(timeline.held(), (3, 30), "a heartbeat is nothing to hold");
}

#[test]
fn what_is_parked_without_end_is_left_to_the_room_itself() {
    let mut timeline = Timeline::default();
    drop(timeline.start(EventId(10), None, std::iter::empty()));
    for id in 11..20_000 {
        timeline.park(event(id));
    }
    assert_eq!(timeline.parked.len(), PARKED_AT_MOST);
    assert_eq!(timeline.parked.first_key_value().map(|(id, _)| id.0), Some(11), "the earliest are kept");
    assert!(timeline.is_recovering(), "the server is asked for the others");
}

#[test]
fn what_turns_up_of_a_gap_that_was_given_up_does_not_come_out_of_order() {
    let mut timeline = Timeline::default();
    drop(timeline.start(EventId(10), None, std::iter::empty()));
    timeline.recover();
    assert_eq!(timeline.give_up(), []);
    timeline.park(event(12));
    let mut bring = |parked: Option<u64>, next: u64| {
        if let Some(id) = parked {
            timeline.park(event(id));
        }
        let update = RoomUpdate { t: Some(EventId(next)), events: vec![event(next)], ..RoomUpdate::default() };
        timeline.update(update, 0).iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(bring(None, 20), [Some(12), Some(20)], "but what is known by then does come");
    assert_eq!(bring(Some(11), 30), [Some(30)]);
    assert_eq!(bring(Some(25), 40), [Some(25), Some(40)], "where nothing was given up, all of it");
}
