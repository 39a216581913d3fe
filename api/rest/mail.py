"""/api/v1/mail: mails of which nobody knows whether they arrived. No names of persons go out."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.diensten import MetDiensten
from api.mail import Mailbesluit, beslis_over_mail
from api.rest.schemas import ID, Door, Problem, Vorm
from storage.mail_hold import Stap
from storage.mail_list import AangehoudenMail, aangehouden_mails

router = APIRouter(prefix="/api/v1/mail", tags=["mail"])
_FOUT = {"model": Problem, "content": {"application/problem+json": {}}}
_ANTWOORDEN: dict[int | str, dict[str, Any]] = {
    403: {**_FOUT, "description": "Deze persoon mag hier niet over beslissen."},
    409: {**_FOUT, "description": "Over deze mail hoeft niemand meer te beslissen."},
    422: {**_FOUT, "description": "Er klopt iets niet."},
}


class MailUit(Vorm):
    """Een mail waarvan niemand weet of hij is aangekomen."""

    mail_id: str
    persoon_id: str = Field(description="Aan wie de mail was.")
    swv_id: str
    sjabloon: str
    hangt: bool = Field(description="De mail is tijdens het versturen blijven hangen en wordt nog uitgezocht.")
    sinds: datetime = Field(description="Wanneer het voor het laatst is geprobeerd.")
    code: int | None = Field(description="Het laatste antwoord van de mailserver, als dat er was.")
    traject_ids: list[str]
    stappen: list[Stap] = Field(description="Wat er tot nu toe mee is gedaan, wanneer en door wie.")

    @classmethod
    def van(cls, mail: AangehoudenMail) -> "MailUit":
        """Without the name."""
        return cls.model_validate(mail.model_dump(include=set(cls.model_fields)))


class MailLijst(Vorm):
    """De aangehouden mails, de oudste eerst."""

    mails: list[MailUit]


class BesluitVerzoek(Vorm):
    """Wat er met de mail moet gebeuren, en wie dat besluit."""

    besluit: Mailbesluit
    door: Door


@router.get("/aangehouden", summary="Aangehouden mail")
async def lijst(diensten: MetDiensten) -> MailLijst:
    """Mails waarvan niemand weet of ze zijn aangekomen. Routewacht stuurt ze nooit uit zichzelf opnieuw."""
    async with diensten.sessies() as session:
        return MailLijst(mails=[MailUit.van(m) for m in await aangehouden_mails(session)])


@router.post("/{mail_id}/besluit", summary="Beslis over een aangehouden mail", status_code=204, responses=_ANTWOORDEN)
async def besluit(
    mail_id: Annotated[str, Path(pattern=ID, description="Id van de mail.")],
    vraag: BesluitVerzoek,
    diensten: MetDiensten,
) -> Response:
    """Opnieuw versturen, laten vallen, of vastleggen dat de mail er is. Wie en wanneer wordt opgeschreven."""
    await beslis_over_mail(diensten, mail_id, vraag.besluit, vraag.door.wie())
    return Response(status_code=204)
