"""The ledger's tables. Only this room writes them, and by explicit SQL (see `storage`).

Every key, constraint and index leads with the program's id, which the application made; nothing
refers to another program's rows, nothing counts with a sequence: so every table but
`ledger_program` can be distributed by program (docs/operations). Money in minor units, points in
atoms, index, marks and keys scaled, as in spec/engine.md.
"""

from django.db import models
from django.db.models import Q

from tongbao.ledger.fields import KeyField, NameField, WholeField

PROGRAM = "program"


class Program(models.Model):
    """The directory of programs: small, rarely written, the same everywhere (a reference table)."""

    program = models.BigIntegerField(primary_key=True)
    name = NameField(unique=True)
    currency = models.TextField()
    timezone = models.TextField()
    plan_notice_days = models.IntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_program"


class Head(models.Model):
    """Where a program stands: the one row that settling locks and every batch rewrites.

    ``status`` is draft, running or paused. ``number`` and ``hash`` are the last entry's;
    ``turnover`` is JSON: the sums moved since the beginning, by cause, source and target.
    """

    program = models.BigIntegerField(primary_key=True)
    status = models.TextField()
    number = models.BigIntegerField()
    hash = models.TextField()
    plan = models.TextField()
    plan_version = models.IntegerField()
    next_plan_at = models.DateTimeField(null=True)
    turnover = models.TextField()
    reserve = WholeField()
    supply = WholeField()
    treasury = WholeField()
    issued = WholeField()
    burned = WholeField()
    dividend_fund = WholeField()
    dividend_payable = WholeField()
    dividend_index = WholeField()
    paid_out = WholeField()
    refunded = WholeField()
    last_day = models.TextField()
    closes = models.BigIntegerField()
    opened = models.BigIntegerField()
    money_in = WholeField()
    points = WholeField()
    wallets = WholeField()
    credit = WholeField()
    marked = WholeField()
    fractions = WholeField()

    class Meta:
        db_table = "ledger_head"


class Account(models.Model):
    """An account as it stands: a cache of the journal.

    ``exit_bound``, only while it holds points, is no higher than its exit key: the key grows with
    most purchases, and the bound is brought up only when the price comes near it (see `store`).
    """

    pk = models.CompositePrimaryKey(PROGRAM, "name")
    program = models.BigIntegerField()
    name = NameField()
    kind = models.TextField()
    opening = models.BigIntegerField()
    referrer = NameField(null=True)
    frozen = models.BooleanField(default=False)
    points = WholeField()
    quota = WholeField()
    owed = WholeField()
    wallet = WholeField()
    credit = WholeField()
    mark = WholeField()
    fraction = WholeField()
    gained = WholeField()
    lost = WholeField()
    taken = WholeField()
    forfeited = WholeField()
    exit_bound = KeyField(null=True)

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.UniqueConstraint(fields=(PROGRAM, "opening"), name="ledger_account_opening"),
        )
        indexes = (
            models.Index(
                fields=(PROGRAM, "exit_bound", "opening"),
                name="ledger_account_exit",
                condition=Q(exit_bound__isnull=False),
            ),
            models.Index(
                fields=(PROGRAM, "referrer"),
                name="ledger_account_referrer",
                condition=Q(referrer__isnull=False),
            ),
        )


class Entry(models.Model):
    """The journal: append-only, without gaps, each entry's hash over the one before and its body.

    ``command_id`` is absent at the genesis, entry 0; ``body`` is the canonical JSON.
    """

    pk = models.CompositePrimaryKey(PROGRAM, "number")
    program = models.BigIntegerField()
    number = models.BigIntegerField()
    command_id = NameField(null=True)
    body = models.TextField()
    hash = models.TextField()

    class Meta:
        db_table = "ledger_entry"
        constraints = (
            models.UniqueConstraint(fields=(PROGRAM, "command_id"), name="ledger_entry_id"),
        )


class Line(models.Model):
    """A statement's line: how an account stood after an entry that touched it."""

    pk = models.CompositePrimaryKey(PROGRAM, "account", "number")
    program = models.BigIntegerField()
    account = NameField()
    number = models.BigIntegerField()
    points = WholeField()
    quota = WholeField()
    owed = WholeField()
    wallet = WholeField()
    credit = WholeField()
    mark = WholeField()
    fraction = WholeField()

    class Meta:
        db_table = "ledger_line"


class Day(models.Model):
    """A closed day: the figures after its close, and the turnover until then.

    ``figures`` and ``turnover`` are JSON, as they stood in the head; ``number`` is the entry.
    """

    pk = models.CompositePrimaryKey(PROGRAM, "day")
    program = models.BigIntegerField()
    day = NameField()
    number = models.BigIntegerField()
    figures = models.TextField()
    turnover = models.TextField()

    class Meta:
        db_table = "ledger_day"
        constraints = (models.UniqueConstraint(fields=(PROGRAM, "number"), name="ledger_day_no"),)


class Refunded(models.Model):
    """How much of a purchase was refunded, in minor units; absent while nothing was."""

    pk = models.CompositePrimaryKey(PROGRAM, "purchase")
    program = models.BigIntegerField()
    purchase = NameField()
    refunded = WholeField()

    class Meta:
        db_table = "ledger_refunded"


class Inbox(models.Model):
    """Commands that wait, and what became of those that were not accepted.

    ``ticket`` orders them as they came; rows of one ``bundle`` follow one another and are accepted
    all or none. An accepted command leaves the inbox for the journal; ``outcome`` (JSON) tells why
    another did not. A command's id may wait more than once, so that nobody has to wait for another's
    open transaction; it is unique in the journal, and counts once.
    """

    pk = models.CompositePrimaryKey(PROGRAM, "ticket")
    program = models.BigIntegerField()
    ticket = NameField()
    command_id = NameField()
    bundle = NameField(null=True)
    command = models.TextField()
    guard = models.TextField(null=True)
    arrived_at = models.DateTimeField()
    outcome = models.TextField(null=True)

    class Meta:
        db_table = "ledger_inbox"
        indexes = (
            models.Index(fields=(PROGRAM, "command_id"), name="ledger_inbox_command"),
            models.Index(
                fields=(PROGRAM, "ticket"),
                name="ledger_inbox_waiting",
                condition=Q(outcome__isnull=True),
            ),
        )


class PlanVersion(models.Model):
    """A plan as announced: never edited. ``number`` is the entry that brought it into force."""

    pk = models.CompositePrimaryKey(PROGRAM, "version")
    program = models.BigIntegerField()
    version = models.IntegerField()
    plan = models.TextField()
    announced_at = models.DateTimeField()
    announced_by = models.TextField()
    effective_at = models.DateTimeField()
    number = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_plan_version"


class Freeze(models.Model):
    """Who froze or released an account, when and why: append-only, ``serial`` per account."""

    pk = models.CompositePrimaryKey(PROGRAM, "account", "serial")
    program = models.BigIntegerField()
    account = NameField()
    serial = models.IntegerField()
    frozen = models.BooleanField()
    at = models.DateTimeField()
    who = models.TextField()
    why = models.TextField()

    class Meta:
        db_table = "ledger_freeze"


class Delivery(models.Model):
    """How far a receiver of the journal has come; each entry reaches it at least once."""

    pk = models.CompositePrimaryKey(PROGRAM, "receiver")
    program = models.BigIntegerField()
    receiver = NameField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "ledger_delivery"
