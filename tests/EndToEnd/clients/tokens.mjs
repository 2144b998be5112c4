// One case of clients that judge strictly: node tokens.mjs CASE ISSUER CLIENT_ID KEY [ADMIN ADMIN_KEY], which prints
// one JSON object. They are as they come, but that they may speak plain HTTP to this machine.
import { createRemoteJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";

const [name, issuer, clientId, key, admin, adminKey] = process.argv.slice(2);
const insecure = { [oauth.allowInsecureRequests]: true };
const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const keyType = "urn:sluice:params:oauth:token-type:api-key";
const client = { client_id: clientId };

async function server() {
  const address = new URL(issuer);
  const answer = await oauth.discoveryRequest(address, { algorithm: "oauth2", ...insecure });
  return await oauth.processDiscoveryResponse(address, answer);
}

/** The token as a resource server judges it that nobody here wrote. */
async function judged(as, token) {
  const request = new Request("http://127.0.0.1/", { headers: { authorization: `Bearer ${token}` } });
  return await oauth.validateJwtAccessToken(as, request, as.issuer, insecure);
}

async function exchanged(as, parameters = {}) {
  const answer = await oauth.genericTokenEndpointRequest(
    as, client, oauth.None(), exchange, { subject_token: key, subject_token_type: keyType, ...parameters }, insecure);
  return await oauth.processGenericTokenEndpointResponse(as, client, answer);
}

async function refreshed(as, token, authentication = oauth.None()) {
  const answer = await oauth.refreshTokenGrantRequest(as, client, authentication, token, insecure);
  return await oauth.processRefreshTokenResponse(as, client, answer);
}

async function credentials(as, authentication, parameters = {}) {
  const answer = await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, insecure);
  return await oauth.processClientCredentialsResponse(as, client, answer);
}

async function inspected(as, token) {
  const answer = await oauth.introspectionRequest(as, client, oauth.ClientSecretBasic(key), token, insecure);
  return await oauth.processIntrospectionResponse(as, client, answer);
}

async function refusal(action) {
  try {
    await action();
    return "none";
  } catch (error) {
    return error.error ?? error.code ?? String(error);
  }
}

