// Somebody else's identity provider and somebody's browser, for scripts that need them.
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";

// The provider tells what it warns of; what a script prints is the answer of its case alone.
console.info = console.warn = console.error;
const { default: Provider } = await import("oidc-provider");

export const [ours, secret] = ["sluice", "a-secret-at-the-provider"];

/** A provider where everybody is user-1 of the group ml without being asked; with a key of each algorithm. */
export async function startProvider(redirects, algorithms = ["ES256"]) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}`;
  const keys = [];
  for (const alg of algorithms) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...await exportJWK(privateKey), alg, use: "sig", kid: `of-provider-${alg}` });
  }
  const provider = new Provider(address, {
    clients: [{
      client_id: ours, client_secret: secret, redirect_uris: redirects, response_types: ["code"],
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
  return { address, close: () => { server.close(); server.closeAllConnections(); } };
}

/** A browser with its own cookies, which follows redirects. */
export class Browser {
  #cookies = new Map();

  cookies(url) {
    return this.#cookies.get(new URL(url).host) ?? new Map();
  }

  async open(url) {
    const cookies = this.cookies(url);
    const reply = await fetch(url, {
      redirect: "manual", headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
    });
    for (const cookie of reply.headers.getSetCookie()) {
      const [, key, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(cookie)) {
        cookies.delete(key);
      } else {
        cookies.set(key, value);
      }
    }
    this.#cookies.set(new URL(url).host, cookies);
    return reply;
  }

  /** Follows redirects until one leads to an address that begins so; that address, or the answer that led nowhere. */
  async follow(url, until) {
    let next = new URL(url).href;
    for (let i = 0; i < 12; i++) {
      if (next.startsWith(until)) {
        return next;
      }
      const reply = await this.open(next);
      if (!reply.headers.has("location")) {
        return { status: reply.status, text: await reply.text() };
      }
      next = new URL(reply.headers.get("location"), next).href;
    }
    throw new Error("too many redirects");
  }
}

/** The admin API of one installation. */
export const adminOf = (address, key) => async (method, path, body) => {
  const answer = await fetch(`${address}/admin/v1/${path}`, {
    method, body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status} ${text}`);
  }
  return text ? JSON.parse(text) : {};
};
