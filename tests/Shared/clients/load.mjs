// One client of several edges: node load.mjs
// '{"edges":[URL],"key":KEY,"name":NAME,"workers":N,"seed":N,"longShare":0.04,"shortTokens":30,"wave":MS}'
// Streams and documents, long and short, and hang-ups at random moments, until its input ends; then what runs may end.
// A line of JSON on the output for each call that is over. Times are nanoseconds of the machine's monotonic clock.
import { agent, numbers, pause, send, write } from "./call.mjs";

const { edges, key, name, workers, seed, longShare = 0.04, shortTokens = 30, wave = 0 } = JSON.parse(process.argv[2]);
const awayFor = 500; // How long an edge is left alone to which there was no connection.
const awayUntil = edges.map(() => 0);
let calls = 0;
let stopping = false;
process.stdin.on("end", () => { stopping = true; }).resume();

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
    const record = await send({ url: edges[edge], key, mark: `${name}-${++calls}`, edge, wish: draw(random) });
    write(record);
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
