"""django-oauth-toolkit, with a refresh token that turns at each use. See part.py."""

import tempfile

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

import part

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ROOM = tempfile.TemporaryDirectory()

settings.configure(
    SECRET_KEY="only for tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="__main__",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.admin",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{ROOM.name}/db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": KEY.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        "SCOPES": {"openid": "who signed in", "profile": "the name", "read": "the data"},
    },
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", LoginView.as_view(template_name="admin/login.html")),
    path("", include("oauth2_provider.urls")),
]


def main():
    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user(part.PERSON, part.EMAIL, part.PASSWORD)
    for client_id, kind, secret in [
        (part.PUBLIC, Application.CLIENT_PUBLIC, ""),
        (part.CONFIDENTIAL, Application.CLIENT_CONFIDENTIAL, part.SECRET),
    ]:
        Application.objects.create(
            name="Partner",
            client_id=client_id,
            client_type=kind,
            client_secret=secret,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=part.REDIRECT_URI,
            algorithm=Application.RS256_ALGORITHM,
        )
    server = part.Server()
    server.serve(get_wsgi_application(), issuer=server.url, me="/userinfo/")


if __name__ == "__main__":
    main()
