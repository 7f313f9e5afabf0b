// A certified OpenID provider that nobody here wrote (npm oidc-provider), on 127.0.0.1, for the tests.
//
//   node oidc-server.mjs [--port N] [--rotate] [--ttl SECONDS] [--refresh-ttl SECONDS]
//                        [--dpop] [--slow MILLISECONDS] [--for SECONDS]
//
//   --port         0 (the default) takes a free one
//   --rotate       a new refresh token at each refresh; spending an old one kills the whole family.
//                  Without it a refresh answers the same refresh token again.
//   --ttl          life of an access token, 3600 by default; a short one lets a test refresh
//   --refresh-ttl  life of a refresh token, 14 days by default
//   --dpop         the public client's tokens are bound to a key (RFC 9449), and each proof needs a nonce
//   --slow         holds each token answer back so long after it took effect: the moment to kill a client
//   --for          ends by itself after this time, 600 by default
//
// One line of JSON on stdout when ready: the URLs, the two clients, the counts' URL. Nothing else ever
// goes to stdout, so a test need not drain it. It ends when stdin closes: nothing outlives its test.
//
// GET /counts answers what the token endpoint has seen, so that a test can say "one refresh, no reuse":
//   {"authorization_code":{"ok":1},"refresh_token":{"ok":1,"invalid_grant":1},"reuse":1,"revocation":{"ok":0}}
//
// Its login page takes any name with any password; "anna" becomes anna@example.test.

import './old-node.mjs'; // before oidc-provider, which is why that is imported further down
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    rotate: { type: 'boolean', default: false },
    ttl: { type: 'string', default: '3600' },
    'refresh-ttl': { type: 'string', default: String(14 * 24 * 3600) },
    dpop: { type: 'boolean', default: false },
    slow: { type: 'string', default: '0' },
    for: { type: 'string', default: '600' },
  },
});

const number = (name) => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) {
    console.error(`oidc-server: --${name} ${values[name]} is not a whole number`);
    process.exit(2);
  }
  return value;
};
const port = number('port');
const ttl = number('ttl');
const refreshTtl = number('refresh-ttl');
const slow = number('slow');
const lifetime = number('for');

// Before anything else, so that neither a hanging import nor a busy port leaves the process behind.
setTimeout(() => process.exit(0), lifetime * 1000);
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
// The library speaks on console.info too; stdout belongs to the one line.
console.info = console.log = console.error;

const { Provider } = await import('oidc-provider');

// Every character class that RFC 6749 section 2.3.1 wants form-encoded before HTTP Basic.
const SECRET = 'only+for/tests: 100% "basic"';
// RFC 8252 section 7.3: a native client's loopback redirect URI matches on any port, so this is every port.
const REDIRECT_URIS = [
  'http://127.0.0.1/callback/oidc',
  ...[17871, 17872, 17873].map((fixed) => `http://127.0.0.1:${fixed}/callback/oidc`),
];
const client = {
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: REDIRECT_URIS,
};

const counts = { authorization_code: { ok: 0 }, refresh_token: { ok: 0 }, reuse: 0, revocation: { ok: 0 } };

function count(ctx) {
  const { route, params } = ctx.oidc ?? {};
  if (route !== 'token' && route !== 'revocation') return;
  const kind = route === 'revocation' ? route : String(params?.grant_type ?? 'unreadable');
  const result = ctx.status === 200 ? 'ok' : String(ctx.body?.error ?? ctx.status);
  counts[kind] ??= { ok: 0 };
  counts[kind][result] = (counts[kind][result] ?? 0) + 1;
}

function build(issuer) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        ...client,
        client_id: 'partnerlink-test',
        token_endpoint_auth_method: 'none',
        dpop_bound_access_tokens: values.dpop,
      },
      {
        ...client,
        client_id: 'partnerlink-basic',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    // Off: the claims of the granted scopes stand in the ID token itself, as Auth0 does it.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: values.rotate,
    ttl: {
      AccessToken: ttl,
      AuthorizationCode: 60,
      IdToken: 3600,
      RefreshToken: refreshTtl,
      Grant: refreshTtl,
      Interaction: 600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => values.dpop },
    },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: id,
        email: id.includes('@') ? id : `${id}@example.test`,
        email_verified: true,
      }),
    }),
  });
  provider.on('grant.error', (_ctx, error) => {
    if (error.error_detail === 'refresh token already used') counts.reuse += 1;
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  provider.use(async (ctx, next) => {
    await next();
    count(ctx);
    if (slow > 0 && ctx.oidc?.route === 'token') await new Promise((done) => setTimeout(done, slow));
  });
  return provider.callback();
}

// The issuer names the port, so the port comes first.
let answer;
const server = createServer((request, response) => {
  if (request.url === '/counts') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts));
  } else {
    answer(request, response);
  }
});
server.on('error', (error) => {
  console.error(`oidc-server: ${error.message}`);
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = build(issuer);
  process.stdout.write(`${JSON.stringify({
    issuer,
    authorize_url: `${issuer}/auth`,
    token_url: `${issuer}/token`,
    revocation_url: `${issuer}/token/revocation`,
    userinfo_url: `${issuer}/me`,
    counts_url: `${issuer}/counts`,
    public_client: { client_id: 'partnerlink-test' },
    basic_client: { client_id: 'partnerlink-basic', client_secret: SECRET },
    redirect_uris: REDIRECT_URIS,
    rotate: values.rotate,
    ttl,
  })}\n`);
});
