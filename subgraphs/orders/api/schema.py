"""The orders subgraph's schema; `python -m subgraphs.orders.api.schema` prints its SDL."""

import sys

from shared.graphql import federated_schema
from subgraphs.orders.api.mutations import Mutation
from subgraphs.orders.api.queries import Query
from subgraphs.orders.api.subscriptions import Subscription

schema = federated_schema(query=Query, mutation=Mutation, subscription=Subscription)

if __name__ == "__main__":
    sys.stdout.write(schema.as_str() + "\n")
