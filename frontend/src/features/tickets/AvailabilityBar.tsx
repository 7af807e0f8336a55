import { Text } from "@mantine/core";
import type { AvailabilityFragment } from "../../graph/generated";
import classes from "./AvailabilityBar.module.css";

/** How many are left, held and sold, in words and as a bar that moves when they change. */
export function AvailabilityBar({
  availability,
}: {
  readonly availability: AvailabilityFragment | null;
}) {
  const { available = 0, held = 0, sold = 0 } = availability ?? {};
  const state = availability?.state ?? "PENDING";
  const whole = Math.max(available + held + sold, 1);
  return (
    <div className={classes.availability} data-state={state}>
      <Text size="sm" fw={600} className={classes.words}>
        {headline(availability)}
      </Text>
      <div className={classes.bar} aria-hidden="true">
        <span className={classes.sold} style={{ width: `${(100 * sold) / whole}%` }} />
        <span className={classes.held} style={{ width: `${(100 * held) / whole}%` }} />
      </div>
      <Text size="xs" c="dimmed">
        {detail(availability)}
      </Text>
    </div>
  );
}

function headline(availability: AvailabilityFragment | null): string {
  switch (availability?.state) {
    case "AVAILABLE":
      return `${availability.available} left`;
    case "HELD":
      return "On hold";
    case "SOLD_OUT":
      return "Sold out";
    case "NOT_ON_SALE":
      return "Not on sale";
    default:
      return "Just listed";
  }
}

function detail(availability: AvailabilityFragment | null): string {
  if (availability === null) return "Orders open in a moment";
  const { held, sold } = availability;
  if (availability.state === "HELD") return `${held} held, may come free`;
  return `${held} held · ${sold} sold`;
}
