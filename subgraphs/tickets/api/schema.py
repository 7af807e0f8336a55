"""The tickets subgraph's schema; `python -m subgraphs.tickets.api.schema` prints its SDL."""

import sys

from shared.graphql import federated_schema
from subgraphs.tickets.api.mutations import Mutation
from subgraphs.tickets.api.queries import Query

schema = federated_schema(query=Query, mutation=Mutation)

if __name__ == "__main__":
    sys.stdout.write(schema.as_str() + "\n")
