"""The documents that the tour sends, by operation name."""

from typing import Final

SIGN_UP: Final = """
mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    __typename
    ... on SignedIn { sessionToken user { id name } }
    ... on Problem { code message }
  }
}
"""

CREATE_TICKET: Final = """
mutation CreateTicket($input: CreateTicketInput!, $key: ID!) {
  createTicket(input: $input, idempotencyKey: $key) {
    __typename
    ... on Ticket { id title status seller { name } price { amount currency } }
    ... on Problem { code message }
  }
}
"""

SHOW_TICKET: Final = """
query ShowTicket($id: ID!) {
  ticket(id: $id) {
    title
    seller { name }
    availability { state available held sold }
  }
}
"""

PLACE_ORDER: Final = """
mutation PlaceOrder($ticketId: ID!, $holdSeconds: Int, $key: ID!) {
  placeOrder(ticketId: $ticketId, holdSeconds: $holdSeconds, idempotencyKey: $key) {
    __typename
    ... on Order { id number status expiresAt ticket { title } buyer { name } }
    ... on SoldOut { code message availability { state available held sold } }
    ... on Problem { code message }
  }
}
"""

START_PAYMENT: Final = """
mutation StartPayment($orderId: ID!, $key: ID!) {
  startPayment(orderId: $orderId, idempotencyKey: $key) {
    __typename
    ... on PaymentReady { clientSecret publishableKey elementUrl payment { status } }
    ... on OrderNotReady { code message retryAfter }
    ... on Problem { code message }
  }
}
"""

SHOW_ORDER: Final = """
query ShowOrder($id: ID!) {
  order(id: $id) {
    number
    status
    ticket { title seller { name } }
    buyer { name }
    payment { status capturedAmount { amount currency } }
    history { to cause }
  }
}
"""

ORDER_UPDATED: Final = """
subscription OrderUpdated($id: ID!) {
  orderUpdated(id: $id) {
    kind
    order { version status ticket { title } payment { status } }
  }
}
"""

AVAILABILITY_CHANGED: Final = """
subscription AvailabilityChanged($ticketIds: [ID!]!) {
  availabilityChanged(ticketIds: $ticketIds) {
    availability { version state available held sold }
  }
}
"""
