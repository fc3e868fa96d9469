"""A few reviews by the demo's people, each of something that they bought."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from oscar.core.loading import get_model

from tongbao.mall.demo.play import account_of
from tongbao.mall.demo.source import Line
from tongbao.mall.people.models import User

Product = get_model("catalogue", "Product")
ProductReview = get_model("reviews", "ProductReview")

# Made up, as the people are; plain, for nobody knows more of these goods than their names.
TEXTS: Final = (
    (5, "Ordered again", "As described, and well packed. This was not my first order of it."),
    (4, "Good, a little smaller than I thought", "Nicely made. Measure first if the size matters."),
    (3, "Fine for the price", "Does what it should. The colour is paler than in my mind."),
    (5, "A gift that was liked", "Bought as a gift; the second one is for me."),
    (2, "One of six was chipped", "The other five are fine. I was told how to send it back."),
)


def write_reviews(lines: Sequence[Line], users: Mapping[str, User]) -> None:
    """Let each of them review what they bought most often; ``users`` by account."""
    bought: dict[str, Counter[str]] = {account: Counter() for account in users}
    for line in lines:
        bought[account_of(line.member)][line.sku] += 1
    reviewed: set[str] = set()
    for (account, user), text in zip(users.items(), TEXTS, strict=False):
        ranked = sorted(bought[account].items(), key=lambda pair: (-pair[1], pair[0]))
        sku = next(sku for sku, _ in ranked if sku not in reviewed)
        reviewed.add(sku)
        score, title, body = text
        product = Product.objects.get(upc=sku)
        ProductReview.objects.create(
            product=product,
            user=user,
            score=score,
            title=title,
            body=body,
            status=ProductReview.APPROVED,
        )
        product.update_rating()
