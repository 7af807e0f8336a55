"""Metrics for Prometheus."""

from gateway.server.metrics import MAX_OPERATIONS, Metrics
from tests.gateway.server.conftest import Running, Serve
from tests.gateway.server.test_ws import ready_socket, receive, subscribe


async def metrics_of(running: Running) -> list[str]:
    response = await running.client.get(running.url.replace("/graphql", "/metrics"))
    return response.text.splitlines()


async def test_operations_are_counted_by_name_transport_and_outcome(serve: Serve) -> None:
    async with serve() as running:
        body = {"query": "query Greet { hello }", "operationName": "Greet"}
        for _ in range(2):
            await running.client.post(running.url, json=body)
        await running.client.post(running.url, content=b"{")
        lines = await metrics_of(running)
    name = "gateway_operation_duration_seconds"
    labels = 'transport="http",operation="Greet",outcome="200"'
    assert f"{name}_count{{{labels}}} 2" in lines
    assert f'{name}_bucket{{{labels},le="+Inf"}} 2' in lines
    assert f'{name}_count{{transport="http",operation="",outcome="415"}} 1' in lines


async def test_open_connections_and_their_operations_are_seen(serve: Serve) -> None:
    async with serve() as running, ready_socket(running) as connection:
        await subscribe(connection, "1", "{ hello }")
        await receive(connection)
        await receive(connection)
        lines = await metrics_of(running)
    assert "gateway_live_connections 1" in lines
    assert any('transport="connection"' in line and "completed" in line for line in lines)


async def test_they_can_be_switched_off(serve: Serve) -> None:
    async with serve(metrics_path=None) as running:
        response = await running.client.get(running.url.replace("/graphql", "/metrics"))
    assert response.status_code == 404


def test_names_that_clients_make_up_do_not_fill_the_memory() -> None:
    metrics = Metrics()
    for number in range(MAX_OPERATIONS + 50):
        metrics.observe("http", f"Q{number}", "200", 0.01)
    metrics.observe("http", 'a"b\nc', "200", 0.01)
    text = metrics.text()
    assert text.count("_count{") == MAX_OPERATIONS + 1
    assert 'operation="(other)",outcome="200"} 51' in text


def test_a_name_cannot_break_out_of_its_label() -> None:
    metrics = Metrics()
    metrics.observe("http", 'a"b\nc\\', "200", 0.01)
    assert 'operation="a\\"b\\nc\\\\"' in metrics.text()
