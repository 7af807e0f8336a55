"""How Foyer is deployed: `local` is the one-command product on one machine."""
