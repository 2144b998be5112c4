// People who sign in at their tenant's provider and come back to a program, which redeems a code:
// node login.mjs CASE ISSUER ADMIN ADMIN_KEY TENANT CLIENT_NAME CLIENT_ID OTHER_CLIENT_ID KEY, which prints one JSON
// object. Provider and clients are as they come, but that they may speak plain HTTP to this machine.
import { once } from "node:events";
import { createServer } from "node:http";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { adminOf, Browser, ours, secret, startProvider } from "./provider.mjs";

const [name, issuer, admin, adminKey, tenant, clientName, clientId, otherId, key] = process.argv.slice(2);
const insecure = { [oauth.allowInsecureRequests]: true };
const call = adminOf(admin, adminKey);
const registered = "http://127.0.0.1:9/callback";
const redirect = "http://127.0.0.1:4711/callback"; // Any free port will do.
const callback = `${issuer}/oauth/callback/${tenant}/corp`;

const discover = (secretOrNone, authentication) => openid.discovery(
  new URL(issuer), clientId, secretOrNone, authentication,
  { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });

async function refusal(action) {
  try {
    await action();
    return "none";
  } catch (error) {
    return error.error ?? error.code ?? String(error);
  }
}

/** What a program begins a sign-in with. */
async function begin(config, more = {}) {
  const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()];
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect, state, code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256", ...more,
  });
  return { verifier, state, url };
}

/** A sign-in as far as the program's own address. */
async function signedIn(config, more = {}) {
  const begun = await begin(config, more);
  const browser = new Browser();
  return { ...begun, browser, at: await browser.follow(begun.url, redirect) };
}

/** A sign-in that the provider has answered, and that has not come back to us. */
async function answered(config) {
  const begun = await begin(config);
  const browser = new Browser();
  return { ...begun, browser, at: new URL(await browser.follow(begun.url, callback)) };
}

const redeem = (config, { at, verifier, state }) => openid.authorizationCodeGrant(
  config, new URL(at), { pkceCodeVerifier: verifier, expectedState: state });

