"""Results of tasks. Of executions that are there, those have one that were asked for one task by its name."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Executions that are looked through, the latest ones.
LATEST = 10_000


def take_over(apps, schema_editor):
    execution = apps.get_model("executions", "Execution")
    result = apps.get_model("executions", "TaskResult")
    over = execution.objects.filter(status__in=("complete", "failed", "aborted"), trial=False)
    columns = ("accepted", "rejected", "failed", "undecided", "started")
    rows = over.order_by("-pk").values(
        "pk", "tasks", "status", "abort_reason", "finished", *columns
    )
    result.objects.bulk_create(
        (
            result(
                execution_id=row["pk"],
                task=row["tasks"][0][:600],
                status=row["status"],
                reason=row["abort_reason"],
                **{name: row[name] for name in columns},
                finished=row["finished"],
            )
            for row in rows[:LATEST]
            if len(row["tasks"]) == 1 and row["finished"] and not set("*?[") & set(row["tasks"][0])
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0007_trials"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=600)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("complete", "Complete"),
                            ("skipped", "Skipped"),
                            ("failed", "Failed"),
                            ("aborted", "Aborted"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Why it did not run to its end."),
                ),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("undecided", models.PositiveIntegerField(default=0)),
                ("started", models.DateTimeField(null=True)),
                ("finished", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "execution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="executions.execution",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "execution"), name="result_task_execution"
                    )
                ],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
