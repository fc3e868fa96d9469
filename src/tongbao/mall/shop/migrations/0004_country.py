"""Where the mall is at home; malls whose currency says the country keep what it was."""

from typing import Any

from django.db import migrations, models

HOMES = {
    "AUD": "AU", "CAD": "CA", "CHF": "CH", "CNY": "CN", "GBP": "GB", "HKD": "HK", "INR": "IN",
    "JPY": "JP", "KRW": "KR", "MOP": "MO", "MYR": "MY", "NZD": "NZ", "SGD": "SG", "THB": "TH",
    "TWD": "TW", "USD": "US", "VND": "VN",
}  # fmt: skip


def keep_countries(apps: Any, schema_editor: Any) -> None:
    """Say of malls in a country's own currency that they are there."""
    shops = apps.get_model("shop", "Shop").objects.using(schema_editor.connection.alias)
    for currency, country in HOMES.items():
        shops.filter(currency=currency).update(country=country)


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0003_unpaid_orders"),
    ]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="country",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
        migrations.RunPython(keep_countries, migrations.RunPython.noop),
    ]
