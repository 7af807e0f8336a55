import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { Client, fetchExchange, Provider, subscriptionExchange } from "urql";
import { cacheOf } from "../graph/cache";

type Sink = { next: (result: { data: unknown }) => void };

/** A graph that answers queries from a table and lets a test send subscription events. */
export interface FakeGraph {
  readonly send: (data: unknown) => void;
  readonly asked: readonly { readonly query: string; readonly variables: unknown }[];
}

/** Renders `page` on the real client and cache, over `answer` in the network's place. */
export function renderWithGraph(
  page: ReactNode,
  answer: (variables: Record<string, unknown>) => unknown,
): FakeGraph {
  const sinks = new Set<Sink>();
  const asked: { query: string; variables: unknown }[] = [];
  const client = new Client({
    url: "http://graph.test/graphql",
    preferGetMethod: false,
    fetch: async (_url, init) => {
      const body = JSON.parse(String(init?.body)) as { query: string; variables: object };
      asked.push(body);
      return Response.json(answer(body.variables as Record<string, unknown>));
    },
    exchanges: [
      cacheOf(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: () => ({
          subscribe: (sink) => {
            sinks.add(sink as Sink);
            return { unsubscribe: () => void sinks.delete(sink as Sink) };
          },
        }),
      }),
    ],
  });
  render(
    <MantineProvider env="test">
      <Provider value={client}>{page}</Provider>
    </MantineProvider>,
  );
  return {
    asked,
    send: (data) => {
      for (const sink of sinks) sink.next({ data });
    },
  };
}
