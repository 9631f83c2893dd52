"""The index of words. SQLite's triggers go with the table: a later migration that makes the table anew
(as SQLite does for most changes of columns) has to make them again."""

from django.db import migrations

SQLITE = (
    """CREATE VIRTUAL TABLE history_words
        USING fts5(words, content='history_historyentry', content_rowid='id', tokenize='unicode61')""",
    """CREATE TRIGGER history_words_insert AFTER INSERT ON history_historyentry BEGIN
        INSERT INTO history_words(rowid, words) VALUES (new.id, new.words);
        END""",
    """CREATE TRIGGER history_words_delete AFTER DELETE ON history_historyentry BEGIN
        INSERT INTO history_words(history_words, rowid, words)
        VALUES ('delete', old.id, old.words);
        END""",
    """CREATE TRIGGER history_words_update AFTER UPDATE OF words ON history_historyentry BEGIN
        INSERT INTO history_words(history_words, rowid, words)
        VALUES ('delete', old.id, old.words);
        INSERT INTO history_words(rowid, words) VALUES (new.id, new.words);
        END""",
)
SQLITE_BACK = (
    "DROP TRIGGER history_words_insert",
    "DROP TRIGGER history_words_delete",
    "DROP TRIGGER history_words_update",
    "DROP TABLE history_words",
)
POSTGRESQL = (
    "CREATE INDEX history_words ON history_historyentry USING gin (to_tsvector('simple', words))",
)
POSTGRESQL_BACK = ("DROP INDEX history_words",)


def forwards(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE_BACK if sqlite else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