/** The form of a program that does not judge what it sends. */
async function post(form) {
  const reply = await fetch(`${issuer}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
  return { status: reply.status, ...await reply.json() };
}

const formOf = ({ at, verifier }, more = {}) => ({
  grant_type: "authorization_code", code: new URL(at).searchParams.get("code"), redirect_uri: redirect,
  client_id: clientId, code_verifier: verifier, ...more,
});

/** What a program hears at its own address. */
const heard = (at) => typeof at === "string" ? Object.fromEntries(new URL(at).searchParams) : at;

const judged = (config, token) => oauth.validateJwtAccessToken(
  config.serverMetadata(), new Request(issuer, { headers: { authorization: `Bearer ${token}` } }), issuer, insecure);

async function trustProvider(provider) {
  const put = await call("PUT", `tenants/${tenant}/providers/corp`, {
    issuer: provider.address, audience: ours, login: { kind: "oidc", clientSecret: secret },
    grants: [{ client: clientName, claim: "groups", is: "ml", scope: "model:deep*", roles: ["user"] }],
  });
  await call("PUT", `clients/${clientId}/login`, { provider: "corp", redirectUris: [registered] });
  return put;
}

const cases = {
  // The whole way, by two strict clients.
  people: async (provider) => {
    const put = await trustProvider(provider);
    const config = await discover(undefined, openid.None());
    const [cookie] = (await new Browser().open((await begin(config)).url.href)).headers.getSetCookie();
    const first = await signedIn(config, { max_age: "60" });
    const tokens = await redeem(config, first);
    const claims = await judged(config, tokens.access_token);
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    const nextClaims = await judged(config, next.access_token);

    const as = config.serverMetadata();
    const client = { client_id: clientId };
    const second = await signedIn(config, { scope: "model:deepseek" });
    const parameters = oauth.validateAuthResponse(as, client, new URL(second.at), second.state);
    const strict = await oauth.processAuthorizationCodeResponse(as, client,
      await oauth.authorizationCodeGrantRequest(
        as, client, oauth.None(), parameters, redirect, second.verifier, insecure));
    const wider = heard((await signedIn(config, { scope: "models" })).at);
    const last = await openid.refreshTokenGrant(config, next.refresh_token);
    const again = await refusal(() => openid.refreshTokenGrant(config, tokens.refresh_token));
    const after = await refusal(() => openid.refreshTokenGrant(config, last.refresh_token));
    return {
      put, as, cookie, claims, nextClaims, token: strict.access_token, expiresIn: tokens.expires_in, scope: tokens.scope,
      differ: new Set([tokens.refresh_token, next.refresh_token, strict.refresh_token]).size, strict: strict.scope,
      wider, again, after, left: first.browser.cookies(issuer).size,
    };
  },

  // What somebody could try.
  attacks: async (provider) => {
    await trustProvider(provider);
    const config = await discover(undefined, openid.None());
    const opened = async (more, without = []) => {
      const { url } = await begin(config, more);
      without.forEach((parameter) => url.searchParams.delete(parameter));
      const reply = await new Browser().open(url.href);
      const location = reply.headers.get("location");
      return {
        status: reply.status, page: (await reply.text()).includes("<h1>"), cookies: reply.headers.getSetCookie().length,
        policy: reply.headers.get("content-security-policy"), ...location && { heard: heard(location), location },
      };
    };
    const foreign = [];
    for (const address of [
      "https://evil.example/callback", "http://127.0.0.1:9@evil.example/callback", "http://127.0.0.1:9/callback/../x",
      "http://localhost:9/callback", "http://127.0.0.1:9/callback#x", "http://127.0.0.1:9/callback?x=1",
      "https://127.0.0.1:9/callback", "http://127.0.0.1.evil.example/callback", "javascript:alert(1)",
    ]) {
      foreign.push(await opened({ redirect_uri: address }));
    }
    foreign.push(await opened({}, ["redirect_uri"]), await opened({ client_id: otherId }),
      await opened({ client_id: "nobody" }), await opened({ client_id: "000000000000" }));

    const verifier = openid.randomPKCECodeVerifier();
    const unproved = [
      await opened({ code_challenge_method: "plain", code_challenge: verifier }),
      await opened({}, ["code_challenge_method"]), await opened({}, ["code_challenge", "code_challenge_method"]),
    ];
    const others = [
      await opened({ response_type: "token" }), await opened({ scope: "admin" }), await opened({ request: "x.y.z" }),
      await opened({ response_mode: "fragment" }),
    ];

    const wrong = await signedIn(config);
    const stolen = await post(formOf(wrong, { code_verifier: verifier }));
    const burnt = await post(formOf(wrong));
    const elsewhere = await post(formOf(await signedIn(config), { redirect_uri: registered }));
    const theirs = await signedIn(config);
    const byOther = await post(formOf(theirs, { client_id: otherId }));
    const byNobody = await post(formOf(theirs, { client_id: "" }));
    const byWrongKey = await post(formOf(theirs, { client_secret: "wrong" }));
    const own = await post(formOf(theirs));

    const twice = await signedIn(config);
    const given = await post(formOf(twice));
    const again = await post(formOf(twice));
    const renewed = await post({ grant_type: "refresh_token", refresh_token: given.refresh_token, client_id: clientId });
    const asClient = await discover(key, openid.ClientSecretBasic(key));
    const active = (await openid.tokenIntrospection(asClient, given.access_token)).active;

    const stray = await answered(config); // Its callback is opened by whoever did not begin it.
    const noCookie = await new Browser().follow(stray.at, redirect);
    const other = await answered(config);
    const otherCookie = await other.browser.follow(stray.at, redirect);
    const wayward = new URL(stray.at);
    wayward.pathname = wayward.pathname.replace("/corp", "/else");
    const otherProvider = await stray.browser.follow(wayward, redirect);
    const issued = (await stray.browser.follow(stray.at, redirect)).startsWith?.(redirect) ?? false;
    const replayed = await stray.browser.follow(stray.at, redirect);

    const mixed = [];
    for (const iss of ["https://evil.example", undefined]) {
      const one = await answered(config);
      one.at.searchParams.delete("iss");
      if (iss) {
        one.at.searchParams.set("iss", iss);
      }
      mixed.push(heard(await one.browser.follow(one.at, redirect)));
    }
    const denied = await answered(config);
    denied.at.searchParams.delete("code");
    denied.at.searchParams.set("error", "access_denied");
    return {
      foreign, unproved, others, stolen, burnt, elsewhere, byOther, byNobody, byWrongKey, own: own.status,
      given: given.status, again, renewed, active, noCookie, otherCookie, otherProvider, issued, replayed, mixed,
      denied: heard(await denied.browser.follow(denied.at, redirect)),
      codes: [wrong, theirs, twice, stray].map(({ at }) => new URL(at).searchParams.get("code")),
    };
  },

  // WeChat Work, as far as it is needed: its page sends everybody back with a code, its API tells whose that is.
  wechat: async () => {
    const asked = [];
    let good = "token-1"; // The one that the API takes.
    const server = createServer((request, response) => {
      const url = new URL(request.url, "http://127.0.0.1");
      const say = (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
      asked.push(url.pathname);
      if (url.pathname === "/page") {
        const back = new URL(url.searchParams.get("redirect_uri"));
        back.searchParams.set("code", "code-of-zhang");
        back.searchParams.set("state", url.searchParams.get("state"));
        response.writeHead(302, {
          location: url.search.startsWith("?login_type=CorpApp&appid=ww-corp&agentid=1000002&") ? back.href : "/wrong",
        }).end();
      } else if (url.pathname === "/cgi-bin/gettoken") {
        const known = url.searchParams.get("corpid") === "ww-corp" && url.searchParams.get("corpsecret") === secret;
        say(known ? { errcode: 0, errmsg: "ok", access_token: good, expires_in: 7200 }
          : { errcode: 40001, errmsg: "invalid credential" });
      } else if (url.pathname === "/cgi-bin/auth/getuserinfo") {
        say(url.searchParams.get("access_token") !== good ? { errcode: 42001, errmsg: "access_token expired" }
          : url.searchParams.get("code") !== "code-of-zhang" ? { errcode: 40029, errmsg: "invalid code" }
            : { errcode: 0, errmsg: "ok", userid: "zhangsan" });
      } else {
        response.writeHead(404).end();
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${server.address().port}`;
    try {
      await call("PUT", `tenants/${tenant}/providers/corp`, {
        issuer: address, audience: "ww-corp",
        login: { kind: "wechat-work", agentId: "1000002", page: `${address}/page`, clientSecret: secret },
        grants: [{ client: clientName, is: "zhang*", roles: ["user"] }],
      });
      await call("PUT", `clients/${clientId}/login`, { provider: "corp", redirectUris: [registered] });
      const config = await discover(undefined, openid.None());
      const tokens = await redeem(config, await signedIn(config));
      const claims = await judged(config, tokens.access_token);
      await redeem(config, await signedIn(config));
      const before = [...asked];
      good = "token-2"; // The other is not good any more, though it said that it would be.
      const later = await redeem(config, await signedIn(config));
      const wrong = await answered(config);
      wrong.at.searchParams.set("code", "made-up");
      return {
        claims, before, renews: later.refresh_token !== undefined, after: asked.slice(before.length),
        wrong: heard(await wrong.browser.follow(wrong.at, redirect)),
        fresh: heard((await signedIn(config, { max_age: "60" })).at), token: later.access_token,
      };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
};

const provider = name === "wechat" ? undefined : await startProvider([callback]);
try {
  console.log(JSON.stringify(await cases[name](provider)));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  provider?.close();
}
