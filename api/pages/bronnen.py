"""Where the numbers on the page come from: the rows of docs/bronnen.md that a reader of the site needs (a test compares)."""

BRONNEN: dict[str, str] = {
    "P4": (
        "Na een aanvraag om extra ondersteuning ligt er binnen 2 weken een plan van aanpak. Bron: "
        "https://www.pold.nl/voor-scholen/hulpvragen-en-werkwijze/aanvraag-extra-ondersteuning/"
    ),
    "P5": (
        "Een loket onderwijs en jeugdhulp vergadert elke week en antwoordt binnen 5 werkdagen. Bron: "
        "https://www.swvgo.nl/informatieplein/vernieuwd-loket-onderwijs-jeugdhulp/"
    ),
    "P12": (
        "Wat na een MDO is afgesproken, wordt elke 6 weken geëvalueerd, met minstens ouders, leerkracht en intern "
        "begeleider. Bron: Stappenplan ondersteuningstraject (zorgoverleg, MDO, ROK of TLV)"
    ),
    "E-01": (
        "Wat op de streefdatum nog niet klaar is, is uiterlijk 5 schooldagen later klaar, tenzij de route zelf een "
        "uiterste dag noemt."
    ),
    "E-02": (
        "Ouders krijgen 10 werkdagen om op een vraag om toestemming te antwoorden; na 15 werkdagen belt de school. "
        "Er volgt nooit vanzelf toestemming."
    ),
    "E-03": "Een MDO is binnen 2 schoolweken na het besluit gepland; dat ligt dicht bij P4.",
    "E-04": "Het verslag van een MDO is er binnen 5 werkdagen; dat ligt dicht bij P5.",
    "E-05": (
        "Zonder echte voortgang volgt na 10 schooldagen een waarschuwing en na 15 schooldagen, bijna een halve "
        "ronde van 6 weken, een stagnatie aan de kant van school; tussen partijen na 6 schoolweken, een hele "
        "ronde."
    ),
    "E-06": (
        "Een stagnatie wordt binnen 5 schooldagen opgepakt, en na een oplossing is er binnen 5 schooldagen een "
        "nieuwe datum."
    ),
    "E-07": "Een adres waar geen mail aankomt, is binnen 5 schooldagen hersteld.",
    "E-08": "Uitstellen mag per keer met hoogstens 4 schoolweken, en hoogstens 2 keer.",
    "E-09": "Nazorg volgt 6 schoolweken na het afschalen.",
    "E-10": (
        "Berichten vertrekken alleen op schooldagen tussen 07:30 en 18:00 uur; het overzicht van de ochtend om "
        "08:00 uur."
    ),
    "E-11": (
        "Spreken antwoorden over toestemming elkaar tegen, of wil iemand eerst praten, dan is er binnen 5 "
        "schooldagen een gesprek. Een leerling die meetekent wordt gevraagd door de intern begeleider, in "
        "dezelfde tijd als de ouders (E-02)."
    ),
    "E-12": (
        "Welke rol buiten school bij welk doel hoort: de KOO, de jeugdgezondheidszorg en het sociaal team "
        "(casemanager, gedragswetenschapper van het sociaal team, CJG, wijkteam) elk bij hun eigen overleg; "
        "het ondersteuningsloket en het toewijzingsteam bij hun eigen toestemming. Zonder die toestemming "
        "gaat een herinnering naar de volgende die het wel mag weten."
    ),
    "E-13": (
        "Een antwoord dat eerder is gezegd dan het laatste van dezelfde persoon wordt geweigerd; op dezelfde "
        "dag telt wat het laatst is opgeschreven. Na heropenen telt geen antwoord van daarvoor."
    ),
    "E-14": (
        "Ligt werk van de regievoerder of het stagnatiepunt zelf stil, dan wordt de coördinator van het "
        "samenwerkingsverband gevraagd, en niet dezelfde persoon nog eens."
    ),
    "E-15": (
        "Alleen de regievoerder neemt de regie over, zoals de route van Midden-Groningen zegt; het "
        "stagnatiepunt bemiddelt en neemt haar niet. Een besluit geeft overgenomen regie niet terug, dat doet "
        "een mens."
    ),
}
