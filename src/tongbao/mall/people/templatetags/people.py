"""How pages write a postal address: in the order of its country, everywhere the same."""

from django import template

from tongbao.mall.people.addresses import address_line, address_lines

register = template.Library()
register.filter("address_line", address_line)
register.filter("address_lines", address_lines)
