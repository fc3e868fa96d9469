"""Operators' own terms and privacy notice, and what members agreed to."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_guesses")]

    operations = [
        migrations.AddField("user", "agreed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "user", "agreed_privacy", models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "user", "agreed_terms", models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="LegalText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("terms", "Terms"), ("privacy", "Privacy")], max_length=8)),
                ("body_en", models.TextField()),
                ("body_zh", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+", to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
