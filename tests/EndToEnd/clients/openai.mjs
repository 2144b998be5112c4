// One case of the official Node client: node openai.mjs CASE BASE_URL KEY, which prints one JSON object.
// The client is as it comes, but for its address and key; what it sent is counted where it hands requests over.
import OpenAI from "openai";

const [name, baseURL, apiKey] = process.argv.slice(2);
let sent = 0;
const retries = [];
const client = new OpenAI({
  apiKey,
  baseURL,
  fetch: (url, init) => {
    sent++;
    retries.push(new Headers(init.headers).get("x-stainless-retry-count"));
    return fetch(url, init);
  },
});
const hello = { model: "deepseek-chat", messages: [{ role: "user", content: "Hello" }] };

const cases = {
  chat: async () => {
    const answer = await client.chat.completions.create(hello);
    return {
      text: answer.choices[0].message.content,
      tokens: answer.usage.completion_tokens,
      requestId: answer._request_id,
    };
  },
  stream: () => stream({}),
  "stream-usage": () => stream({ stream_options: { include_usage: true } }),
  "stream-no-usage": () => stream({ stream_options: { include_usage: false } }),
  embeddings: async () => {
    const answer = await client.embeddings.create({ model: "qwen3-32b", input: ["one", "two"] });
    return { count: answer.data.length, length: answer.data[0].embedding.length };
  },
  models: async () => {
    const ids = [];
    for await (const model of client.models.list()) {
      ids.push(model.id);
    }
    return { ids, one: (await client.models.retrieve("deepseek-ocr")).id };
  },
  hidden: () => client.models.retrieve("qwen3-32b"),
  forbidden: () => client.chat.completions.create({ ...hello, model: "qwen3-32b" }),
  broken: () => client.chat.completions.create({ ...hello, max_tokens: "many" }),
  "cut-stream": async () => {
    const chunks = await client.chat.completions.create(
      { ...hello, stream: true }, { headers: { "x-simulate": "cut-after=2" } });
    let count = 0;
    try {
      for await (const _ of chunks) {
        count++;
      }
    } catch (error) {
      return { ...describe(error), count };
    }
    return { count };
  },
  "stream-stopped": async () => {
    const chunks = await client.chat.completions.create(
      {
        ...hello, max_tokens: 5000, min_tokens: 5000, ignore_eos: true,
        stream: true, stream_options: { include_usage: true },
      },
      { headers: { "x-simulate": "hang-after=3000" } });
    const reasons = [];
    const usages = [];
    for await (const chunk of chunks) {
      reasons.push(...chunk.choices.map((choice) => choice.finish_reason).filter((reason) => reason));
      usages.push(...(chunk.usage ? [chunk.usage.completion_tokens] : []));
    }
    return { reasons, usages };
  },
  thrice: async () => {
    for (let i = 0; i < 3; i++) {
      await client.chat.completions.create(hello);
    }
    return {};
  },
  vision: async () => {
    const page = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    const answer = await client.chat.completions.create({
      model: "deepseek-ocr",
      messages: [{ role: "user", content: [{ type: "text", text: "Read this page" }, page] }],
    });
    return { tokens: answer.usage.prompt_tokens };
  },
};

async function stream(more) {
  const chunks = await client.chat.completions.create({ ...hello, stream: true, ...more });
  let text = "";
  const usages = [];
  for await (const chunk of chunks) {
    text += chunk.choices[0]?.delta?.content ?? "";
    if (chunk.usage) {
      usages.push(chunk.usage.completion_tokens);
    }
  }
  return { text, usages };
}

function describe(error) {
  return {
    error: error.constructor.name,
    status: error.status ?? null,
    code: error.code ?? null,
    type: error.type ?? null,
    param: error.param ?? null,
    requestId: error.requestID ?? null,
  };
}

let result;
try {
  result = await cases[name]();
} catch (error) {
  result = describe(error);
}
console.log(JSON.stringify({ ...result, sent, retries }));
