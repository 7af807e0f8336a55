// The published Apollo Client, with multipart subscriptions, against the URL given; prints what it
// received as JSON.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";

const client = new ApolloClient({
  link: new HttpLink({ uri: process.argv[2] }),
  cache: new InMemoryCache(),
});

const { data } = await client.query({ query: gql`query { hello }` });
const events = [];
await new Promise((resolve, reject) => {
  client
    .subscribe({ query: gql`subscription { count(to: 3) }` })
    .subscribe({ next: (event) => events.push(event.data), complete: resolve, error: reject });
});
client.stop();
console.log(JSON.stringify({ data, events }));
