"""What pages of a demo say about it."""

from django import template

from tongbao.mall.demo import marker

register = template.Library()


@register.simple_tag
def demo_name() -> str:
    """Return which demo this mall is, nothing where it is a real one."""
    facts = marker.facts(marker.path())
    return "" if facts is None else str(facts["name"])
