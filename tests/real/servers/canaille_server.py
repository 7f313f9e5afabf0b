"""canaille (Authlib), with everything in memory. See part.py."""

import datetime

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend

import part

# A client that may not use HTTP Basic, except where it gives a token back.
POST = "partnerlink-post"

def main():
    server = part.Server()
    app = create_app({
        "SECRET_KEY": "only for tests",
        "SERVER_NAME": server.url.removeprefix("http://"),
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "FORCE_HTTPS": False, "ADMIN_EMAIL": None},
        "CANAILLE_OIDC": {"TRUSTED_DOMAINS": []},
    }, env_prefix="UNUSED_")
    with app.app_context():
        person = models.User(
            user_name=part.PERSON,
            formatted_name="Anna",
            family_name="Muster",
            emails=[part.EMAIL],
            password=part.PASSWORD,
        )
        Backend.instance.save(person)
        for client_id, method, secret in [
            (part.PUBLIC, "none", None),
            (part.CONFIDENTIAL, "client_secret_basic", part.SECRET),
            (POST, "client_secret_post", part.SECRET),
        ]:
            client = models.Client(
                client_id=client_id,
                client_name="Partner",
                client_secret=secret,
                client_id_issued_at=datetime.datetime.now(datetime.timezone.utc),
                redirect_uris=[part.REDIRECT_URI],
                grant_types=["authorization_code", "refresh_token"],
                response_types=["code"],
                scope=["openid", "profile", "email"],
                token_endpoint_auth_method=method,
            )
            Backend.instance.save(client)
            client.audience = [client]
            Backend.instance.save(client)
    server.serve(app, issuer=server.url, me="/oauth/userinfo", post=POST)


if __name__ == "__main__":
    main()
