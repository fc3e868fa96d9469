"""What shoppers say of goods: Oscar's reviews on the mall's own pages."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, connection, transaction
from django.db.models import Avg
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from oscar.core.loading import get_model

from tongbao.mall.shop.context import shop_of
from tongbao.mall.shop.pages import paged

Product = get_model("catalogue", "Product")
ProductReview = get_model("reviews", "ProductReview")
Vote = get_model("reviews", "Vote")

_PER_PAGE: Final = 10
_SCORES: Final = tuple((str(score), str(score)) for score in range(5, 0, -1))
_LONGEST: Final = 4000
# Product pages ask this; written as SQL, for building it from models took longer than running it.
# What was had is a line in a part of its merchant and kind that was received.
_RECEIVED: Final = """
SELECT 1 FROM sales_sale sale
JOIN order_line line ON line.order_id = sale.order_id
JOIN catalogue_product product ON product.id = line.product_id
JOIN merchants_merchant merchant ON merchant.partner_id = line.partner_id
JOIN sales_part part ON part.sale_id = sale.id AND part.merchant_id = merchant.id
WHERE sale.user_id = %(user)s AND sale.state = 'paid' AND part.state IN ('received', 'settled')
AND (product.id = %(product)s OR product.parent_id = %(product)s)
AND part.kind = CASE
    WHEN EXISTS (SELECT 1 FROM sales_faceline face WHERE face.line_id = line.id) THEN 'face'
    WHEN EXISTS (SELECT 1 FROM sales_voucherline voucher WHERE voucher.line_id = line.id)
    THEN 'voucher' ELSE 'goods' END
LIMIT 1
"""


class ReviewForm(forms.ModelForm):  # type: ignore[type-arg]  # Oscar's model has no type
    """One to five stars, a headline and the words."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("Stars"), choices=_SCORES, coerce=int, widget=forms.RadioSelect
    )
    title = forms.CharField(label=gettext_lazy("Headline"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("Your review"),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:  # noqa: D106  # as Django's documentation says
        model = ProductReview
        fields = ("score", "title", "body")


@require_safe
def listing(request: HttpRequest, product_slug: str, product_pk: str) -> HttpResponse:
    """Show all that people say of a good, the most helpful first."""
    del product_slug
    product = _public(product_pk)
    approved = ProductReview.objects.approved().filter(product=product)
    page = paged(
        request, approved.select_related("user").order_by("-delta_votes", "-pk"), _PER_PAGE
    )
    known = {
        "product": product,
        "page_obj": page,
        "may_review": has_received(request.user.pk, product.pk),
        "count": page.paginator.count,
        "rating": approved.aggregate(mean=Avg("score"))["mean"],
    }
    return render(request, "mall/reviews.html", known)


@login_required
def add(request: HttpRequest, product_slug: str, product_pk: str) -> HttpResponse:
    """Let somebody who has a good say something of it, once."""
    del product_slug
    product = _public(product_pk)
    if ProductReview.objects.filter(product=product, user=request.user.pk).exists():
        messages.info(request, _("You have already reviewed this."))
        return redirect(product.get_absolute_url())
    if not has_received(request.user.pk, product.pk):
        messages.info(request, _("Only who bought this and received it can review it."))
        return redirect(product.get_absolute_url())
    about = ProductReview(product=product, user_id=request.user.pk)
    form = ReviewForm(request.POST or None, instance=about)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:  # sent twice at the same moment: the first one stands
            pass
        messages.success(request, _said(form.instance))
        return redirect(f"{product.get_absolute_url()}#reviews")
    shop_of(request)
    return render(request, "mall/review_form.html", {"form": form, "product": product})


@require_POST
@login_required
def vote(request: HttpRequest, product_slug: str, product_pk: str, pk: str) -> HttpResponse:
    """Note that a review helped somebody, once each, and nobody their own."""
    review = get_object_or_404(ProductReview.objects.approved(), pk=pk, product=product_pk)
    _public(product_pk)
    if review.user_id != request.user.pk:
        with transaction.atomic():
            there = Vote.objects.filter(review=review, user=request.user.pk).exists()
            if not there:
                review.vote_up(request.user)
        messages.success(request, _("Thank you."))
    return redirect("catalogue:reviews-list", product_slug, product_pk)


def has_received(user_id: int | None, product_id: int) -> bool:
    """Say whether somebody bought a good, or a variant of it, paid for it, and has it."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, {"user": user_id, "product": product_id})
        return cursor.fetchone() is not None


def _public(pk: str) -> Any:  # noqa: ANN401  # Oscar has no types
    return get_object_or_404(Product, pk=pk, is_public=True, parent=None)


def _said(review: Any) -> str:  # noqa: ANN401  # Oscar has no types
    if review.status == ProductReview.APPROVED:
        return _("Thank you, your review is published.")
    return _("Thank you. Your review appears once the mall has read it.")
