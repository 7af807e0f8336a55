// The published client graphql-ws against the URL given; prints what it received as JSON.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const client = createClient({ url: process.argv[2], webSocketImpl: WebSocket, retryAttempts: 0 });

async function collect(query) {
  const events = [];
  for await (const event of client.iterate({ query })) events.push(event);
  return events;
}

const results = await Promise.all([
  collect("{ hello }"),
  collect("mutation { slowly(seconds: 0) }"),
  collect("subscription { count(to: 3) }"),
]);
const forever = client.iterate({ query: "subscription { forever }" });
const first = await forever.next();
await forever.return();
let refused;
try {
  await collect("{ nothing }");
} catch (errors) {
  refused = errors.map((error) => error.extensions.code);
}
await client.dispose();
console.log(JSON.stringify({ results, first: first.value, refused }));
