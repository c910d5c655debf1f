"""What came with cases, people, the ledger and the rest.

Until the next release it is whatever storage/schema says beyond the step before; at the release it is written out here,
and from then on the schema changes only together with a new step. A column added to a table that is there already is
nullable or has a server default.
"""

from alembic import op
from sqlalchemy import inspect

from storage.schema import metadata

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Tables that are not there yet, and new columns and indexes of those that are; indexes no longer named are dropped."""
    conn = op.get_bind()
    there = inspect(conn)
    old = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
    for table in metadata.sorted_tables:
        missing = [column for column in table.columns if table.name in old and column.name not in old[table.name]]
        if missing:
            with op.batch_alter_table(table.name) as batch:
                for column in missing:
                    batch.add_column(column._copy())
    metadata.create_all(conn, checkfirst=True)
    for table in metadata.sorted_tables:
        kept = {index["name"] for index in inspect(conn).get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in kept:
                index.create(conn)
        named = {index.name for index in table.indexes}
        for name in kept - named:
            if name and name.startswith("ix_"):
                op.drop_index(name, table.name)
