# Terms of returns and the time to pay belong to each sale; those that are there have today's.

from datetime import timedelta
from typing import Any

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def keep_terms_of_today(apps: Any, schema_editor: Any) -> None:  # Django's own have no public names
    """Give every sale and part that is there the terms of today: it was to be ended on them so far."""
    alias = schema_editor.connection.alias
    shop = apps.get_model("shop", "Shop").objects.using(alias).first()
    if shop is None:
        return
    apps.get_model("sales", "PartTerms").objects.using(alias).update(
        answer_days=shop.answer_days,
        returns_most=shop.returns_most,
        return_least_bps=shop.return_least_bps,
    )
    sales = apps.get_model("sales", "Sale").objects.using(alias)
    sales.update(pay_by=F("created_at"))
    for sale in sales.filter(state="pending"):
        by = sale.created_at + timedelta(minutes=shop.pay_minutes)
        sales.filter(pk=sale.pk).update(pay_by=by)


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0008_comparison_point'),
        ('shop', '0002_return_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='partterms',
            name='answer_days',
            field=models.PositiveSmallIntegerField(default=7),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='partterms',
            name='returns_most',
            field=models.PositiveSmallIntegerField(default=5),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='partterms',
            name='return_least_bps',
            field=models.PositiveSmallIntegerField(default=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='sale',
            name='pay_by',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(keep_terms_of_today, migrations.RunPython.noop, elidable=True),
    ]