const cases = {
  exchange: async () => {
    const as = await server();
    const reply = await exchanged(as);
    const claims = await judged(as, reply.access_token);
    return {
      claims, type: reply.token_type, scope: reply.scope, issued: reply.issued_token_type,
      expiresIn: reply.expires_in, refreshes: reply.refresh_token !== undefined, token: reply.access_token,
    };
  },
  credentials: async () => {
    const as = await server();
    const basic = await credentials(as, oauth.ClientSecretBasic(key));
    const post = await credentials(as, oauth.ClientSecretPost(key), { scope: "model:deepseek*" });
    return {
      basic: (await judged(as, basic.access_token)).client_id, post: (await judged(as, post.access_token)).scope,
      refreshes: basic.refresh_token !== undefined,
      wrong: await refusal(() => credentials(as, oauth.ClientSecretBasic(key.slice(0, -1) + "x"))),
    };
  },
  refresh: async () => {
    const as = await server();
    const first = await exchanged(as);
    const second = await refreshed(as, first.refresh_token);
    const third = await refreshed(as, second.refresh_token, oauth.ClientSecretBasic(key));
    await judged(as, third.access_token);
    const stolen = await refusal(() => refreshed(as, first.refresh_token));
    return {
      differ: new Set([first, second, third].map((one) => one.refresh_token)).size, stolen,
      after: await refusal(() => refreshed(as, third.refresh_token)),
      access: (await inspected(as, third.access_token)).active,
    };
  },
  revoke: async () => {
    const as = await server();
    const reply = await exchanged(as);
    const before = await inspected(as, reply.access_token);
    const refreshBefore = await inspected(as, reply.refresh_token);
    for (const token of [reply.access_token, "unknown", reply.access_token]) {
      const answer = await oauth.revocationRequest(as, client, oauth.ClientSecretBasic(key), token, insecure);
      await oauth.processRevocationResponse(answer);
    }
    return {
      before, refreshBefore, after: await inspected(as, reply.access_token), unknown: await inspected(as, "unknown"),
      refresh: (await inspected(as, reply.refresh_token)).active,
    };
  },
  // Here KEY is a private JSON Web Key, whose public half is registered for the client.
  assertion: async () => {
    const as = await server();
    const jwk = JSON.parse(key);
    const own = { key: await importJWK(jwk, jwk.alg), kid: jwk.kid };
    const auth = oauth.PrivateKeyJwt(own);
    const reply = await credentials(as, auth);
    const claims = await judged(as, reply.access_token);
    const inspect = async (token) => oauth.processIntrospectionResponse(
      as, client, await oauth.introspectionRequest(as, client, auth, token, insecure));
    const before = (await inspect(reply.access_token)).active;
    // What it was made for before: the address of the endpoint.
    const endpoint = await refusal(() => credentials(as, oauth.PrivateKeyJwt(own, {
      [oauth.modifyAssertion]: (_, payload) => { payload.aud = as.token_endpoint; },
    })));
    const twice = { [oauth.modifyAssertion]: (_, payload) => { payload.jti = "one"; } };
    await credentials(as, oauth.PrivateKeyJwt(own, twice));
    const again = await refusal(() => credentials(as, oauth.PrivateKeyJwt(own, twice)));
    const config = await openid.discovery(
      new URL(issuer), clientId, undefined, openid.PrivateKeyJwt(own),
      { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
    const other = await openid.clientCredentialsGrant(config, { scope: "model:deepseek*" });
    await openid.tokenRevocation(config, reply.access_token);
    return {
      claims, token: reply.access_token, refreshes: reply.refresh_token !== undefined, before, endpoint, again,
      other: other.scope, after: (await inspect(reply.access_token)).active,
    };
  },
  openid: async () => {
    const options = { algorithm: "oauth2", execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(issuer), clientId, key, openid.ClientSecretPost(key), options);
    const own = await openid.clientCredentialsGrant(config, { scope: "models" });
    const exchanged = await openid.genericGrantRequest(
      config, exchange, { subject_token: key, subject_token_type: keyType });
    const next = await openid.refreshTokenGrant(config, exchanged.refresh_token);
    const good = await openid.tokenIntrospection(config, next.access_token);
    await openid.tokenRevocation(config, next.refresh_token);
    return {
      own: own.token_type, good: good.active, after: (await openid.tokenIntrospection(config, next.access_token)).active,
    };
  },
  rotations: async () => {
    const as = await server();
    // It may not ask again for a key that it does not know: whatever it meets it must have learned in time.
    const keys = createRemoteJWKSet(new URL(as.jwks_uri), { cacheMaxAge: 300, cooldownDuration: 3_600_000 });
    const [seen, failures, live] = [new Set(), [], []];
    let [verified, rotations, issued] = [0, 0, 0];
    const ask = (path, body) => fetch(`${admin}/admin/v1/${path}`, {
      method: "POST", body: JSON.stringify(body),
      headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    });
    let [nextToken, nextRotation] = [0, 0];
    const until = Date.now() + 200_000;
    while (seen.size < 51 && Date.now() < until && failures.length === 0) {
      if (Date.now() >= nextRotation && rotations < 50) {
        const answer = await ask("tokens/keys/rotate", { rotationId: `r-${rotations}` });
        if (answer.status === 204) {
          rotations++;
        }
        nextRotation = Date.now() + 300;
      }
      if (Date.now() >= nextToken) {
        live.push((await credentials(as, oauth.ClientSecretBasic(key))).access_token);
        issued++;
        nextToken = Date.now() + 1_050;
      }
      // The newest, and the oldest that is good still.
      while (live.length > 4) {
        live.shift();
      }
      for (const token of live) {
        try {
          await jwtVerify(token, keys, { issuer: as.issuer, audience: as.issuer, typ: "at+jwt" });
          seen.add(decodeProtectedHeader(token).kid);
          verified++;
        } catch (error) {
          failures.push(`${error.code} after ${verified}`);
        }
      }
    }
    return { rotations, keys: seen.size, issued, verified, failures };
  },
};

try {
  console.log(JSON.stringify(await cases[name]()));
} catch (error) {
  console.error(error);
  process.exit(1);
}
