// Somebody else's identity provider, and a client that brings its tokens to us:
// node federation.mjs CASE ISSUER CLIENT_ID ADMIN ADMIN_KEY TENANT CLIENT_NAME, which prints one JSON object.
// Both are as they come, but that they may speak plain HTTP to this machine.
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { adminOf, Browser, ours, secret, startProvider } from "./provider.mjs";

const [name, issuer, clientId, admin, adminKey, tenant, clientName] = process.argv.slice(2);
const redirect = "http://127.0.0.1:9/callback";
const resource = "https://models.example";
const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const typeOf = (kind) => `urn:ietf:params:oauth:token-type:${kind}`;

/** An ID token as a browser gets it: redirected to the provider, through its sign-in, and back with a code. */
async function signIn(config) {
  const [pkceCodeVerifier, expectedState, expectedNonce] =
    [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect, scope: "openid", state: expectedState, nonce: expectedNonce, max_age: "60",
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
  });
  const next = await new Browser().follow(address, redirect);
  const tokens = await openid.authorizationCodeGrant(
    config, new URL(next), { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 60 });
  return tokens.id_token;
}

const call = adminOf(admin, adminKey);
const put = (path, body) => call("PUT", path, body);

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

const provider = await startProvider([redirect], ["ES256", "RS256"]);
try {
  console.log(JSON.stringify(await cases[name](provider)));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  provider.close();
}
