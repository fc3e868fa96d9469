"""Messages, and who wants which by e-mail."""

from django.conf import settings
from django.db import models


class Notice(models.Model):
    """A message to a person: its kind and its facts; the words are found when it is read.

    ``key`` names what it is about, so that telling twice is telling once. Once ``mailed_at`` is
    set nothing more is done about an e-mail; if it was not sent, ``mail_trouble`` says why
    (`tongbao.mall.people.mail.Trouble`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=200, unique=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True, blank=True)
    mail_trouble = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(
                fields=["id"], condition=models.Q(mailed_at__isnull=True), name="notice_to_mail"
            ),
        ]


class Choice(models.Model):
    """That somebody does not want a kind of message; the legal ones cannot be switched off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    kind = models.CharField(max_length=32)
    in_mall = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice")]
