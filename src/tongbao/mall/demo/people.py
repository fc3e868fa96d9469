"""The people of a demo: made-up names, and log-ins that only this demo has."""

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from oscar.core.loading import get_model

from tongbao.mall.people.models import User
from tongbao.mall.people.roles import OPERATOR, grant
from tongbao.mall.shop.models import Shop

UserAddress = get_model("address", "UserAddress")
Country = get_model("address", "Country")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo. ``account`` is the member's; ``invited_by`` another's e-mail name."""

    mail: str
    name: str
    account: str = ""
    invited_by: str = ""
    operator: bool = False
    address: tuple[str, ...] = ()  # line, town, postcode


def make_person(person: Person, hashed: str, country: str) -> User:
    """Make a person who can log in; the referrer must have been made before.

    ``hashed`` is the password as `make_password` gives it: one for all, for hashing takes a while.
    """
    language = "zh-hans" if country == "CN" else "en"
    fields: dict[str, object] = {"name": person.name, "language": language}
    if person.account:
        fields["account"] = person.account
    if person.invited_by:
        fields["referrer"] = User.objects.get(email=address_of(person.invited_by))
    user = User.objects.create_user(address_of(person.mail), None, **fields)
    if person.operator:
        grant(user, OPERATOR)
    User.objects.filter(pk=user.pk).update(password=hashed)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    if person.address:
        line, town, postcode = person.address
        UserAddress.objects.create(
            user=user,
            first_name=person.name,
            line1=line,
            line4=town,
            postcode=postcode,
            country=Country.objects.get(pk=country),
            is_default_for_shipping=True,
        )
    return user


def address_of(mail: str) -> str:
    """Return the e-mail address of one of the demo's people; such addresses belong to nobody."""
    return f"{mail}@demo.example"


def make_country(code: str, code3: str, name: str) -> None:
    """Make the one country that the demo ships to."""
    Country.objects.get_or_create(
        iso_3166_1_a2=code,
        defaults={
            "iso_3166_1_a3": code3,
            "printable_name": name,
            "name": name,
            "is_shipping_country": True,
        },
    )


def enrol(shop: Shop, people: Sequence[Person], at: str) -> None:
    """Open their member accounts, each below whoever invited them, at that moment of the history.

    Raises:
        LedgerError: as `Ledger.submit_many` does.
    """
    accounts = {person.mail: person.account for person in people}
    commands: list[dict[str, object]] = []
    for person in people:
        if person.account:
            command: dict[str, object] = {
                "id": f"enroll-{person.account}",
                "type": "enroll",
                "member": person.account,
                "at": at,
            }
            if person.invited_by:
                command["referrer"] = accounts[person.invited_by]
            commands.append(command)
    shop.ledger.submit_many(commands)
    members = [str(command["member"]) for command in commands]
    User.objects.filter(account__in=members).update(enrolled_at=at)
