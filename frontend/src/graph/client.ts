import { Client, fetchExchange, subscriptionExchange } from "urql";
import { cacheOf } from "./cache";
import type { Socket } from "./socket";

/** The page's one GraphQL client: cache, then HTTP; subscriptions through the socket. */
export function createGraphClient(url: string, socket: Socket): Client {
  return new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheOf(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.client.subscribe(
              { query: query ?? "", variables: variables as Record<string, unknown> },
              {
                next: (result) => sink.next(result as Parameters<typeof sink.next>[0]),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}
