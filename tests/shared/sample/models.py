"""The sample service's models at its newest revision."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ModelBase


class Base(ModelBase):
    """The sample's models."""


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
