// What the clients of the proofs share: chance that follows from a seed, one call, and its record as a line of JSON.
// Times are nanoseconds of the machine's monotonic clock.
import http from "node:http";

const patience = 30_000; // Longer than an edge may take for a decision, and the pool for an answer.
export const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

// SplitMix32: what chance draws follows from the seed.
export function numbers(state) {
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

// One call. What is wished of it: its body, whether it streams, after how many ms to hang up (null: never), more headers.
export function send({ url, key, mark, edge = 0, wish }) {
  return new Promise((resolve) => {
    const record = { mark, edge, stream: wish.stream, sent: process.hrtime.bigint(), status: 0, bytes: 0 };
    let hangUp;
    let text = "";
    const over = (ending, failure) => {
      if (record.ending) {
        return;
      }
      record.ending = ending;
      record.ended = process.hrtime.bigint();
      clearTimeout(hangUp);
      clearTimeout(giveUp);
      resolve({ ...record, failure, code: codeIn(text) });
    };
    const request = http.request(new URL("/v1/chat/completions", url), {
      agent,
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(wish.body),
        "x-call-mark": mark,
        ...wish.headers,
      },
    });
    const giveUp = setTimeout(() => { over("Broken", `no end in ${patience} ms`); request.destroy(); }, patience);
    if (wish.hangUpAfter !== null) {
      hangUp = setTimeout(() => { over("HungUp", null); request.destroy(); }, wish.hangUpAfter);
    }
    request.on("error", (error) => over("Broken", error.code ?? error.message));
    request.on("response", (response) => {
      const wait = response.headers["retry-after-ms"];
      record.status = response.statusCode;
      record.limit = response.headers["x-sluice-limit"] ?? null;
      record.decision = response.headers["x-sluice-decision"] ?? null;
      record.retryAfterMilliseconds = wait === undefined ? null : Number(wait);
      response.setEncoding("utf8");
      response.on("data", (data) => {
        record.bytes += Buffer.byteLength(data);
        text = (text + data).slice(-4096); // The end of it tells how it ended.
      });
      response.on("error", (error) => over("Broken", error.code ?? error.message));
      response.on("end", () => {
        const whole = record.status !== 200 || !wish.stream || text.trimEnd().endsWith("data: [DONE]");
        over(whole ? "Answered" : "Broken", whole ? null : "a stream that broke off");
      });
    });
    request.end(wish.body);
  });
}

// The code of an error that is a whole answer, or the last event of a stream; null when there is none.
function codeIn(text) {
  const error = text.match(/\{"error":\{.*\}\}/);
  return error === null ? null : JSON.parse(error[0]).error.code;
}

export function write(record) {
  process.stdout.write(`${JSON.stringify(record, (_, value) => typeof value === "bigint" ? Number(value) : value)}\n`);
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
