"""The GraphQL side of orders: types, then queries, mutations and subscriptions, then schema."""
