// One client whose calls come when they come, like many people's, however long each takes: node arrivals.mjs
// '{"edges":[URL],"key":KEY,"name":NAME,"seed":N,"perSecond":71,"latency":MS,"input":500,"mean":200,"spread":1.26,"cap":4500}'
// Documents of a logarithmic normal length, until its input ends; then what runs may end. What is refused is dropped.
// A line of JSON on the output for each call that is over.
import { agent, numbers, pause, send, write } from "./call.mjs";

const { edges, key, name, seed, perSecond, latency, input, mean, spread, cap } = JSON.parse(process.argv[2]);
const messageTokens = 4; // What the pool counts for a message besides its text.
const bytesPerToken = 4;
// A text whose bound is what the pool counts, as nearly as may be: of the input nothing is to be reserved for nothing.
const content = `x${" ".repeat(15)}`.repeat(((input - messageTokens) * bytesPerToken) / 16);
const random = numbers(seed);
let stopping = false;
process.stdin.on("end", () => { stopping = true; }).resume();

// By Box and Muller.
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function draw() {
  const length = mean * Math.exp(spread * normal() - (spread * spread) / 2);
  return {
    stream: false,
    hangUpAfter: null,
    headers: { "x-simulate": `slow=${latency}ms` },
    body: JSON.stringify({
      model: "deepseek-chat",
      max_tokens: cap,
      min_tokens: Math.min(cap, 1 + Math.floor(length)),
      messages: [{ role: "user", content }],
    }),
  };
}

const running = new Set();
let next = performance.now();
for (let call = 1; !stopping; call++) {
  // What is late by the machine's fault is made up for: the load stays what it is meant to be.
  next += (-Math.log(1 - random()) * 1_000) / perSecond;
  if (next > performance.now()) {
    await pause(next - performance.now());
  }
  const over = send({ url: edges[0], key, mark: `${name}-${call}`, wish: draw() }).then(write);
  running.add(over);
  over.finally(() => running.delete(over));
}

await Promise.all(running);
agent.destroy();
