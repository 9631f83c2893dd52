"""Whether the worker of an execution may have given it to FlexGet. Of those that are claimed meanwhile nothing says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0015_durations"),
    ]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="given",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Whether that process may have given it to FlexGet.",
            ),
        ),
    ]
