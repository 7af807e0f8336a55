// The published client graphql-sse against the URL given; prints what it received as JSON.
// The second argument "single" uses one connection for all operations.
import { createClient } from "graphql-sse";

const client = createClient({
  url: process.argv[2],
  singleConnection: process.argv[3] === "single",
  retryAttempts: 0,
});

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
client.dispose();
console.log(JSON.stringify({ results, first: first.value }));
