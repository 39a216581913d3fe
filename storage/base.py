"""What all tables share: names for constraints, column types, closed sets as text with a check."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMEN = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All text is `text`, all moments are `timestamptz`, all documents are `jsonb`."""

    metadata = MetaData(naming_convention=NAMEN)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


def een_van(kolom: str, soort: type[StrEnum]) -> CheckConstraint:
    """A check that `kolom` holds a member of `soort`. For sets the database owns; the domain's words stay unchecked,
    because they grow with every release while older rows and older workers live on."""
    return CheckConstraint(f"{kolom} IN ({', '.join(repr(str(lid)) for lid in soort)})", name=kolom)
