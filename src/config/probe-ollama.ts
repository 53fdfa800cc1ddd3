import { get as getSecurely } from "node:https";

const { get } = process.getBuiltinModule("node:http"); // see protocols/listener/http1-server.ts

const maxBytes = 1024 * 1024;

/**
 * Where an Ollama is, from OLLAMA_HOST as Ollama itself reads it: `host`, `host:port` or a URL; port 11434 unless a URL says
 * otherwise; an address to listen on everywhere means this machine. Undefined when it is no such thing.
 */
export function ollamaUrl(ollamaHost: string | undefined): URL | undefined {
  const text = ollamaHost?.trim() || "127.0.0.1:11434";
  const hasScheme = /^https?:\/\//i.test(text);
  const full = hasScheme ? text : `http://${text.startsWith(":") ? `127.0.0.1${text}` : text}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  if (!hasScheme && !/:\d+\/*$/.test(text)) url.port = "11434";
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  return url;
}

/** The models of the Ollama at a URL; undefined when none answers within `timeoutMs`, all told. Never throws. */
export function probeOllama(url: URL, timeoutMs: number): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const done = (models?: readonly string[]) => {
      clearTimeout(timer);
      resolve(models);
      request.destroy();
    };
    const timer = setTimeout(done, timeoutMs);
    const request = (url.protocol === "https:" ? getSecurely : get)(new URL("/api/tags", url), { agent: false }, (response) => {
      let body = "";
      if (response.statusCode !== 200) return done();
      response.setEncoding("utf8").on("error", () => done());
      response.on("data", (part: string) => {
        body += part;
        if (body.length > maxBytes) done();
      });
      response.on("end", () => done(modelNames(body)));
    });
    request.on("error", () => done());
  });
}

/** The names in a reply of https://docs.ollama.com/api/tags. */
function modelNames(body: string): readonly string[] | undefined {
  try {
    const reply: unknown = JSON.parse(body);
    const models: unknown = typeof reply === "object" && reply !== null && "models" in reply ? reply.models : undefined;
    if (!Array.isArray(models)) return undefined;
    return models
      .map((model: unknown) => (typeof model === "object" && model !== null && "name" in model ? String(model.name) : ""))
      .filter(Boolean);
  } catch {
    return undefined;
  }
}
