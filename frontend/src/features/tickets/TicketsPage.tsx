import { Alert, Button, Center, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { TicketCard } from "./TicketCard";
import { useTickets, type Tickets } from "./useTickets";

/** Every ticket that is on sale, the next event first. */
export function TicketsPage() {
  const tickets = useTickets();
  return (
    <Stack gap="lg">
      <div>
        <Title order={2}>On sale now</Title>
        <Text c="dimmed">{tickets.isLoading ? "Looking…" : count(tickets.total)}</Text>
      </div>
      <Content {...tickets} />
    </Stack>
  );
}

function Content({ tickets, isLoading, problem, showMore, retry }: Tickets): ReactNode {
  if (problem !== null) {
    return (
      <Alert color="red" variant="light" title="No tickets to show" role="alert">
        <Stack align="flex-start" gap="sm">
          <Text size="sm">{problem}</Text>
          <Button size="xs" variant="light" color="red" onClick={retry}>
            Try again
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (!isLoading && tickets.length === 0) {
    return <Text>Nothing is on sale at the moment. New tickets appear here by themselves.</Text>;
  }
  return (
    <>
      <SimpleGrid
        component="ul"
        cols={{ base: 1, sm: 2 }}
        spacing="md"
        aria-busy={isLoading}
        style={{ listStyle: "none", margin: 0, padding: 0 }}
      >
        {isLoading
          ? placeholders.map((key) => <Skeleton component="li" key={key} height="10.5rem" />)
          : tickets.map((ticket) => <TicketCard key={ticket.id} ticket={ticket} />)}
      </SimpleGrid>
      {showMore !== null && (
        <Center>
          <Button variant="default" onClick={showMore}>
            Show more
          </Button>
        </Center>
      )}
    </>
  );
}

const placeholders = ["a", "b", "c", "d", "e", "f"];

function count(total: number): string {
  return total === 1 ? "1 event" : `${total} events`;
}
