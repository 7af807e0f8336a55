"""The one-command product: embedded servers, payment sandbox, supervision."""
