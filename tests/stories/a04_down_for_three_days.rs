//! A4: after three days without a clock, the first missing step goes and spacing is kept.

use crate::story;

story! {
    /// The tenant's clock jumps; each step still goes on its own instant, none is skipped or stamped falsely.
    nothing_is_skipped, world from "2026-10-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-08T21:00:00Z").await;
        world.advance("2026-11-30T12:00:00Z").await;
        // below 300 EUR no call at 14, so no SMS; last call from 150 EUR on; second waits for the date given and its spacing
        let story = world.story_of_reminders().await;
        assert_eq!(story[0], "2026-10-09 first sent");
        assert_eq!(story[1], "2026-10-28 second sent");
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!(invoice["dunning"]["last_step"], "last_call");
    }
}
