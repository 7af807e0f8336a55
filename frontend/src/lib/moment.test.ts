import { expect, test } from "vitest";
import { momentOf } from "./moment";

test("a date is shown on the event's own clock", () => {
  const moment = momentOf("2026-12-31T23:30:00Z", "Europe/Vienna", "en-GB");
  expect(moment).toMatchObject({ weekday: "Fri", day: "1", month: "Jan", time: "00:30 CET" });
  expect(moment.spoken).toContain("1 January 2027");
});
