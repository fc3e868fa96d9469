"""Templates under a strict Content-Security-Policy, Oscar's too."""

import re
from pathlib import Path
from typing import Any, Final

import oscar
from csp.constants import NONCE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.template import Origin
from django.template.loaders import app_directories

from tongbao.mall.people.dashboard.served import is_served

_OSCARS: Final = str(Path(oscar.__file__).parent)
_INLINE: Final = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\bnonce=)")
_BACK: Final = re.compile(r"""\son\w+=(?:"[^"]*history\.(?:go|back)[^"]*"|'[^']*history\.[^']*')""")
_LINK: Final = re.compile(r"<a\b([^<>]*)>(.*?)</a>", re.DOTALL)
_NAMED: Final = re.compile(r"""\{%\s*url\s+["']([^"']+)["']""")
_CLOSE: Final = re.compile(r"""\sonclick="window\.close\(\)[^"]*\"""")


class Loader(app_directories.Loader):
    """Finds templates in apps; gives inline scripts that Oscar wrote the nonce of the page.

    Links of Oscar's to pages of its own that the mall does not serve are left out.

    It works on the templates as they lie in Oscar's package: a script that somebody smuggles into
    a page as data gets no nonce, and does not run.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return a template's text."""
        text = super().get_contents(origin)
        if not str(origin.name).startswith(_OSCARS):
            return text
        text = _LINK.sub(_linked, text)
        text = _INLINE.sub('<script nonce="{{ request.csp_nonce }}"', text)
        return _CLOSE.sub(" data-window-close", _BACK.sub(" data-go-back", text))


def _linked(link: re.Match[str]) -> str:
    """Return a link of Oscar's; where its page is not served, only its words, or nothing in a menu."""
    if all(map(is_served, _NAMED.findall(link[1]))) and "range.get_absolute_url" not in link[1]:
        return link[0]
    return "" if "dropdown-item" in link[1] else link[2]


class Policy(CSPMiddleware):
    """Sends the policy; in the operators' dashboard inline styles are allowed, scripts nowhere."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002  # its parent's
    ) -> PolicyParts:
        """Return what the header is built from."""
        parts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith("/dashboard/"):
            loose: dict[str, Any] = {
                "style-src": [SELF, UNSAFE_INLINE],
                "script-src": [SELF, NONCE],
            }
            parts.replace = {**(parts.replace or {}), **loose}
        return parts
