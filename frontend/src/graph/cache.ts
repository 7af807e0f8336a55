import { cacheExchange, type CacheExchangeOpts } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { AvailabilityOfTicketFragmentDoc, cacheSchema } from "./generated";
import type { AvailabilityOfTicketFragment, WatchAvailabilitySubscription } from "./generated";

const embedded = () => null;

/**
 * The normalised cache: entities by id, connections joined page by page, and the newest
 * availability of each ticket whichever way it came.
 */
export const cacheOf = () =>
  cacheExchange({
  schema: cacheSchema as unknown as NonNullable<CacheExchangeOpts["schema"]>,
  keys: {
    Availability: embedded,
    AvailabilityUpdate: embedded,
    Money: embedded,
    PageInfo: embedded,
    TicketConnection: embedded,
    TicketEdge: embedded,
  },
  resolvers: { Query: { tickets: relayPagination() } },
  updates: {
    Subscription: {
      availabilityChanged(result: unknown, _arguments, store) {
        const { ticket, availability } = (result as WatchAvailabilitySubscription)
          .availabilityChanged;
        const entity = { __typename: "Ticket" as const, id: ticket.id };
        const known: AvailabilityOfTicketFragment | null = store.readFragment(
          AvailabilityOfTicketFragmentDoc,
          entity,
        );
        if ((known?.availability?.version ?? 0) < availability.version) {
          store.writeFragment(AvailabilityOfTicketFragmentDoc, { ...entity, availability });
        }
      },
    },
  },
});
