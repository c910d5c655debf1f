"""The first schema.

Until the first release it is whatever storage/schema.py says; at the release its tables are written out here, and from
then on schema.py changes only together with a new step.
"""

from alembic import op

from storage.fulltext import create_index
from storage.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """All tables, and the search index, which is not a table SQLAlchemy knows."""
    conn = op.get_bind()
    metadata.create_all(conn, checkfirst=False)
    create_index(conn)
