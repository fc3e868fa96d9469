"""A shopper's way through the checkout, as a browser without scripts goes it."""

import re
from typing import Any, TypeAlias

from django.test import Client
from oscar.core.loading import get_model

from tests.mall.stage import Mall
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales.untyped import Address

Answer: TypeAlias = Any  # the test client's
ADDRESS = {
    "new-first_name": "Li Na",
    "new-phone_number": "13800138000",
    "new-line1": "88 Century Avenue",
    "new-line4": "Shanghai",
    "new-postcode": "200120",
}


def rich(mall: Mall, wallet: int = 100_000) -> User:
    """Make a shopper with money in the wallet (by a merchant's payment) and an address."""
    user = mall.user("rich")
    enrolled(user, mall.ledger)
    number = user.pk
    for command in (
        {"id": f"in-{number}", "type": "deposit", "account": "tea", "amount": wallet},
        {
            "id": f"give-{number}",
            "type": "pay_wallet",
            "payer": "tea",
            "payee": user.account,
            "amount": wallet,
        },
    ):
        assert mall.ledger.submit(command).ok
    address(user)
    return user


def address(user: User) -> Address:
    """Give a user an address in Shanghai."""
    return get_model("address", "UserAddress").objects.create(
        user=user,
        first_name="Li Na",
        line1="88 Century Avenue",
        line4="Shanghai",
        postcode="200120",
        country_id="CN",
    )


def put(client: Client, mall: Mall, upc: str, quantity: int = 1, **options: str) -> Answer:
    """Put something into the basket."""
    path = f"/basket/add/{mall.product(upc).pk}/"
    answer: Answer = client.post(path, {"quantity": quantity, **options})
    assert answer.status_code == 302, answer.content
    return answer


def hidden(page: Answer) -> dict[str, str]:
    """Return the hidden fields of the review page: the basket, the total, the way of shipping."""
    text = page.content.decode()
    return dict(re.findall(r'type="hidden" name="(basket|total|method)" value="([^"]*)"', text))


def review(client: Client) -> Answer:
    """Open the review page."""
    page: Answer = client.get("/checkout/preview/")
    assert page.status_code == 200, (page.status_code, page.headers)
    return page


def pay(client: Client, **tenders: str) -> Answer:
    """Order what is in the basket, paid like that; return the answer to the post."""
    return client.post("/checkout/preview/", {**hidden(review(client)), "place": "1", **tenders})
