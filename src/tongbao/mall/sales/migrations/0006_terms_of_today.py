# The terms of the parts that were there before terms were kept.

from typing import Any

from django.db import migrations

_STEP = 1000


def keep_terms_of_today(apps: Any, schema_editor: Any) -> None:  # Django's own have no public names
    """Give every part that is there the terms of today: it was to be ended on them so far."""
    alias = schema_editor.connection.alias
    Shop = apps.get_model("shop", "Shop")
    Part = apps.get_model("sales", "Part")
    PartTerms = apps.get_model("sales", "PartTerms")
    PartRate = apps.get_model("sales", "PartRate")
    shop = Shop.objects.using(alias).first()
    if shop is None:
        return
    last = 0
    rows = Part.objects.using(alias).select_related("merchant").order_by("pk")
    while parts := list(rows.filter(pk__gt=last)[:_STEP]):
        PartTerms.objects.using(alias).bulk_create(
            PartTerms(
                part=part,
                return_days=shop.return_days,
                receive_days=shop.receive_days,
                margin_bps=part.merchant.margin_bps,
                plan_version=part.plan_version,
            )
            for part in parts
        )
        PartRate.objects.using(alias).bulk_create(
            PartRate(part=part, payee=payee, base=base, bps=bps)
            for part in parts
            for payee, base, bps in (
                ("platform", "paid", shop.platform_fee_bps),
                ("provider", "provider", shop.provider_fee_bps),
            )
        )
        last = parts[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('merchants', '0001_initial'),
        ('sales', '0005_terms_and_faces'),
        ('shop', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(keep_terms_of_today, migrations.RunPython.noop, elidable=True),
    ]
