"""Who uses the mall: one kind of user, for shoppers, merchants' staff and operators."""

import secrets
from typing import Any, ClassVar, Final

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from tongbao.plans.names import person_name

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another


def fresh_account() -> str:
    """Return a new name for a ledger account: it tells nothing about its owner."""
    return "m-" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def fresh_code() -> str:
    """Return a new referral code."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class Users(BaseUserManager["User"]):
    """Makes users."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by what `USERNAME_FIELD` holds."""
        return self.get(account=username)

    def create_user(self, email: str | None, password: str | None, **fields: Any) -> "User":  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Make a shopper; an e-mail address or a phone number must be there.

        Both count as verified: whoever calls this knows whose they are.
        """
        if not email and not fields.get("phone"):
            raise ValueError("A user has an e-mail address or a phone number.")
        fields.setdefault("phone_verified", bool(fields.get("phone")))
        user = self.model(email=person_name(email) if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        if user.email:
            addresses = apps.get_model("account", "EmailAddress").objects.using(self._db)
            addresses.create(user=user, email=user.email, verified=True, primary=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person. ``account`` is the member's name in the program's journal, which others may read.

    ``referrer`` is bound once and never changes. A user's member account is opened (enrolled)
    when something first needs it, see `tongbao.mall.people.members`; from ``sealed_at`` on, just
    before, nobody is bound any more. Whoever has left keeps ``account`` only, and ``left_at``.

    Django's and Oscar's flags and permissions (``is_staff``, ``is_superuser``) mean nothing here:
    who may do what is said by `RoleGrant`, and asked in `tongbao.mall.people.roles`.
    """

    account = models.CharField(max_length=64, unique=True, default=fresh_account, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)
    phone = PhoneNumberField(_("phone number"), unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=16, unique=True, default=fresh_code, editable=False)
    referrer = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="invited"
    )
    referred_at = models.DateTimeField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_terms = models.CharField(max_length=64, blank=True)  # `legal.Shown.stamp`
    agreed_privacy = models.CharField(max_length=64, blank=True)
    logouts = models.PositiveIntegerField(default=0)  # counting up ends all sessions
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "account"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects = Users()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=False)
                | models.Q(phone__isnull=False)
                | models.Q(left_at__isnull=False),
                name="user_reachable",
            ),
            models.CheckConstraint(
                condition=models.Q(referrer__isnull=True) | ~models.Q(referrer=models.F("id")),
                name="user_not_own_referrer",
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """How the mall calls this person."""
        return self.name or self.email or (str(self.phone) if self.phone else "—")

    @property
    def may_be_bound(self) -> bool:
        """Whether an inviter may still be named."""
        return self.referrer_id is None and self.sealed_at is None and self.enrolled_at is None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must hold to be this user's: Django's, and the count of logouts."""
        base: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # Django's own
        if not self.logouts:
            return base
        return salted_hmac(
            "people.logouts", f"{base}{self.logouts}", algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        """Return the name, as Oscar asks for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name, as Oscar asks for it."""
        return self.name

    @property
    def first_name(self) -> str:
        """The name, as Oscar's templates ask for it."""
        return self.name

    @property
    def last_name(self) -> str:
        """Nothing: the name is in one piece."""
        return ""


class RoleGrant(models.Model):
    """A role in the running of the mall that somebody holds; taken away, the row is gone."""

    class Role(models.TextChoices):
        """What there is to be."""

        OPERATOR = "operator"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role)
    granted_by = models.ForeignKey(  # nobody: at the command line
        User, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_once_each")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class Counter(models.Model):
    """A row of the cache that all processes share: Django's `DatabaseCache` reads and writes it.

    It is a model so that its table is there wherever the mall's tables are.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


class Guesses(models.Model):
    """How often the code that a session waits for was guessed; who waits cannot be told from it."""

    key = models.CharField(max_length=64, primary_key=True)
    guesses = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}…: {self.guesses}"


class LegalText(models.Model):
    """A version of the mall's own terms or privacy notice, in both languages; it never changes."""

    class Kind(models.TextChoices):
        """Which of the two."""

        TERMS = "terms", _("Terms")
        PRIVACY = "privacy", _("Privacy")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    body_en = models.TextField()
    body_zh = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class TextsOfDay(models.Model):
    """How many text messages one budget gave on a day of the mall, and how many it refused.

    ``key`` is a country's code, or the mark of a network, from which nobody can tell which it is.
    """

    class Kind(models.TextChoices):
        """Whose budget."""

        PLACE = "place"
        COUNTRY = "country"
        MALL = "mall"

    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=64, blank=True)
    sent = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "key"], name="texts_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.key[:8]}: {self.sent}"
