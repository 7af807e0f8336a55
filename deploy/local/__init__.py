"""The whole product on one machine, with one command: `python -m deploy.local run`.

`preflight` looks at the machine, `layout` names the folders under `.foyer/`, `frontend_build`
makes the pages, `processes` lists what runs as plain data, `supervisor` starts and watches it
through `children` and `watchdog`, `seed` fills an empty catalogue through the graph.
`postgres` and `rabbitmq` are the embedded servers, `sandbox` stands in for Stripe.
"""
