"""Signs and codes of currencies as they stand before or behind an amount, and what each may mean."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.currencies import MINOR_DIGITS

_DOLLARS: Final = (
    "USD AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD ARS SBD SGD SRD "
    "TTD TWD UYU XCD"
)
_MEANINGS: Final[Mapping[str, str]] = {
    "$": _DOLLARS,
    "¥": "CNY JPY",
    "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
    "€": "EUR",
    "₹": "INR",
    "₨": "INR PKR LKR NPR MUR SCR",
    **dict.fromkeys(("rs", "rs."), "INR PKR LKR NPR MUR SCR"),
    **dict.fromkeys(("₩", "원"), "KRW KPW"),
    **dict.fromkeys(("₽", "руб", "руб.", "р", "р."), "RUB"),
    **dict.fromkeys(("₴", "грн", "грн."), "UAH"),
    "₦": "NGN",
    "₱": "PHP",
    **dict.fromkeys(("₺", "tl"), "TRY"),
    **dict.fromkeys(("₫", "đ", "vnđ"), "VND"),
    "₪": "ILS",
    **dict.fromkeys(("฿", "บาท"), "THB"),
    "₡": "CRC",
    "₲": "PYG",
    **dict.fromkeys(("₵", "gh₵"), "GHS"),
    **dict.fromkeys(("₸", "тг", "тг."), "KZT"),
    "₼": "AZN",
    "₾": "GEL",
    "₭": "LAK",
    "₮": "MNT",
    "៛": "KHR",
    **dict.fromkeys(("৳", "tk", "tk."), "BDT"),
    "؋": "AFN",
    "﷼": "IRR SAR YER OMR QAR",
    **dict.fromkeys(("zł", "zl"), "PLN"),
    **dict.fromkeys(("kč", "kc"), "CZK"),
    **dict.fromkeys(("kr", "kr."), "SEK NOK DKK ISK"),
    **dict.fromkeys(("ft", "ft."), "HUF"),
    **dict.fromkeys(("lei", "leu"), "RON MDL"),
    **dict.fromkeys(("лв", "лв."), "BGN"),
    "br": "BYN ETB",
    "r$": "BRL",
    "r": "ZAR",
    "rm": "MYR",
    **dict.fromkeys(("rp", "rp."), "IDR"),
    **dict.fromkeys(("s/", "s/."), "PEN"),
    "b/.": "PAB",
    "bs": "BOB VES",
    "bs.": "BOB VES",
    "gs": "PYG",
    "q": "GTQ",
    "l": "HNL",
    "c$": "CAD NIO",
    "u$s": "USD",
    **dict.fromkeys(("us$", "$us", "dollar", "dollars"), "USD"),
    **dict.fromkeys(("hk$", "港元", "港币", "港幣"), "HKD"),
    **dict.fromkeys(("nt$", "nt", "新台币", "新臺幣", "新台幣", "台币", "台幣"), "TWD"),
    **dict.fromkeys(("s$", "sg$", "新加坡元"), "SGD"),
    **dict.fromkeys(("a$", "au$", "澳元"), "AUD"),
    **dict.fromkeys(("ca$", "加元"), "CAD"),
    **dict.fromkeys(("nz$",), "NZD"),
    **dict.fromkeys(("mx$", "mex$"), "MXN"),
    "ar$": "ARS",
    "col$": "COP",
    "clp$": "CLP",
    "rd$": "DOP",
    "tt$": "TTD",
    "ec$": "XCD",
    "mop$": "MOP",
    "澳门元": "MOP",
    **dict.fromkeys(("jp¥", "円", "日元", "日圆", "日圓"), "JPY"),
    **dict.fromkeys(("cn¥", "rmb", "rmb¥", "cnh", "人民币", "人民幣", "人民币元"), "CNY"),
    **dict.fromkeys(("元", "圆", "圓", "块"), "CNY TWD HKD"),
    **dict.fromkeys(("美元", "美金"), "USD"),
    **dict.fromkeys(("欧元", "歐元", "euro", "euros"), "EUR"),
    **dict.fromkeys(("英镑", "英鎊"), "GBP"),
    **dict.fromkeys(("韩元", "韓元", "韩币"), "KRW"),
    **dict.fromkeys(("泰铢", "泰銖"), "THB"),
    "卢布": "RUB",
    **dict.fromkeys(("fr", "fr.", "sfr", "sfr."), "CHF"),
    **dict.fromkeys(("cfa", "fcfa", "f"), "XOF XAF"),
    **dict.fromkeys(("ksh", "ksh."), "KES"),
    **dict.fromkeys(("tsh", "tsh."), "TZS"),
    **dict.fromkeys(("ush", "ush."), "UGX"),
    **dict.fromkeys(("د.إ", "dhs", "dhs."), "AED"),
    **dict.fromkeys(("dh", "dh."), "AED MAD"),
    **dict.fromkeys(("ر.س", "sr"), "SAR"),
    **dict.fromkeys(("kd", "د.ك"), "KWD"),
    **dict.fromkeys(("bd", "د.ب"), "BHD"),
    **dict.fromkeys(("ج.م", "le"), "EGP"),
}


def meanings_of(sign: str) -> frozenset[str]:
    """Return the currencies that a sign or a code may mean, none if it is not known.

    >>> sorted(meanings_of("€")), sorted(meanings_of("¥")), meanings_of("usd"), meanings_of("kg")
    (['EUR'], ['CNY', 'JPY'], frozenset({'USD'}), frozenset())
    """
    if sign.upper() in MINOR_DIGITS:
        return frozenset({sign.upper()})
    return frozenset(_MEANINGS.get(sign.casefold(), "").split())


def meanings_together(text: str) -> frozenset[str]:
    """Return the currencies that signs standing together may mean: «US $», «¥ CNY».

    >>> meanings_together("US $"), meanings_together("¥ CNY"), meanings_together("€ USD")
    (frozenset({'USD'}), frozenset({'CNY'}), frozenset())
    """
    joined = meanings_of("".join(text.split()))
    if joined:
        return joined
    each = [meanings_of(part) for part in text.split()]
    return frozenset.intersection(*each) if each else frozenset()


def currency_meant(meanings: frozenset[str], *likely: str | None) -> str:
    """Return the likely currency that is among the meanings, or else the first of the meanings.

    >>> currency_meant(frozenset({"USD", "CAD"}), None, "CAD"), currency_meant(frozenset({"EUR"}), "CAD")
    ('CAD', 'EUR')
    """
    fits = [code for code in (*likely, "USD", "CNY", "GBP", "SEK", "INR") if code in meanings]
    return fits[0] if fits else min(meanings)
