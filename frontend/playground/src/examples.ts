/** A first operation for each kind of person; tokens come from `signIn` and go into Headers. */
export const HEADERS = "{}";

const browse = `# A visitor: what is on sale, and how many are left.
query Browse {
  tickets(first: 10) {
    totalCount
    edges {
      node {
        id
        title
        venue
        startsAt
        price { amount currency }
        availability { available held sold state }
        seller { name }
      }
    }
  }
}
`;

const watch = `# A visitor: availability, live. Put ids from "Browse" into the variables.
subscription Watch($ticketIds: [ID!]!) {
  availabilityChanged(ticketIds: $ticketIds) {
    ticket { title }
    availability { version available held sold state }
  }
}
`;

const signIn = `# Anybody: the token goes into Headers as {"Authorization": "Bearer …"}.
# In this browser the answer's cookie signs you in already.
mutation SignIn {
  signIn(input: { email: "buyer@example.com", password: "demo-password" }) {
    __typename
    ... on SignedIn { sessionToken expiresAt user { name } }
    ... on Problem { code message }
  }
}
`;

const order = `# A buyer: hold one ticket, then pay for it within the time.
mutation Order($ticketId: ID!, $key: ID!) {
  placeOrder(ticketId: $ticketId, quantity: 1, idempotencyKey: $key) {
    __typename
    ... on Order { id number status expiresAt total { amount currency } }
    ... on Problem { code message }
  }
}
`;

const follow = `# A buyer: one's orders, live, with ticket and payment.
subscription Follow {
  myOrdersUpdated {
    kind
    order {
      number
      status
      ticket { title }
      payment { status }
      history { to cause at }
    }
  }
}
`;

const sell = `# A seller (sign in as seller@example.com): put up a ticket.
mutation Sell($key: ID!) {
  createTicket(
    input: {
      title: "Chamber music at noon"
      venue: "Town Hall"
      startsAt: "2030-05-04T10:00:00Z"
      timeZone: "Europe/Vienna"
      price: { amount: "2500", currency: "EUR" }
      quantity: 2
    }
    idempotencyKey: $key
  ) {
    __typename
    ... on Ticket { id title version }
    ... on ValidationFailed { message fields { field message } }
    ... on Problem { code message }
  }
}
`;

export const examples = [
  { query: browse },
  { query: watch, variables: '{ "ticketIds": [] }' },
  { query: signIn },
  { query: order, variables: '{ "ticketId": "", "key": "order-1" }' },
  { query: follow },
  { query: sell, variables: '{ "key": "sell-1" }' },
] as const;
