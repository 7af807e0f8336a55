import { Anchor, Container, Group, Text, Title } from "@mantine/core";
import { ColorSchemeToggle } from "./ColorSchemeToggle";
import classes from "./Header.module.css";
import { LiveSign } from "./LiveSign";

/** The top of every page. */
export function Header() {
  return (
    <header className={classes.header}>
      <Container size="lg" className={classes.bar}>
        <Group gap="xs" align="baseline" wrap="nowrap">
          <Title order={1} size="h3">
            Foyer
          </Title>
          <Text size="sm" c="dimmed" visibleFrom="xs">
            tickets, live
          </Text>
        </Group>
        <Group gap="md" wrap="nowrap">
          <LiveSign />
          <Anchor href="/playground" size="sm">
            Playground
          </Anchor>
          <ColorSchemeToggle />
        </Group>
      </Container>
    </header>
  );
}
