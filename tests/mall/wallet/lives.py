"""Members who have lived a while in the mall: purchases and closed days, through the ledger."""

from datetime import date, timedelta

from tests.mall.stage import Mall
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User

FIRST_DAY = date(2026, 9, 1)


def lived_in(
    mall: Mall, user: User, *, first: int = 0, days: int = 3, each_day: int = 4, others: int = 5
) -> None:
    """Let so many days pass, each with some purchases of others and one of the member's.

    ``first`` are the days that passed before. A purchase is of 100.00 and more, with a margin of 35 percent.
    """
    enrolled(user, mall.ledger)
    commands: list[dict[str, object]] = []
    for day in range(first, first + days):
        on = FIRST_DAY + timedelta(days=day)
        for number in range(each_day):
            paid = 10_000 + 137 * ((day * each_day + number) % 40)
            buyer = user.account if number == 0 else f"other-{number % others}"
            commands.append(
                {
                    "id": f"{on}-{number}",
                    "type": "purchase",
                    "member": buyer,
                    "paid": paid,
                    "profit": paid * 35 // 100,
                    "at": f"{on}T{10 + number % 12}:30:00+08:00",
                }
            )
        commands.append({"id": f"close-{on}", "type": "close_day", "day": str(on)})
    outcomes = mall.ledger.submit_many(commands)
    assert all(outcome.ok for outcome in outcomes)
