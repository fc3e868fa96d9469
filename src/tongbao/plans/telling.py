"""One plan's worked numbers, said in one language: the paragraphs and tables of `plan show`."""

from collections.abc import Iterator

from msgspec import Struct

from tongbao.engine.units import BPS, ceil_div
from tongbao.plans import explain_texts as texts
from tongbao.plans.estimates import ASSUMED_PROFIT, coverage, orders_to_supply_limit
from tongbao.plans.fields import FIELDS, Field
from tongbao.plans.files import PlanFile
from tongbao.plans.findings import Subject
from tongbao.plans.layout import Table
from tongbao.plans.money import format_money, format_percent, format_points
from tongbao.plans.words import Lang, Text, plain
from tongbao.plans.worked import SNAPSHOT, Left, Referred, Worked

Block = str | Table


class Teller(Struct, frozen=True):
    """Says one plan's worked numbers in one language."""

    file: PlanFile
    worked: Worked
    lang: Lang

    def refusal(self) -> Iterator[Block]:
        """Say that the engine refuses the sample order."""
        yield self._say(
            texts.SAMPLE_REFUSED,
            sample=self._money(self.worked.sample),
            assumption=self._assumption(),
            error=self.worked.refused,
        )

    def order(self) -> Iterator[Block]:
        """Say where the money of an order goes."""
        worked = self.worked
        parts = ((texts.TO_RESERVE, worked.contribution), (texts.TO_DIVIDENDS, worked.dividend))
        spent = (*parts, (texts.TO_REFERRERS, worked.commission))
        kept = worked.sample - sum(amount for _, amount in spent)
        rows = [(part.say(self.lang), self._money(amount)) for part, amount in spent if amount]
        yield self._say(
            texts.ORDER_LEAD, sample=self._money(worked.sample), assumption=self._assumption()
        )
        yield Table((*rows, (texts.TO_SHOP.say(self.lang), self._money(kept))), left=1)

    def points(self) -> Iterator[Block]:
        """Say what buyers receive, how the price moves and who gains from whom."""
        plan, worked = self.file.plan, self.worked
        yield self._say(
            texts.PRICE, issue=self._money(plan.issue_price), grant=format_percent(plan.grant_bps)
        )
        if plan.spend_per_point is not None:
            yield self._say(
                texts.LINEAR,
                spend=self._money(plan.spend_per_point),
                paid=self._money(worked.linear_paid),
                points=format_points(worked.linear_points),
            )
        yield self._say(texts.TABLE_LEAD, sample=self._money(worked.sample))
        yield self._steps()
        granted = plan.grant_bps + sum(plan.referral_points_bps)
        if granted < BPS:
            kept = format_percent(BPS - granted)
            yield self._say(texts.PRICE_MOVES, kept=kept)
        else:
            yield self._say(texts.PRICE_STAYS, fee=format_percent(plan.exit_fee_bps))
        if worked.holders:
            rule = texts.WHO_GAINS if worked.below_average else texts.ALL_ALIKE
            yield self._say(
                rule,
                orders=SNAPSHOT,
                reserve=self._money(worked.reserve),
                holders=worked.holders,
                average=self._money(worked.reserve // worked.holders),
                below=worked.below_average,
            )

    def taking_out(self) -> Iterator[Block]:
        """Say what points bring: cash, goods, credit."""
        plan, worked = self.file.plan, self.worked
        if not plan.cash_redemption:
            yield self._say(texts.NO_SELLING)
        elif worked.early is not None and worked.late is not None:
            fee = format_percent(plan.exit_fee_bps)
            yield self._say(texts.SELLING, orders=SNAPSHOT, fee=fee)
            yield self._sales(worked.early, worked.late)
        yield self._say(texts.GOODS, fee=format_percent(plan.goods_fee_bps))
        yield self._say(texts.CREDIT, quota=format_percent(plan.merchant_quota_bps))
        yield self._say(texts.WALLET if plan.cash_withdrawal else texts.WALLET_STAYS)

    def quota(self) -> Iterator[Block]:
        """Say what the ceiling is and how far it can be filled."""
        plan, worked = self.file.plan, self.worked
        yield self._say(
            texts.CEILING,
            sample=self._money(worked.sample),
            quota=self._money(worked.quota),
            fee=format_percent(plan.exit_fee_bps),
        )
        share = coverage(plan)
        filled = share.at(ASSUMED_PROFIT)
        if filled is not None:
            rule = texts.FILLED if filled < 1 else texts.FILLED_WHOLE
            assuming = texts.ASSUMING if share.depends_on_profit else plain("")
            bps = ceil_div(filled.numerator * BPS, filled.denominator)
            profit = format_percent(int(ASSUMED_PROFIT * BPS))
            yield self._say(
                rule, share=format_percent(bps), assuming=self._say(assuming, profit=profit)
            )
        if worked.first_exit is not None:
            yield self._say(texts.FIRST_EXIT, order=f"{worked.first_exit:,}")
        else:
            yield self._say(texts.NO_EXIT)

    def dividends(self) -> Iterator[Block]:
        """Say what is paid on points at a day's close."""
        plan, worked = self.file.plan, self.worked
        if not plan.dividend_bps:
            yield self._say(texts.NO_DIVIDENDS)
            return
        base = texts.BASES[plan.dividend_base].say(self.lang)
        yield self._say(texts.DIVIDEND_RULE, rate=format_percent(plan.dividend_bps), base=base)
        if worked.early is not None and worked.late is not None:
            yield self._say(
                texts.DIVIDEND_EXAMPLE,
                orders=SNAPSHOT,
                paid=self._money(worked.distributed),
                early=worked.early.order,
                early_paid=self._money(worked.early.dividend),
                late=worked.late.order,
                late_paid=self._money(worked.late.dividend),
            )
        if worked.forced_out:
            yield self._say(texts.FORCED_OUT, members=worked.forced_out)

    def referral(self) -> Iterator[Block]:
        """Say what referrers get, level by level."""
        for level in self.worked.referred:
            yield self._say(
                texts.REFERRED[level.level],
                sample=self._money(self.worked.sample),
                got=self._got(level),
            )
            if level.cash_without_purchase:
                cash = self._money(level.cash_without_purchase)
                yield self._say(texts.CASH_ANYWAY, cash=cash)
        if not self.worked.referred:
            yield self._say(texts.NO_REFERRAL)
        elif any(self.file.plan.referral_points_bps):
            yield self._say(texts.NEEDS_QUOTA)

    def limits(self) -> Iterator[Block]:
        """Say what ends the points, a pool, a holding."""
        plan = self.file.plan
        sample = Subject(self.file).sample
        orders = orders_to_supply_limit(plan, sample)
        limit = format_points(plan.max_supply)
        if orders is None:
            yield self._say(texts.LIMIT_NEVER, limit=limit)
        else:
            sales = self._money(orders * sample)
            yield self._say(
                texts.LIMIT,
                limit=limit,
                orders=f"{orders:,}",
                sample=self._money(sample),
                sales=sales,
            )
        yield self._say(
            texts.LEAST,
            supply=format_points(plan.min_supply),
            holding=format_points(plan.min_holding),
            issue=self._money(plan.issue_price),
        )

    def no_promise(self) -> Iterator[Block]:
        """Say what nobody can count on."""
        worked = self.worked
        yield self._say(texts.NO_GROWTH)
        yield self._say(texts.NO_QUOTA)
        yield self._say(
            texts.ALL_LEAVE,
            sample=self._money(worked.sample),
            contribution=self._money(worked.contribution),
        )
        yield self._say(texts.LAW)

    def figures(self) -> Iterator[Block]:
        """List every figure of the plan, also those that the file does not write."""
        rows = [(self.file.key(f.engine), f.label.say(self.lang), self._shown(f)) for f in FIELDS]
        yield Table(tuple(rows), left=2)
        if self.file.defaulted:
            yield self._say(texts.DEFAULTED, keys=", ".join(self.file.defaulted))

    def _got(self, level: Referred) -> str:
        """Name what a referrer gets: points, cash, or both."""
        points = format_points(level.points)
        parts = [self._say(texts.IN_POINTS, points=points, worth=self._money(level.worth))]
        if level.cash:
            parts.append(self._say(texts.IN_CASH, cash=self._money(level.cash)))
        return texts.AND.say(self.lang).join(parts[0 if level.points else -1 :])

    def _steps(self) -> Table:
        heads = tuple(head.say(self.lang) for head in texts.STEP_HEADS)
        rows = [
            (
                f"{step.orders:,}",
                format_points(step.points),
                step.price,
                "-" if step.first_value is None else self._money(step.first_value),
            )
            for step in self.worked.steps
        ]
        return Table((heads, *rows))

    def _sales(self, *sellers: Left) -> Table:
        heads = tuple(head.say(self.lang) for head in texts.SALE_HEADS)
        rows = [
            (
                str(seller.order),
                format_points(seller.points),
                *(
                    "-" if amount is None else self._money(amount)
                    for amount in (seller.gross, seller.fee, seller.net)
                ),
            )
            for seller in dict.fromkeys(sellers)
        ]
        return Table((heads, *rows))

    def _shown(self, field: Field) -> str:
        value = getattr(self.file.plan, field.engine)
        if value is None:
            return texts.NONE.say(self.lang)
        if field.kind == "money":
            return self._money(value)
        if field.kind == "points":
            return format_points(value)
        if field.kind == "percent":
            return format_percent(value)
        if field.kind == "percents":
            return ", ".join(map(format_percent, value)) or texts.NONE.say(self.lang)
        return texts.WORDS[value].say(self.lang)

    def _assumption(self) -> str:
        profit = self.worked.profit
        if profit is None:
            return ""
        return self._say(texts.ASSUMPTION, profit=self._money(profit))

    def _money(self, minor: int) -> str:
        return format_money(minor, self.file.currency, self.lang)

    def _say(self, text: Text, **values: object) -> str:
        return text.say(self.lang, **values)
