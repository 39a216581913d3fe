"""All tables together, for migrations and their test. Importing this registers every table."""

from sqlalchemy import MetaData

from storage import case_tables, key_tables, mail_tables, people_tables, watch_tables
from storage.base import Base

METADATA: MetaData = Base.metadata
TABELLEN = (people_tables, case_tables, mail_tables, key_tables, watch_tables)
