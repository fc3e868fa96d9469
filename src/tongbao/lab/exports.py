"""The exports that are known by their columns, and what the states of an order mean in them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from tongbao.plans.names import one_spelling
from tongbao.plans.words import Text


class Known(Struct, frozen=True, kw_only=True):
    """A known export: for each role the names, best first, that its column has.

    ``signs`` are columns that tell it from others without having a role;
    ``note`` is what its reader should know.
    """

    title: Text
    needed: Mapping[str, tuple[str, ...]]
    possible: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    signs: tuple[str, ...] = ()
    folded: bool = False
    paid_statuses: frozenset[str] | None = None
    note: Text | None = None


_WOO_PAID: Final = frozenset({"completed", "processing", "refunded"})
_SHOPIFY_PAID: Final = frozenset({"paid", "partially_refunded", "refunded"})
_EMAILS: Final = ("billing_email", "customer_email", "email_billing", "email")
_WOO_CUSTOMERS: Final = (*_EMAILS, "customer_id", "customer_user", "customer_user_id")

KNOWN: Final[tuple[Known, ...]] = (
    Known(
        title=Text("orders with amounts in minor units", "订单文件（金额以分计）"),
        needed={
            "order": ("order_id",),
            "customer": ("customer_id",),
            "time": ("timestamp",),
            "amount_minor": ("amount_minor",),
        },
        possible={"currency": ("currency",), "refund": ("is_refund",)},
    ),
    Known(
        title=Text("order lines with prices in thousandths", "订单明细文件（单价以千分之一计）"),
        needed={
            "order": ("order_id",),
            "customer": ("customer_id",),
            "time": ("ordered_at",),
            "quantity": ("quantity",),
            "unit_price_milli": ("unit_price_milli",),
        },
        possible={"currency": ("currency",)},
    ),
    Known(
        title=Text("Shopify's orders export", "Shopify 订单导出文件"),
        needed={
            "order": ("name",),
            "customer": ("email",),
            "time": ("paid_at", "created_at"),
            "amount": ("total",),
            "status": ("financial_status",),
        },
        possible={
            "second_time": ("created_at",),
            "refunded": ("refunded_amount",),
            "currency": ("currency",),
            "cancelled": ("cancelled_at", "canceled_at"),
            "own_id": ("id",),
        },
        folded=True,
        paid_statuses=_SHOPIFY_PAID,
    ),
    Known(
        title=Text("WooCommerce's orders export", "WooCommerce 订单导出文件"),
        needed={
            "order": ("order_id", "order_number", "order_number_formatted"),
            "customer": _WOO_CUSTOMERS,
            "time": ("order_date", "date", "date_created"),
            "amount": ("order_total", "order_total_amount"),
            "status": ("status", "order_status"),
        },
        possible={
            "refunded": ("refunded_total", "order_refund_amount", "refund_total"),
            "currency": ("order_currency", "currency"),
        },
        folded=True,
        paid_statuses=_WOO_PAID,
    ),
    Known(
        title=Text("WooCommerce's Analytics › Orders export", "WooCommerce 分析›订单 导出文件"),
        needed={
            "order": ("order",),
            "customer": ("customer",),
            "time": ("date",),
            "amount": ("net_sales", "n_revenue", "net_revenue"),
            "status": ("status",),
        },
        signs=("items_sold",),
        paid_statuses=_WOO_PAID,
        note=Text(
            "this export names customers only by name: two of one name count as one, and one who "
            "writes theirs in two ways counts as two; its net sales are without tax and shipping",
            "这种导出文件只有客户姓名：同名的两人会算作一人，一人用两种写法会算作两人；"
            "净销售额不含税费和运费",
        ),
    ),
)

PAID_STATES: Final = frozenset(
    {
        *(
            "paid",
            "complete",
            "completed",
            "processing",
            "shipped",
            "partially_shipped",
            "delivered",
        ),
        *("fulfilled", "partially_fulfilled", "captured", "settled", "succeeded", "success"),
        *("refunded", "partially_refunded", "partial_refund"),
        *("已付款", "已支付", "支付成功", "买家已付款", "买家已付款，等待卖家发货", "待发货"),
        *("已发货", "卖家已发货", "卖家已发货，等待买家确认", "待收货", "已收货", "已签收"),
        *(
            "交易成功",
            "交易完成",
            "已完成",
            "订单完成",
            "已退款",
            "部分退款",
            "退款成功",
            "全额退款",
        ),
    }
)
"""The states that count as paid in a column named as status."""

UNPAID_STATES: Final = frozenset(
    {
        *("unpaid", "pending", "pending_payment", "awaiting_payment", "on_hold", "failed"),
        *("cancelled", "canceled", "void", "voided", "expired", "declined", "draft"),
        *("checkout_draft", "authorized", "abandoned", "trash"),
        *("未付款", "未支付", "待付款", "待支付", "等待买家付款", "已取消", "取消", "交易关闭"),
        *("已关闭", "交易取消", "支付失败"),
    }
)
"""The states that do not."""

REFUNDED_STATES: Final = frozenset({"refunded", "已退款", "退款成功", "全额退款"})
"""The states in which all of an order was returned, where no amount says how much."""


def state_of(text: str) -> str:
    """Return a state without capitals, the blanks and hyphens in it as underscores.

    >>> state_of("wc-On hold"), state_of("on-hold")
    ('on_hold', 'on_hold')
    """
    name = one_spelling(text).casefold().removeprefix("wc-")
    return re.sub(r"[ _-]+", "_", name)
