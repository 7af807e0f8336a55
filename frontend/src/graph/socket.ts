import { createClient, type Client } from "graphql-ws";

/** Whether live data flows: a socket opens with the first subscription. */
export type SocketState = "idle" | "open" | "lost";

export interface Socket {
  readonly client: Client;
  readonly state: () => SocketState;
  readonly onChange: (listener: () => void) => () => void;
}

/** One graphql-transport-ws connection for the whole page; it reconnects until it succeeds. */
export function openSocket(url: string): Socket {
  const listeners = new Set<() => void>();
  let state: SocketState = "idle";
  const become = (next: SocketState) => {
    if (next !== state) {
      state = next;
      for (const listener of listeners) listener();
    }
  };
  const client = createClient({
    url,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => pause(Math.min(250 * 2 ** retries, 8_000) * (0.75 + Math.random() / 2)),
    shouldRetry: () => true,
    keepAlive: 20_000,
    on: {
      connected: () => become("open"),
      closed: (event) => become(wasAsked(event) ? "idle" : "lost"),
    },
  });
  return {
    client,
    state: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether the page itself closed the socket, because nothing was subscribed to any more. */
function wasAsked(event: unknown): boolean {
  return event instanceof CloseEvent && event.code === 1000;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
