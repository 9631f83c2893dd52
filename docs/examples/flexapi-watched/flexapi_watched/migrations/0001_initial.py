from django.db import migrations, models


class Migration(migrations.Migration):
    fields = [
        ("id", models.BigAutoField("ID", auto_created=True, primary_key=True, serialize=False)),
        ("title", models.CharField(max_length=200)),
        ("stars", models.PositiveSmallIntegerField(default=0)),
    ]
    operations = [migrations.CreateModel("Movie", fields)]
