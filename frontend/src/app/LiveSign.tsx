import { Group, Text } from "@mantine/core";
import { useSocketState } from "../graph/SocketContext";
import classes from "./LiveSign.module.css";

const words = { idle: "", open: "Live", lost: "Reconnecting…" } as const;

/** A quiet sign of whether what is shown follows the world; its place is always kept. */
export function LiveSign() {
  const state = useSocketState();
  return (
    <Group component="output" gap={6} wrap="nowrap" className={classes.sign} data-state={state}>
      <span className={classes.dot} aria-hidden="true" />
      <Text size="xs" c="dimmed">
        {words[state]}
      </Text>
    </Group>
  );
}
