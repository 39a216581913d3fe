"""What can go wrong in storage that a caller must be able to tell apart. Texts hold ids and numbers only."""

from datetime import datetime

from domain.errors import RoutewachtFout


class OpslagFout(RoutewachtFout):
    """Root of the errors of storage."""


class TijdlijnBotst(OpslagFout):
    """Two different facts claim the same number in the same epoch: two writers believe they own this traject.

    Repeating does not help; a person rebuilds the traject, which raises its epoch.
    """

    def __init__(self, traject_id: str, epoch: int, nr: int) -> None:
        super().__init__(f"tijdlijn van {traject_id}: nummer {nr} van epoch {epoch} is al een ander feit")
        self.traject_id, self.epoch, self.nr = traject_id, epoch, nr


class CommandoHergebruikt(OpslagFout):
    """The same command id came in with another content: an error of the sender, not a repeat."""

    def __init__(self, commando_id: str) -> None:
        super().__init__(f"commando {commando_id} is al gebruikt voor een andere handeling")
        self.commando_id = commando_id


class LeerlingOnbekend(OpslagFout):
    """No such pupil in this database."""

    def __init__(self, leerling_id: str) -> None:
        super().__init__(f"leerling {leerling_id} is niet bekend")


class SchoolOnbekend(OpslagFout):
    """No such school here, or it stands under no samenwerkingsverband, or nobody said in which holiday region it is."""

    def __init__(self, school_id: str) -> None:
        super().__init__(f"school {school_id} is niet (volledig) bekend")
        self.school_id = school_id


class NogNietVerzenden(OpslagFout):
    """The mail waits for its sending window, which opens at `niet_voor`."""

    def __init__(self, mail_id: str, niet_voor: datetime) -> None:
        super().__init__(f"mail {mail_id} mag nog niet weg")
        self.niet_voor = niet_voor
