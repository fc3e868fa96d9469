# The face value of the top-ups that were for sale before faces were kept: their price.

from typing import Any

from django.db import migrations


def keep_prices_as_faces(apps: Any, schema_editor: Any) -> None:  # Django's own have no public names
    """Note the price of each top-up as its face value: so it was until now."""
    alias = schema_editor.connection.alias
    attributes, values, products = (
        apps.get_model("catalogue", name).objects.using(alias)
        for name in ("ProductAttribute", "ProductAttributeValue", "Product")
    )
    kind = apps.get_model("catalogue", "ProductClass").objects.using(alias).filter(slug="topup")
    for one in kind:
        face, _ = attributes.get_or_create(
            product_class=one,
            code="face",
            defaults={"name": "Face value", "type": "text", "required": False},
        )
        for product in products.filter(product_class=one) | products.filter(
            parent__product_class=one
        ):
            record = product.stockrecords.order_by("pk").first()
            if record is not None and record.price is not None:
                values.get_or_create(
                    product=product, attribute=face, defaults={"value_text": str(record.price)}
                )


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0032_category_exclude_from_menu_category_long_description'),
        ('partner', '0007_partneraddress_code'),
        ('services', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(keep_prices_as_faces, migrations.RunPython.noop, elidable=True),
    ]
