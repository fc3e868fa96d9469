"""Opening a mall; making its operators, listing them, and taking the role away."""

from pathlib import Path
from typing import Final

import click

from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.cli.program_plan import checked_plan
from tongbao.engine.plan import plan_fields
from tongbao.plans.files import PlanFile
from tongbao.plans.presets import preset as preset_plan
from tongbao.plans.words import Lang

_LONGEST: Final = 20  # characters of a country that are shown
_NO_ADDRESS: Final = 254  # characters; more is no e-mail address


def plan_of(path: Path | None, preset: str | None, currency: str | None, lang: Lang) -> PlanFile:
    """Return the plan that was named, printing what the linter finds in a file.

    Raises:
        Unable: not exactly one was named, or it is in another currency.
        PlanFileError: the file cannot be read.
    """
    if (path is None) == (preset is None):
        raise Unable(words.ONE_PLAN)
    if path is not None:
        return checked_plan(path, currency, lang)
    plan_file = preset_plan(str(preset))
    if currency not in {None, plan_file.currency}:
        filled = words.OTHER_CURRENCY.fill(preset=preset, found=plan_file.currency, needed=currency)
        raise Unable(filled)
    return plan_file


def country_of(given: str | None, currency: str) -> str:
    """Return where the mall's phone numbers are at home: what was given, or the currency says.

    A mall that is open already keeps what it has.

    Raises:
        Unable: nothing says it, or there is no such country.
    """
    from tongbao.mall.shop.countries import home_of, is_country  # noqa: PLC0415  # needs the extra
    from tongbao.mall.shop.models import Shop  # noqa: PLC0415  # Django is set up by now

    country = home_of(currency) if given is None else given.strip().upper()
    if given is not None and not is_country(country):
        raise Unable(words.BAD_COUNTRY.fill(found=ascii(given[:_LONGEST])))
    if not country and not Shop.objects.exists():
        raise Unable(words.NO_COUNTRY.fill(currency=currency))
    return country


def open_mall_here(
    plan_file: PlanFile,
    *,
    program: str,
    name_en: str,
    name_zh: str,
    country: str,
    timezone: str,
    return_days: int,
    own_margin: int | None,
    lang: Lang,
) -> None:
    """Open the mall in the database that is ready; do nothing that was done before.

    ``own_margin`` is its own merchant's, in basis points; None where that is open already.

    Raises:
        LedgerError: as `open_mall` does.
    """
    from tongbao.mall.merchants.opening import open_own  # noqa: PLC0415  # Django is set up by now
    from tongbao.mall.sales.terms import lengthen_notice  # noqa: PLC0415  # likewise
    from tongbao.mall.services.kinds import open_kinds  # noqa: PLC0415  # likewise
    from tongbao.mall.shop.opening import open_mall  # noqa: PLC0415  # likewise

    shop = open_mall(
        program=program,
        plan=plan_fields(plan_file.plan),
        name_en=name_en,
        name_zh=name_zh,
        currency=plan_file.currency,
        country=country,
        timezone=timezone,
        return_days=return_days,
    )
    lengthen_notice(shop)
    if own_margin is not None:
        open_own(shop, own_margin)
    open_kinds()
    shown = shop.name_zh if lang == "zh" else shop.name_en
    click.echo(words.OPENED.say(lang, name=shown, program=shop.program))


def asked_password(lang: Lang) -> str:
    """Ask for a password, twice."""
    password: str = click.prompt(
        words.PASSWORD.say(lang), hide_input=True, confirmation_prompt=True
    )
    return password


def make_operator(email: str, password: str, lang: Lang) -> None:
    """Make an operator of whoever has that e-mail address, with this password from now on.

    Raises:
        Unable: it is no address, or the password is a bad one.
    """
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415
    from django.core.exceptions import ValidationError  # noqa: PLC0415  # Django is set up by now
    from django.core.validators import validate_email  # noqa: PLC0415  # likewise

    from tongbao.mall.people.models import User  # noqa: PLC0415  # likewise
    from tongbao.mall.people.roles import OPERATOR, grant  # noqa: PLC0415  # likewise

    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Unable(words.BAD_MAIL.fill(found=ascii(email[:_NO_ADDRESS]))) from None
    user = User.objects.filter(email=email).first() or User(email=email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Unable(words.BAD_PASSWORD.fill(reason=" ".join(error.messages))) from None
    user.set_password(password)
    user.is_active = True
    user.save()
    grant(user, OPERATOR)
    click.echo(words.OPERATOR.say(lang, email=email))


def remove_operator(email: str, lang: Lang) -> None:
    """Take the operator's role from whoever has that e-mail address; the log-in stays.

    Raises:
        Unable: nobody with that address has it.
    """
    from tongbao.mall.people.models import User  # noqa: PLC0415  # Django is set up by now
    from tongbao.mall.people.roles import OPERATOR, revoke  # noqa: PLC0415  # likewise

    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None or not revoke(user, OPERATOR):
        raise Unable(words.NO_OPERATOR.fill(email=ascii(email[:_NO_ADDRESS])[1:-1]))
    click.echo(words.NOT_OPERATOR.say(lang, email=email))


def list_operators(lang: Lang) -> None:
    """Print who holds the operator's role, since when, and who gave it."""
    from tongbao.mall.people.roles import OPERATOR, grants  # noqa: PLC0415  # Django is set up by now

    for one in grants(OPERATOR):
        by = one.granted_by.shown if one.granted_by else words.COMMAND_LINE.say(lang)
        filled = {"name": one.user.shown, "at": f"{one.granted_at:%Y-%m-%d %H:%M} UTC", "by": by}
        text = words.OPERATOR_LINE if one.user.is_active else words.OPERATOR_INACTIVE
        click.echo(text.say(lang, **filled))
