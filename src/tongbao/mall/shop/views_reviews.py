"""What shoppers say of goods: Oscar's reviews on the mall's own pages."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.db.models import Avg, F, Q
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
_HAD: Final = ("received", "settled")  # of a part of a sale: the goods are there


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
    its = Q(product=product_id) | Q(product__parent=product_id)
    lines = get_model("order", "Line").objects.filter(
        its,
        order__sale__user=user_id,
        order__sale__state="paid",
        order__sale__parts__merchant__partner=F("partner"),
        order__sale__parts__state__in=_HAD,
    )
    return bool(lines.exists())


def _public(pk: str) -> Any:  # noqa: ANN401  # Oscar has no types
    return get_object_or_404(Product, pk=pk, is_public=True, parent=None)


def _said(review: Any) -> str:  # noqa: ANN401  # Oscar has no types
    if review.status == ProductReview.APPROVED:
        return _("Thank you, your review is published.")
    return _("Thank you. Your review appears once the mall has read it.")
