"""Where the words of log lines are kept, and how far each log is indexed. Logs that are there are indexed by the server, behind."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0004_index_of_finished")]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="indexed_lines",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="The seq of the last line that the index of words has.",
            ),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(fields=["created", "id"], name="execution_created"),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("indexed_lines__lt", models.F("log_lines"))),
                fields=["id"],
                name="execution_unindexed",
            ),
        ),
        migrations.CreateModel(
            name="LogBlock",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tokens", models.TextField(help_text="Separated by spaces.")),
                (
                    "execution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="executions.execution"
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
    ]
