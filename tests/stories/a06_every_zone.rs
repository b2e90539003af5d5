//! A6: local day, window and printed date hold wherever the customer is. Every zone and every change of the
//! clocks is a property of the domain: `in_every_zone_the_ladder_keeps_its_local_days_windows_and_printed_dates`.

use serde_json::json;

use crate::story;

story! {
    /// The same step leaves at half past eight on everybody's own Monday, the day after Europe put its clocks back.
    everybody_is_written_to_in_his_own_morning, world from "2026-10-01T05:00:00Z", {
        let mornings = [
            ("Pacific/Kiritimati", "2026-10-25T18:30:00.000Z"),
            ("Asia/Kathmandu", "2026-10-26T02:45:00.000Z"),
            ("Europe/Paris", "2026-10-26T07:30:00.000Z"),
            ("America/St_Johns", "2026-10-26T11:00:00.000Z"),
            ("America/Los_Angeles", "2026-10-26T15:30:00.000Z"),
        ];
        for (n, (zone, _)) in mornings.iter().enumerate() {
            world.customer_with(&format!("C{n}"), json!({"time_zone": zone})).await;
            world.invoice(&format!("FA-{n}"), &format!("C{n}"), "2026-10-20", "200.00").await;
        }
        world.advance("2026-10-27T00:00:00Z").await;
        let reminders = world.reminders().await;
        let left: Vec<_> = reminders.iter().map(|r| (r["sent_at"].as_str().unwrap(), r["pay_before_on"].as_str().unwrap())).collect();
        // 24 October is a Saturday, so Monday 26; seven days later is Monday 2 November for all of them
        assert_eq!(left, mornings.map(|(_, at)| (at, "2026-11-02")));
    }
}

story! {
    /// Los Angeles puts its clocks back a week after Paris: the hour on the wall stays the same for both.
    the_clocks_change_and_the_hour_on_the_wall_does_not, world from "2026-10-01T05:00:00Z", {
        for zone in ["Europe/Paris", "America/Los_Angeles"] {
            world.customer_with(zone.split('/').next_back().unwrap(), json!({"time_zone": zone})).await;
            world.invoice(zone.split('/').next_back().unwrap(), zone.split('/').next_back().unwrap(), "2026-10-05", "200.00").await;
        }
        world.advance("2026-11-30T00:00:00Z").await;
        let sent: Vec<_> = world.reminders().await.iter().map(|r| r["sent_at"].as_str().unwrap()[..16].to_owned()).collect();
        let expected = ["2026-10-09T06:30", "2026-10-09T15:30", "2026-10-28T07:30", "2026-10-28T15:30"];
        assert_eq!(sent[..4], expected);
    }
}
