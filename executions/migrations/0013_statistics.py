"""Figures by day. Results that are there are counted; of entries, those of future runs."""

from django.db import migrations, models
from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import TruncDate

STATES = ("accepted", "rejected", "failed", "undecided")


def count(apps, schema_editor):
    results = apps.get_model("executions", "TaskResult").objects.filter(execution__trial=False)
    day_count = apps.get_model("executions", "DayCount")
    took = ExpressionWrapper(F("finished") - F("started"), output_field=DurationField())
    groups = (
        results.order_by()
        .annotate(day=TruncDate("finished"))
        .values("day", "task", "status")
        .annotate(runs=Count("pk"), took=Sum(took), **{f"all_{name}": Sum(name) for name in STATES})
    )
    day_count.objects.bulk_create(
        (
            day_count(
                day=group["day"],
                task=group["task"],
                status=group["status"],
                runs=group["runs"],
                seconds=max(0, group["took"].total_seconds()) if group["took"] else 0,
                **{name: group[f"all_{name}"] for name in STATES},
            )
            for group in groups.iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0012_counts_of_ended"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(help_text="The server's local day on which it ended.")),
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
                ("runs", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("accepted", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("failed", models.BigIntegerField(default=0)),
                ("undecided", models.BigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "task", "status"), name="day_task_status"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DayRejections",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("task", models.CharField(max_length=600)),
                ("plugin", models.CharField(max_length=200)),
                ("entries", models.BigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "task", "plugin"), name="day_task_plugin"
                    )
                ],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
