"""The GraphQL side of payments: types and results, then queries and mutations, then schema."""
