"""The outbox: messages that must reach somebody, the mails that carry them, and the inbox of the demo."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, een_van


class MailStatus(StrEnum):
    """QUEUED leaves; SENDING is being handed over; HELD has an unknown outcome and waits for a person; LAPSED was
    overtaken by events before it left."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    LAPSED = "vervallen"


class Stapsoort(StrEnum):
    """What was done about a mail whose outcome is not known: by the ledger, by Routewacht, or by a person."""

    AANGEHOUDEN = "aangehouden"
    GEMELD = "gemeld"
    IN_GROOTBOEK = "in_grootboek"
    NIET_IN_GROOTBOEK = "niet_in_grootboek"
    OPNIEUW = "opnieuw"
    AANGEKOMEN = "aangekomen"
    LATEN_VALLEN = "laten_vallen"


class BerichtStatus(StrEnum):
    """Waiting for the morning, taken into a mail, or overtaken by events."""

    WACHT = "wacht"
    OPGENOMEN = "opgenomen"
    VERVALLEN = "vervallen"


class MailRij(Base):
    """One mail to one person, without its text: that is made at the moment of sending, from what then still holds.

    `message_sleutel` makes the Message-ID; being unique, it also keeps a repeated run from making a second mail.
    `overzicht_op` is the morning of a digest, None for a mail that leaves at once. `code` is the last SMTP code.

    Three moments are on the real clock (that of the database), because they are about machines and not about cases:
    `verzending_sinds` (the last attempt began), `aangehouden_sinds`, and `gemeld_op` (a traject was told of it). A mail
    with `vrijgegeven_op` no longer belongs to a workflow: the watchman of the worker delivers it.
    """

    __tablename__ = "mail"
    id: Mapped[str] = mapped_column(primary_key=True)
    message_sleutel: Mapped[str] = mapped_column(unique=True)
    sjabloon: Mapped[str]
    persoon_id: Mapped[str] = mapped_column(ForeignKey("persoon.id"), index=True)
    swv_id: Mapped[str]
    spoed: Mapped[bool]
    overzicht_op: Mapped[date | None]
    status: Mapped[str] = mapped_column(server_default=MailStatus.QUEUED)
    niet_voor: Mapped[datetime]
    aangemaakt_op: Mapped[datetime]
    pogingen: Mapped[int] = mapped_column(server_default="0")
    laatste_poging_op: Mapped[datetime | None]
    code: Mapped[int | None]
    verzonden_op: Mapped[datetime | None]
    verzending_sinds: Mapped[datetime | None]
    aangehouden_sinds: Mapped[datetime | None]
    gemeld_op: Mapped[datetime | None]
    vrijgegeven_op: Mapped[datetime | None]
    __table_args__ = (
        een_van("status", MailStatus),
        Index("ix_mail_open", "swv_id", "status", postgresql_where=text("status IN ('queued', 'sending', 'held')")),
    )


class MailStap(Base):
    """One step in the life of a mail of uncertain outcome: what, when (on the clock of the cases), and by whom if it
    was a person. Only added to."""

    __tablename__ = "mail_stap"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    mail_id: Mapped[str] = mapped_column(ForeignKey("mail.id", ondelete="CASCADE"), index=True)
    soort: Mapped[str]
    op: Mapped[datetime]
    door_persoon_id: Mapped[str | None]
    door_rol: Mapped[str | None]
    __table_args__ = (een_van("soort", Stapsoort),)


class BerichtRij(Base):
    """Tell this person about that afspraak: at most once for each (`sleutel`, person).

    `rol` is the role the message was meant for; with `vervanging` the person stands in for it. `voor_eigenaar` and
    `voor_streefdatum` record what the message was based on, so that it lapses when the afspraak got another owner or a
    later date.
    """

    __tablename__ = "bericht"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sleutel: Mapped[str]
    traject_id: Mapped[str] = mapped_column(index=True)
    afspraak_id: Mapped[str | None]
    persoon_id: Mapped[str] = mapped_column(ForeignKey("persoon.id"))
    rol: Mapped[str]
    soort: Mapped[str]
    spoed: Mapped[bool]
    vervanging: Mapped[bool]
    voor_eigenaar: Mapped[bool]
    voor_streefdatum: Mapped[date | None]
    status: Mapped[str] = mapped_column(server_default=BerichtStatus.WACHT)
    mail_id: Mapped[str | None] = mapped_column(ForeignKey("mail.id"), index=True)
    aangemaakt_op: Mapped[datetime]
    __table_args__ = (
        een_van("status", BerichtStatus),
        UniqueConstraint("sleutel", "persoon_id"),
        Index("ix_bericht_wacht", "persoon_id", postgresql_where=text("status = 'wacht'")),
    )


class PostvakRij(Base):
    """A mail as it arrived in the inbox of the demo, byte for byte.

    `gedateerd_op` is what its Date header says, None without a usable one; `trajecten` are the ids it links to.
    """

    __tablename__ = "postvak"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    ontvangen_op: Mapped[datetime]
    afzender: Mapped[str]
    ontvanger: Mapped[str] = mapped_column(index=True)
    onderwerp: Mapped[str]
    ruw: Mapped[bytes]
    gedateerd_op: Mapped[datetime | None]
    trajecten: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    __table_args__ = (Index(None, "trajecten", postgresql_using="gin"),)
