// One client of several edges: node load.mjs
// '{"edges":[URL],"key":KEY,"name":NAME,"workers":N,"seed":N,"longShare":0.04,"shortTokens":30,"wave":MS}'
// Streams and documents, long and short, and hang-ups at random moments, until its input ends; then what runs may end.
// A line of JSON on the output for each call that is over. Times are nanoseconds of the machine's monotonic clock.
import http from "node:http";

const { edges, key, name, workers, seed, longShare = 0.04, shortTokens = 30, wave = 0 } = JSON.parse(process.argv[2]);
const patience = 30_000; // Longer than an edge may take for a decision, and the pool for an answer.
const awayFor = 500; // How long an edge is left alone to which there was no connection.
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
const awayUntil = edges.map(() => 0);
let calls = 0;
let stopping = false;
process.stdin.on("end", () => { stopping = true; }).resume();

// SplitMix32: what chance draws follows from the seed.
function numbers(state) {
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

function draw(random) {
  const stream = random() < 0.6;
  // Most are short; a few run for seconds, so that a fault finds some under way.
  const tokens =
    random() < longShare ? 400 + Math.floor(random() * 400) : 2 + Math.floor(random() * shortTokens);
  return {
    stream,
    hangUpAfter: random() < 0.2 ? Math.floor(random() * 400) : null, // In ms.
    body: JSON.stringify({
      model: "deepseek-chat",
      max_tokens: tokens,
      min_tokens: tokens,
      ignore_eos: true,
      stream,
      messages: [{ role: "user", content: "Hello. ".repeat(1 + Math.floor(random() * 8)) }],
    }),
  };
}

function send(edge, mark, wish) {
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
    const request = http.request(new URL("/v1/chat/completions", edges[edge]), {
      agent,
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(wish.body),
        "x-call-mark": mark,
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

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function work(worker) {
  const random = numbers(seed * 1_000 + worker);
  for (let turn = worker; !stopping; turn++) {
    if (wave > 0 && performance.now() % wave > wave * 0.6) {
      await pause(wave - (performance.now() % wave)); // Nobody calls for a while, and limits recover.
    }
    const edge = turn % edges.length;
    if (awayUntil[edge] > performance.now()) {
      await pause(5);
      continue;
    }
    const record = await send(edge, `${name}-${++calls}`, draw(random));
    process.stdout.write(`${JSON.stringify(record, (_, value) => typeof value === "bigint" ? Number(value) : value)}\n`);
    if (record.ending === "Broken" && record.status === 0) {
      awayUntil[edge] = performance.now() + awayFor;
    }
    // Half of the workers do as they are told, the others ask at once.
    const told = worker % 2 === 0 ? record.retryAfterMilliseconds ?? 0 : 0;
    await pause(Math.min(told, 1_000) + 10 + random() * 60);
  }
}

await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
agent.destroy();
