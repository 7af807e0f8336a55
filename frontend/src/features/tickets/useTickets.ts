import { useState } from "react";
import { useQuery, useSubscription } from "urql";
import {
  BrowseTicketsDocument,
  WatchAvailabilityDocument,
  type TicketCardFragment,
} from "../../graph/generated";

export interface Tickets {
  readonly tickets: readonly TicketCardFragment[];
  readonly total: number;
  readonly isLoading: boolean;
  readonly problem: string | null;
  /** Loads the next page; null when there is none. */
  readonly showMore: (() => void) | null;
  readonly retry: () => void;
}

/** The catalogue, page by page, with availability that changes by itself. */
export function useTickets(): Tickets {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }, ask] = useQuery({
    query: BrowseTicketsDocument,
    variables: { after },
  });
  const tickets = data?.tickets.edges.map((edge) => edge.node) ?? [];
  useLiveAvailability(tickets.map((ticket) => ticket.id));
  const next = data?.tickets.pageInfo;
  return {
    tickets,
    total: data?.tickets.totalCount ?? 0,
    isLoading: fetching && data === undefined,
    problem: error && data === undefined ? readable(error) : null,
    showMore: next?.hasNextPage && !fetching ? () => setAfter(next.endCursor) : null,
    retry: () => ask({ requestPolicy: "network-only" }),
  };
}

const MOST_AT_ONCE = 100;

/** Keeps the cache's availability of these tickets current. */
function useLiveAvailability(ticketIds: readonly string[]): void {
  useSubscription({
    query: WatchAvailabilityDocument,
    variables: { ticketIds: ticketIds.slice(-MOST_AT_ONCE) },
    pause: ticketIds.length === 0,
  });
}

function readable(error: { networkError?: Error; message: string }): string {
  return error.networkError ? "The box office cannot be reached right now." : error.message;
}
