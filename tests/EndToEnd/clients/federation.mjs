// Somebody else's identity provider, and a client that brings its tokens to us:
// node federation.mjs CASE ISSUER CLIENT_ID ADMIN ADMIN_KEY TENANT CLIENT_NAME, which prints one JSON object.
// Both are as they come, but that they may speak plain HTTP to this machine.
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";

// The provider tells what it warns of; what is printed is the answer of the case alone.
console.info = console.warn = console.error;
const { default: Provider } = await import("oidc-provider");

const [name, issuer, clientId, admin, adminKey, tenant, clientName] = process.argv.slice(2);
const redirect = "http://127.0.0.1:9/callback";
const [ours, secret, resource] = ["sluice", "a-secret-at-the-provider", "https://models.example"];
const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const typeOf = (kind) => `urn:ietf:params:oauth:token-type:${kind}`;

/** A provider with two keys, where everybody is user-1 of the group ml without being asked. */
async function startProvider() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}`;
  const keys = [];
  for (const alg of ["ES256", "RS256"]) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...await exportJWK(privateKey), alg, use: "sig", kid: `of-provider-${alg}` });
  }
  const provider = new Provider(address, {
    clients: [{
      client_id: ours, client_secret: secret, redirect_uris: [redirect], response_types: ["code"],
      grant_types: ["authorization_code", "client_credentials"], id_token_signed_response_alg: "ES256",
    }],
    jwks: { keys },
    cookies: { keys: ["of-the-test"] },
    claims: { openid: ["sub", "groups"] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "", audience: "models", accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, groups: ["ml"] }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ clientId: ours, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => request.url.startsWith("/interaction/")
    ? provider.interactionFinished(request, response, { login: { accountId: "user-1" } })
    : answer(request, response));
  return { address, server };
}

/** An ID token as a browser gets it: redirected to the provider, through its sign-in, and back with a code. */
async function signIn(config) {
  const [pkceCodeVerifier, expectedState, expectedNonce] =
    [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
  const cookies = new Map();
  let next = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect, scope: "openid", state: expectedState, nonce: expectedNonce, max_age: "60",
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
  }).href;
  for (let i = 0; i < 10 && !next.startsWith(redirect); i++) {
    const reply = await fetch(next, {
      redirect: "manual", headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
    });
    for (const cookie of reply.headers.getSetCookie()) {
      const [, key, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(key, value);
    }
    next = new URL(reply.headers.get("location"), next).href;
  }
  const tokens = await openid.authorizationCodeGrant(
    config, new URL(next), { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 60 });
  return tokens.id_token;
}

async function put(path, body) {
  const answer = await fetch(`${admin}/admin/v1/${path}`, {
    method: "PUT", body: JSON.stringify(body),
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
  });
  if (answer.status !== 200) {
    throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

const cases = {
  exchange: async ({ address }) => {
    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(address), ours, secret, undefined, options);
    await put(`tenants/${tenant}/providers/corp`, {
      issuer: address, audience: ours,
      grants: [{ client: clientName, claim: "groups", is: "ml", scope: "model:deep*", roles: ["user"] }],
    });
    await put(`tenants/${tenant}/providers/machines`, {
      issuer: address, audience: "models", grants: [{ client: clientName, is: ours, roles: ["developer"] }],
    });

    const us = await openid.discovery(
      new URL(issuer), clientId, undefined, openid.None(),
      { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
    const swap = (token, kind, more = {}) => openid.genericGrantRequest(
      us, exchange, { subject_token: token, subject_token_type: typeOf(kind), ...more });
    const claimsOf = async (token) => oauth.validateJwtAccessToken(
      us.serverMetadata(), new Request(issuer, { headers: { authorization: `Bearer ${token}` } }), issuer,
      { [oauth.allowInsecureRequests]: true });
    const refusal = async (action) => {
      try {
        await action();
        return "none";
      } catch (error) {
        return error.error ?? String(error);
      }
    };

    const idToken = await signIn(config);
    const person = await swap(idToken, "id_token");
    const machine = (await openid.clientCredentialsGrant(config, { resource })).access_token;
    const ofMachine = await swap(machine, "access_token");
    return {
      token: person.access_token, type: person.issued_token_type, scope: person.scope,
      expiresIn: person.expires_in, refreshes: person.refresh_token !== undefined,
      person: await claimsOf(person.access_token), machine: await claimsOf(ofMachine.access_token),
      wider: await refusal(() => swap(idToken, "id_token", { scope: "models" })),
      mistaken: await refusal(() => swap(machine, "id_token")),
      acting: await refusal(() => swap(idToken, "id_token", { actor_token: machine, actor_token_type: typeOf("jwt") })),
    };
  },
};

const provider = await startProvider();
try {
  console.log(JSON.stringify(await cases[name](provider)));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  provider.server.close();
  provider.server.closeAllConnections();
}
