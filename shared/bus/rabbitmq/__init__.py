"""The bus on RabbitMQ (3.10 and 4.x), with the topology as code.

topology   exchanges, queues and their arguments; declared on every connecting
frames     messages to AMQP messages and back: what is bookkeeping, what is the sender's
publisher  confirmed publishing on one channel
consumer   deliveries of one queue to its handler; failures to retry queues or the parking queue
adapter    `RabbitMQBus`: the Protocol over all that, reconnecting
"""

from shared.bus.rabbitmq.adapter import RabbitMQBus

__all__ = ["RabbitMQBus"]
