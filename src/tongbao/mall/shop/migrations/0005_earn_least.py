"""What a merchant should earn of a sale at least."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0004_country"),
    ]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="earn_least_bps",
            field=models.PositiveSmallIntegerField(
                default=500, validators=[django.core.validators.MaxValueValidator(10000)]
            ),
        ),
    ]
