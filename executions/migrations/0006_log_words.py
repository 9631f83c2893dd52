"""The index of words. SQLite's triggers go with the table: a later migration that makes the table anew
(as SQLite does for most changes of columns) has to make them again.

The tokens are words in lower case already; the tokenizer `ascii` takes all beyond ASCII as parts of words.
"""

from django.db import migrations

SQLITE = (
    """CREATE VIRTUAL TABLE log_words USING fts5(
        tokens, content='executions_logblock', content_rowid='id', detail='none', columnsize=0,
        tokenize="ascii tokenchars '~='")""",
    """CREATE TRIGGER log_words_insert AFTER INSERT ON executions_logblock BEGIN
        INSERT INTO log_words(rowid, tokens) VALUES (new.id, new.tokens);
        END""",
    """CREATE TRIGGER log_words_delete AFTER DELETE ON executions_logblock BEGIN
        INSERT INTO log_words(log_words, rowid, tokens) VALUES ('delete', old.id, old.tokens);
        END""",
    """CREATE TRIGGER log_words_update AFTER UPDATE OF tokens ON executions_logblock BEGIN
        INSERT INTO log_words(log_words, rowid, tokens) VALUES ('delete', old.id, old.tokens);
        INSERT INTO log_words(rowid, tokens) VALUES (new.id, new.tokens);
        END""",
)
SQLITE_BACK = (
    "DROP TRIGGER log_words_insert",
    "DROP TRIGGER log_words_delete",
    "DROP TRIGGER log_words_update",
    "DROP TABLE log_words",
)
POSTGRESQL = (
    """CREATE INDEX log_words ON executions_logblock
        USING gin (array_to_tsvector(string_to_array(tokens, ' ')))""",
)
POSTGRESQL_BACK = ("DROP INDEX log_words",)


def forwards(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE_BACK if sqlite else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("executions", "0005_index_of_log_words")]
    operations = [migrations.RunPython(forwards, backwards)]
