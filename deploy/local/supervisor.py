"""The product from start to end: settings in, everything running until somebody ends it.

Servers first (and the pages beside them), then databases and migrations, then every service and
the gateway at once. What ends by itself is started again; what is left at the end is ended in
the opposite order.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from deploy.local import frontend_build, postgres, processes, rabbitmq, run_file
from deploy.local.children import Nursery
from deploy.local.errors import StartFailed, last_words
from deploy.local.keeper import Keeper, ProcessSpec
from deploy.local.ports import free_ports
from deploy.local.processes import DATABASES, PORTS, SERVICES, World
from deploy.local.records import Stamps, credentials, digest
from deploy.local.seed import seed
from deploy.local.servers import databases, postgres_spec, rabbitmq_specs
from deploy.local.settings import Broker, LocalSettings, StripeKeys

_CREDENTIALS = (*DATABASES, "stripe_secret_key", "stripe_webhook_secret")


class Supervisor:
    """One running product. `serve` runs it, `shut_down` ends it; `say` tells the person."""

    def __init__(
        self, settings: LocalSettings, nursery: Nursery, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._layout = settings.layout
        self._nursery = nursery
        self._say = say
        self._keepers: list[list[Keeper]] = []
        self._stamps = Stamps(settings.layout.stamps)
        self._world: World | None = None

    async def serve(self) -> None:
        """Start everything, announce it, and stay until cancelled; raises LocalError."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            await self._nursery.warm_up()
            pages = group.create_task(self._pages())
            world = await self._foundation()
            self._world = world
            await pages
        await self._start([*processes.services(world), processes.gateway(world)])
        await self._until_ready()
        await self._seed(world)
        self._write_run_file()
        self._announce(world, time.monotonic() - started)
        await self._stay()

    async def shut_down(self) -> None:
        """End every process, the last started first."""
        for keepers in reversed(self._keepers):
            await asyncio.gather(*(keeper.stop() for keeper in keepers))
        await self._nursery.close_forge()
        self._layout.run_file.unlink(missing_ok=True)

    async def _pages(self) -> None:
        started = time.monotonic()
        if await frontend_build.build(self._nursery, self._layout, self._say):
            self._done("front end built", started)

    async def _foundation(self) -> World:
        """Servers, databases, migrations and the sandbox; what the services are told of them."""
        started, layout = time.monotonic(), self._layout
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        password = postgres.stored_password(layout.postgres)
        cluster = postgres.Cluster(layout.postgres, ports["postgres"], password)
        await asyncio.to_thread(postgres.prepare, cluster)
        await self._start([postgres_spec(cluster, layout)], wait=True)
        urls = await databases(cluster, DATABASES, layout.credentials)
        self._done("PostgreSQL is ready", started)
        async with asyncio.TaskGroup() as group:
            for service in SERVICES:
                group.create_task(self._migrate(service, urls[service]))
            bus = group.create_task(self._bus_url(urls["bus"]))
        world = World(self._settings, ports, urls, bus.result(), self._stripe())
        if self._settings.stripe is None:
            await self._start([processes.sandbox(world)])
        return world

    async def _migrate(self, service: str, url: str) -> None:
        """Run the service's migrations unless these very files ran on this database before."""
        folder = self._layout.checkout / "subgraphs" / service / "migrations"
        inputs = f"{digest([folder])} on {self._cluster_id()}"
        if self._stamps.is_current(f"migrations of {service}", inputs):
            return
        command = processes.migration(self._settings, service, url)
        if await self._nursery.run(command) != 0:
            raise StartFailed(f"the migrations of {service} failed{last_words(command.log)}")
        self._stamps.put(f"migrations of {service}", inputs)

    async def _bus_url(self, postgres_bus: str) -> str:
        if self._settings.broker is Broker.POSTGRES:
            return postgres_bus
        named = rabbitmq.named_broker(os.environ)
        if named is not None:
            return named.amqp_url
        started, layout = time.monotonic(), self._layout
        node = await asyncio.to_thread(rabbitmq.private_node, layout.rabbitmq, layout.cache)
        rabbitmq.configure(node)
        for spec in rabbitmq_specs(node, layout):
            await self._start([spec], wait=True)
        self._done("RabbitMQ is ready", started)
        return node.address.amqp_url

    async def _start(self, specs: Sequence[ProcessSpec], wait: bool = False) -> None:
        keepers = [Keeper(spec, self._nursery, self._say, self._write_run_file) for spec in specs]
        self._keepers.append(keepers)
        for keeper in keepers:
            keeper.start()
        if wait:
            await asyncio.gather(*(keeper.ready() for keeper in keepers))

    async def _until_ready(self) -> None:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for keepers in self._keepers:
                for keeper in keepers:
                    group.create_task(keeper.ready())
        self._done("services and gateway are ready", started)

    async def _stay(self) -> None:
        """Until cancelled, or until something cannot be kept running."""
        async with asyncio.TaskGroup() as group:
            for keepers in self._keepers:
                for keeper in keepers:
                    group.create_task(keeper.failed())

    async def _seed(self, world: World) -> None:
        if self._stamps.is_current("demo", self._cluster_id()):
            return
        started = time.monotonic()
        await seed(world.public_url, datetime.now(UTC))
        self._stamps.put("demo", self._cluster_id())
        self._done("demo catalogue seeded", started)

    def _cluster_id(self) -> str:
        """Changes when the databases were made anew."""
        return str((self._layout.postgres / "PG_VERSION").stat().st_mtime_ns)

    def _stripe(self) -> StripeKeys:
        if self._settings.stripe is not None:
            return self._settings.stripe
        made = credentials(self._layout.credentials, _CREDENTIALS)
        return StripeKeys(
            f"sk_test_{made['stripe_secret_key']}",
            "pk_test_sandbox",
            f"whsec_{made['stripe_webhook_secret']}",
        )

    def _write_run_file(self) -> None:
        if self._world is not None:
            pids = {
                keeper.spec.name: keeper.pid
                for keepers in self._keepers
                for keeper in keepers
                if keeper.pid is not None
            }
            run_file.write(self._layout, self._world, pids)

    def _announce(self, world: World, seconds: float) -> None:
        self._say("\n".join((f"ready in {seconds:.1f} s", *run_file.announcement(world))))

    def _done(self, what: str, started: float) -> None:
        self._say(f"{what} ({time.monotonic() - started:.1f} s)")
