"""The payments subgraph's schema; `python -m subgraphs.payments.api.schema` prints its SDL."""

import sys

from shared.graphql import federated_schema
from subgraphs.payments.api.mutations import Mutation
from subgraphs.payments.api.queries import Query

schema = federated_schema(query=Query, mutation=Mutation)

if __name__ == "__main__":
    sys.stdout.write(schema.as_str() + "\n")
