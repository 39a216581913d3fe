"""/api/v1/bewaren: what will be destroyed and when, and the register of what was."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.diensten import MetDiensten
from api.rest.schemas import ID, Vorm
from domain.instellingen import Herkomst
from storage.bewaren import bewaarlijst
from storage.key_tables import VernietigingStatus

router = APIRouter(prefix="/api/v1")


class BewaarregelUit(Vorm):
    """Een traject dat vernietigd zal worden, of het bewijs dat het gebeurd is. Zonder persoonsgegevens."""

    traject_id: str
    code: str
    swv_id: str
    status: VernietigingStatus
    regel: str
    betekenis: str = Field(description="De bewaartermijn in woorden.")
    herkomst: Herkomst | None = Field(description="Of de termijn uit de wet komt of een eigen keuze is.")
    bron: str | None = Field(description="Sleutel in docs/bronnen.md.")
    bewaard_tot: date | None
    aangekondigd_op: datetime
    niet_voor: datetime = Field(description="Einde van de wachttijd waarin iemand kan aanhouden.")
    aangehouden_tot: date | None
    door: str | None
    aantallen: dict[str, int] = Field(description="Wat er vernietigd is, per soort.")
    voltooid_op: datetime | None


@router.get("/bewaren", tags=["bewaren"], summary="Wat er vernietigd wordt en is")
async def bewaren(
    diensten: MetDiensten,
    vernietigd: Annotated[bool, Query(description="Het register van wat al vernietigd is.")] = False,
    swv_id: Annotated[str | None, Query(pattern=ID, description="Alleen van dit samenwerkingsverband.")] = None,
) -> list[BewaarregelUit]:
    """Aangekondigd, met wat het eerst weg mag bovenaan; of het register, met het laatste bovenaan."""
    async with diensten.sessies() as session:
        regels = await bewaarlijst(session, diensten.vandaag(), swv_id=swv_id, vernietigd=vernietigd)
    return [BewaarregelUit(**regel.model_dump(include=set(BewaarregelUit.model_fields))) for regel in regels]
