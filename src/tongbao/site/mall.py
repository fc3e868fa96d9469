"""Django settings of a mall: one installation, one mall, one program of the ledger.

What differs between installations comes from the environment, besides TONGBAO_DATABASE:

TONGBAO_SECRET
    The key that signs sessions and links, at least 50 characters. An https mall needs it; another
    one, to try out, has a random one for as long as the process lasts.
TONGBAO_ADDRESS
    Where the mall is found, such as ``https://mall.example.com``; default http://localhost:8000.
    With https, cookies and all links are for https only, for a year and for all hosts below that
    one; a proxy in front speaks it, see TONGBAO_PROXY.
TONGBAO_FILES
    The folder of uploads and mails; default ``tongbao-files``.
TONGBAO_MAIL
    Where e-mails go, as ``smtp://user:password@host:port`` (``smtps``: TLS at once); without it
    they are written into TONGBAO_FILES/mail, a file each.
TONGBAO_SMS
    What sends text messages, as the dotted name of a class like `people.texts.Sender`; without
    it they are written into TONGBAO_FILES/sms, a file each.
TONGBAO_PROXY
    How many trusted proxies stand in front and add to X-Forwarded-For; default 0.
TONGBAO_SANDBOX
    ``yes`` offers the sandbox payment and top-up providers, which move no money.

Static files come from the packages as they lie there, with no step that collects them: compressed,
and by addresses that carry a mark of their content, kept for a year (`shop.delivery`). Counters of
codes and log-ins are in the database, for all processes and machines together (`CACHES`).
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from oscar.defaults import *  # noqa: F403  # Oscar's own way of giving its settings

from tongbao.mall.desk.menu import MENU
from tongbao.site.settings import *  # noqa: F403

_SECRET_CHARACTERS = 50
_address = urlsplit(os.environ.get("TONGBAO_ADDRESS", "http://localhost:8000"))
_secure = _address.scheme == "https"
_files = Path(os.environ.get("TONGBAO_FILES", "tongbao-files")).absolute()
_mail = urlsplit(os.environ.get("TONGBAO_MAIL", ""))

ADDRESS = f"{_address.scheme}://{_address.netloc}"
SECRET_KEY = os.environ.get("TONGBAO_SECRET") or ("" if _secure else secrets.token_urlsafe(50))
if len(SECRET_KEY) < _SECRET_CHARACTERS:
    raise ImproperlyConfigured("TONGBAO_SECRET is missing or shorter than 50 characters.")
DEBUG = False
ALLOWED_HOSTS = [_address.hostname or "localhost"]
if not _secure:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [ADDRESS]
SANDBOX = os.environ.get("TONGBAO_SANDBOX", "") == "yes"
FILES = _files

INSTALLED_APPS = [
    "tongbao.ledger",
    # Ours come first: their templates and translations go before the libraries'.
    "tongbao.mall.shop",
    "tongbao.mall.people",
    "tongbao.mall.notices",
    "tongbao.mall.merchants",
    "tongbao.mall.paying",
    "tongbao.mall.sales",
    "tongbao.mall.checkout.apps.CheckoutConfig",
    "tongbao.mall.wallet",
    "tongbao.mall.instore",
    "tongbao.mall.services",
    "tongbao.mall.desk",
    "tongbao.mall.team",
    "tongbao.mall.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.flatpages",  # Oscar's dashboard links to it
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "bootstrap",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "tongbao.mall.checkout.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "tongbao.mall.people.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tongbao.mall.shop.delivery.Delivery",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tongbao.mall.people.privacy.Private",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tongbao.mall.people.loading.Policy",
    "tongbao.mall.shop.unreadable.Readable",
    "tongbao.mall.people.waiting.Patience",
    "django_htmx.middleware.HtmxMiddleware",
    "tongbao.mall.checkout.lines.BasketMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tongbao.site.urls"
WSGI_APPLICATION = "tongbao.site.wsgi.application"
SITE_ID = 1
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["tongbao.mall.people.loading.Loader"])
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.core.context_processors.metadata",
                "tongbao.mall.shop.context.shop",
            ],
        },
    }
]

# ---- languages and formats: English is the source, Chinese is complete

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
USE_I18N = True
TIME_ZONE = "UTC"  # pages show the program's own time zone

# ---- people

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tongbao.mall.people.passwords.Length"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tongbao.mall.people.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# Our form asks for one of the two in one field; allauth wants to be told of both, one required.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_FORMS = {
    "signup": "tongbao.mall.people.forms.SignupForm",
    "login": "tongbao.mall.people.forms.LoginForm",
    "reset_password": "tongbao.mall.people.forms.ResetForm",
    "change_phone": "tongbao.mall.people.forms.NewPhoneForm",
    "add_email": "tongbao.mall.people.forms.NewEmailForm",
    "change_password": "tongbao.mall.people.forms.ChangePasswordForm",
    "set_password": "tongbao.mall.people.forms.SetPasswordForm",
    "reset_password_from_key": "tongbao.mall.people.forms.ResetPasswordForm",
    "reauthenticate": "tongbao.mall.people.forms.ReauthenticateForm",
    "confirm_email_verification_code": "tongbao.mall.people.forms.EmailCodeForm",
    "verify_phone": "tongbao.mall.people.forms.PhoneCodeForm",
    "confirm_password_reset_code": "tongbao.mall.people.forms.ResetCodeForm",
}
# Registering tells nobody who has an account here: whoever owns the address or the number gets a
# code, or a letter that there is an account already. Later log-ins need no code.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 1  # time each: a text costs money
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # seconds
# Three guesses a code, ten codes a day: guessed once in ten thousand years.
ACCOUNT_PASSWORD_RESET_BY_CODE_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": False}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one takes the place of the old
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # to change address or number
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,  # django-axes does that, for all processes together
    # How many codes a number or an address gets is counted in tongbao.mall.people.limits.
    "verify_phone": "10/m/ip",
    "confirm_email": "20/m/ip",
    "change_phone": "5/m/user",
    "reset_password": "20/m/ip",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
MALL_SMS_SENDER = os.environ.get("TONGBAO_SMS", "tongbao.mall.people.texts.Files")
# Whether something of a user's is under way, so that the account cannot be deleted yet.
MALL_LEAVING = ["tongbao.mall.sales.leaving.is_open", "tongbao.mall.wallet.leaving.is_open"]
# Who else erases what they know of somebody who has left; each may be called any number of times.
MALL_ERASING = [
    "tongbao.mall.sales.leaving.erase",
    "tongbao.mall.wallet.leaving.erase",
    "tongbao.mall.services.leaving.erase",
]

# ---- Oscar

OSCAR_SHOP_NAME = "Tongbao"
OSCAR_HOMEPAGE = "/"
OSCAR_ALLOW_ANON_REVIEWS = False
OSCAR_SLUG_ALLOW_UNICODE = True
# An order's money is its sale's; these words are for Oscar's dashboard.
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = OSCAR_LINE_STATUS_PIPELINE = {
    "Pending": (),  # nobody changes them by hand: they follow the sale
    "Paid": (),
    "Cancelled": (),
}
OSCAR_DASHBOARD_DEFAULT_ACCESS_FUNCTION = "tongbao.mall.people.dashboard.seeing.may_see"
OSCAR_DASHBOARD_NAVIGATION = [*MENU]
OSCAR_HIDDEN_FEATURES = ["wishlists"]
OSCAR_REQUIRED_ADDRESS_FIELDS = ("first_name", "line1", "line4", "country")  # one name field
OSCAR_DEFAULT_CURRENCY = os.environ.get("TONGBAO_CURRENCY", "CNY")
# Searching is ours (tongbao.mall.shop.search); Oscar only wants to find a haystack.
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}

# ---- what the mall's apps do for one another, by name, so that none imports a later one

# When a provider's charge is decided: called in the transaction that notes it.
MALL_CHARGE_HANDLERS = {"sale": "tongbao.mall.sales.paid.on_charge"}
# Whether what a declined charge was for still waits for its money, so that a late payment counts.
MALL_CHARGE_AWAITED = {"sale": "tongbao.mall.sales.paid.is_awaited"}
# When money of a charge has gone back: called in the transaction that notes it.
MALL_REFUND_HANDLERS = {"sale": "tongbao.mall.sales.paid.on_refund"}
# What the page after paying shows of it.
MALL_CHARGE_PAGES = {"sale": "tongbao.mall.sales.paid.standing"}
# When a sale is placed: called with it, in the transaction that writes it, with its order and parts.
MALL_SALE_PLACED = ["tongbao.mall.services.faces.on_placed"]
# When a sale is paid or cancelled: called with it, in the transaction that notes it.
MALL_SALE_PAID = ["tongbao.mall.services.fulfil.on_paid"]
MALL_SALE_CANCELLED = [
    "tongbao.mall.services.fulfil.on_cancelled",
    "tongbao.mall.instore.till.on_cancelled",
    "tongbao.mall.checkout.frozen.on_cancelled",
]
# Whether something of a paid part was had already, so that it cannot be cancelled any more.
MALL_PART_BEGUN = ["tongbao.mall.services.fulfil.is_begun"]
# Whether a part whose goods were handed over still waits for something else of it.
MALL_PART_WAITS = ["tongbao.mall.services.fulfil.waits"]
# When somebody approves a return: called with it before, in the same transaction; may raise NotNow.
MALL_RETURN_APPROVING = ["tongbao.mall.services.units.on_approving"]
# When the ledger did not accept that a part is cancelled: called with its return, likewise.
MALL_RETURN_UNDONE = ["tongbao.mall.services.units.on_undone"]
# What of a part's vouchers and top-ups could come back, by line.
MALL_LINE_UNITS = "tongbao.mall.services.units.of_lines"
# How long after its payment something may be used at most, at that moment.
MALL_LONGEST_USE = "tongbao.mall.services.kinds.longest_use"
# When a return is carried out: called with it, in the transaction that notes it.
MALL_RETURN_DONE = ["tongbao.mall.services.fulfil.on_returned"]
# The form that puts something into the basket.
MALL_BASKET_FORM = "tongbao.mall.services.forms.AddForm"
# What a sale of each product leaves whoever sells it; whether a product's form may be saved.
MALL_PRODUCT_LEAVES = "tongbao.mall.desk.goods.work_out"
MALL_PRODUCT_CHECK = "tongbao.mall.desk.goods.check_form"
MALL_PAYMENT_PROVIDERS = ["tongbao.mall.paying.sandbox.Sandbox"] if SANDBOX else []
MALL_TOPUP_PROVIDERS = ["tongbao.mall.services.sandbox.Sandbox"] if SANDBOX else []
# Who pays what members withdraw; empty: the operator does, by hand.
MALL_PAYOUTS = "tongbao.mall.wallet.payouts.Sandbox" if SANDBOX else ""
MALL_LEAST_WITHDRAWAL = 100  # minor units

# ---- what all processes share, in the database: how often codes and log-ins are asked for
#
# A table does what files cannot: adding a key lets one process through, which locks need; and
# several machines share it. Nothing else uses it, so that it is touched by such requests only.
# Rows leave when they expire; only beyond so many would living ones be culled.

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_counter",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    # Of one process: where thumbnails are; lost, it is read from the database again.
    "here": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# ---- files and mails

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = _files / "media"
# Nobody else on this machine reads what the mall writes: uploads, mails, texts, an SQLite database.
os.umask(0o077)
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STORAGES = {
    "default": {"BACKEND": "tongbao.mall.people.uploads.Pictures"},
    "staticfiles": {"BACKEND": "tongbao.mall.shop.delivery.Marked"},
}
# Files come as they lie in the packages, each by its mark: no step collects them beforehand.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600  # seconds, of a file that is asked for without its mark
THUMBNAIL_CACHE = "here"
THUMBNAIL_REDIS_DB = None
if _mail.scheme:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(EMAIL_HOST_USER)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = _files / "mail"
EMAIL_TIMEOUT = 20  # seconds: a mail server that says nothing keeps nobody longer
DEFAULT_FROM_EMAIL = OSCAR_FROM_EMAIL = f"mall@{_address.hostname or 'localhost'}"

# ---- safety

# Cookies know no ports: malls that share a host, such as the two demos, must not share them.
_at = f"_{_address.port}" if _address.port else ""
SESSION_COOKIE_NAME = f"sessionid{_at}"
CSRF_COOKIE_NAME = f"csrftoken{_at}"
LANGUAGE_COOKIE_NAME = f"language{_at}"
OSCAR_BASKET_COOKIE_OPEN = f"oscar_open_basket{_at}"
OSCAR_RECENTLY_VIEWED_COOKIE_NAME = f"oscar_history{_at}"
OSCAR_COOKIES_DELETE_ON_LOGOUT = [OSCAR_RECENTLY_VIEWED_COOKIE_NAME]
SESSION_ENGINE = "tongbao.mall.people.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
OSCAR_BASKET_COOKIE_SECURE = OSCAR_RECENTLY_VIEWED_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = _secure
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_proxies = int(os.environ.get("TONGBAO_PROXY", "0"))
if _proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = _proxies
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours, from the last attempt before the lock
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "tongbao.mall.people.throttle.typed"
AXES_CLIENT_IP_CALLABLE = "tongbao.mall.people.throttle.address"
AXES_CLIENT_STR_CALLABLE = "tongbao.mall.people.throttle.unnamed"
AXES_LOCKOUT_CALLABLE = "tongbao.mall.people.views.locked"
AXES_SENSITIVE_PARAMETERS = ["login", "password", "password1", "oldpassword", "code"]
AXES_DISABLE_ACCESS_LOG = True  # successful log-ins are nobody's business
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "worker-src": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []
