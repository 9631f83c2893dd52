"""What ended is counted a little at a time by those who prune, as is what is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0011_priority"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndedCount",
            fields=[
                ("status", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("up_to", models.BigIntegerField(default=0)),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("trial", True)), fields=["id"], name="execution_trial"
            ),
        ),
    ]
