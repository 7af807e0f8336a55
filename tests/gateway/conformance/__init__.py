"""What the gateway answers, feature by feature, over real HTTP subgraphs.

Each folder of `cases/` is a feature: one `<subgraph>.graphql` per subgraph, and `cases.yaml` with
the subgraphs' data and, per case, the operation and all that must come out. `feature` reads a
folder, `serving` puts its subgraphs on loopback, `test_cases` plays every case.
"""
