"""Durations by day, in steps. Results that are there are counted."""

from collections import Counter

from django.db import migrations, models
from django.utils import timezone

from executions.statistics.durations import step_of


def count(apps, schema_editor):
    results = apps.get_model("executions", "TaskResult").objects.filter(execution__trial=False)
    day_durations = apps.get_model("executions", "DayDurations")
    ended = results.exclude(status="skipped").order_by()
    runs = Counter()
    for task, started, finished in ended.values_list("task", "started", "finished").iterator():
        seconds = (finished - started).total_seconds() if started else 0
        runs[timezone.localdate(finished), task, step_of(seconds)] += 1
    day_durations.objects.bulk_create(
        (
            day_durations(day=day, task=task, step=step, runs=number)
            for (day, task, step), number in runs.items()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0014_hook"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayDurations",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("task", models.CharField(max_length=600)),
                ("step", models.SmallIntegerField()),
                ("runs", models.BigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("day", "task", "step"), name="day_task_step")
                ],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
