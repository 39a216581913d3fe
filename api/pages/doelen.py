"""What a consent is about, for the parents who are asked: plain Dutch (B1), what happens and who gets to know what."""

from domain.consent import Doel

DOEL_UITLEG: dict[Doel, str] = {
    Doel.DELEN_KOO: (
        "De school wil over uw kind praten met de kind-ouderondersteuner. Die denkt mee over hulp op school en thuis. "
        "De school vertelt alleen wat daarvoor nodig is."
    ),
    Doel.DELEN_JGZ: (
        "De school wil met de jeugdarts of de jeugdverpleegkundige van de GGD praten over uw kind. De school en de GGD "
        "vertellen elkaar dan alleen wat nodig is om te weten welke hulp past."
    ),
    Doel.DELEN_SOCIAAL_TEAM: (
        "De school wil met het sociaal team van de gemeente praten over hulp voor uw kind of uw gezin. De school en het "
        "sociaal team vertellen elkaar dan alleen wat daarvoor nodig is."
    ),
    Doel.MDO_EXTERNEN: (
        "De school wil een gesprek houden over uw kind waar ook mensen van buiten de school bij zijn. U bent daar ook "
        "bij. Zij horen dan wat er speelt en denken mee."
    ),
    Doel.ZAT_BESPREKING: (
        "De school wil uw kind bespreken in het zorg- en adviesteam. Daarin zitten ook mensen van buiten de school, zoals "
        "de GGD en de gemeente. De school vertelt alleen wat nodig is om mee te denken."
    ),
    Doel.ONDERZOEK: "De school wil uw kind laten onderzoeken, om te weten welke hulp past. U hoort wat eruit komt.",
    Doel.OBSERVATIE: "Iemand wil in de klas kijken hoe het met uw kind gaat. U hoort wat die persoon heeft gezien.",
    Doel.ABC_FORMULIER: (
        "De school wil uw kind bespreken in het ondersteuningsteam. Op een formulier (het abc-formulier) staat wat de "
        "school vertelt en wat er is afgesproken. U mag dat formulier lezen."
    ),
    Doel.TOESTEMMINGSVERKLARING_DM: (
        "De school vraagt u de toestemmingsverklaring DM te ondertekenen. Vraag de school wat er met de gegevens van uw "
        "kind gebeurt als u dat doet."
    ),
    Doel.INZET_ONDERSTEUNINGSLOKET: (
        "De school wil hulp vragen aan het OndersteuningsLoket. Daar kijken mensen van buiten de school mee. De school "
        "vertelt alleen wat daarvoor nodig is."
    ),
    Doel.ZATT_OZL: (
        "De school wil uw kind bespreken in het toewijzingsteam. Dat team kijkt of er meer hulp of een andere plek nodig "
        "is. Het team leest daarvoor gegevens van uw kind."
    ),
    Doel.TLV_AANVRAAG: (
        "De school wil een toelaatbaarheidsverklaring aanvragen. Die is nodig om naar het speciaal onderwijs te mogen. "
        "Het samenwerkingsverband leest daarvoor gegevens van uw kind."
    ),
    Doel.INSTEMMING_OPP: (
        "De school heeft opgeschreven welke hulp uw kind krijgt. Dat deel van het ontwikkelingsperspectief begint pas "
        "als u het ermee eens bent."
    ),
}
