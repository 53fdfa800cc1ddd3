import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GetModelResponseSchema, ListModelsResponseSchema } from "#gen/sluice/chat/v1/model_service_pb";
import { type RestGateway, startRestGateway } from "../../test/support/rest-gateway.ts";
import { GatewayError } from "../chat/error.ts";

let gateway: RestGateway;
let reasons: string[] = [];
beforeAll(async () => {
  gateway = await startRestGateway({
    readiness: () => ({ ready: reasons.length === 0, reasons }),
    rpc: {
      match: (_request, path) => path === "/pkg.Service/Method" || path === "/pkg.Service/Broken",
      handle(_request, response, path) {
        if (path.endsWith("Broken")) throw new Error("secret");
        response.end("rpc");
      },
    },
  });
  gateway.calls.unary = (request) => {
    if (request.$typeName.endsWith("ListModelsRequest")) {
      return create(ListModelsResponseSchema, { models: [{ id: "a/b", created: 5, ownedBy: "a" }] });
    }
    const { id } = request as typeof request & { id: string };
    if (id === "none") throw new GatewayError("model_not_found", "there is no model none");
    return create(GetModelResponseSchema, { model: { id, created: 5, ownedBy: "a" } });
  };
});
afterAll(() => gateway.close());

const json = { "content-type": "application/json" };
const chat = "/v1/chat/completions";
const hi = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';

const table: [method: string, path: string, headers: Record<string, string>, status: number, code: string | undefined][] = [
  ["GET", "/", {}, 404, "not_found"],
  ["GET", "/v1", {}, 404, "not_found"],
  ["POST", "/v1/chat/completions/", json, 404, "not_found"],
  ["POST", "/v1/chat//completions", json, 404, "not_found"],
  ["POST", "/v1/chat/%63ompletions", json, 404, "not_found"],
  ["POST", "/V1/chat/completions", json, 404, "not_found"],
  ["POST", "/v1/../v1/chat/completions;x", json, 404, "not_found"],
  ["POST", "/v1/completions", json, 404, "not_found"],
  ["POST", "/pkg.Service/Other", json, 404, "not_found"],
  ["GET", "/v1/models/", {}, 404, "not_found"],
  ["GET", "/v1/models/none", {}, 404, "model_not_found"],
  ["GET", chat, {}, 405, "method_not_allowed"],
  ["PUT", chat, json, 405, "method_not_allowed"],
  ["POST", "/v1/models", json, 405, "method_not_allowed"],
  ["DELETE", "/v1/models/x", {}, 405, "method_not_allowed"],
  ["POST", "/healthz", json, 405, "method_not_allowed"],
  ["POST", chat, {}, 415, "unsupported_media_type"],
  ["POST", chat, { "content-type": "text/plain" }, 415, "unsupported_media_type"],
  ["POST", chat, { "content-type": "application/jsonp" }, 415, "unsupported_media_type"],
  ["POST", chat, { ...json, "content-encoding": "br" }, 415, "unsupported_media_type"],
  ["POST", chat, { ...json, "content-encoding": "gzip, gzip" }, 415, "unsupported_media_type"],
  ["POST", chat, { ...json, "x-request-timeout-ms": "soon" }, 400, "invalid_request"],
  ["POST", chat, { ...json, "x-request-timeout-ms": "0" }, 400, "invalid_request"],
  ["POST", chat, { "content-type": "Application/JSON; charset=utf-8" }, 200, undefined],
  ["POST", `${chat}?api-version=1`, json, 200, undefined],
  ["GET", "/v1/models?limit=1", {}, 200, undefined],
];

describe.each(["1.1", "2"])("HTTP/%s", (version) => {
  it.each(table)("%s %s %j is answered %i %s", async (method, path, headers, status, code) => {
    const body = headers["content-type"] === undefined && path !== chat ? undefined : hi;
    const withBody = method === "GET" ? undefined : body;
    const answer = await gateway.send(version, { method, path, headers, ...(withBody === undefined ? {} : { body: withBody }) });
    const error = code === undefined ? undefined : JSON.parse(answer.body).error;
    expect([answer.status, error?.code]).toEqual([status, code]);
    if (error !== undefined) {
      expect(Object.keys(error)).toEqual(["message", "type", "param", "code"]);
      expect(answer.headers).toMatchObject({ "content-type": "application/json", "x-should-retry": "false" });
    }
    if (status === 405) expect(answer.headers.allow).toBe(path === chat ? "POST" : path === "/healthz" ? "GET, HEAD" : "GET");
  });

  it("hands RPC paths on, and survives when that throws", async () => {
    expect((await gateway.send(version, { path: "/pkg.Service/Method" })).body).toBe("rpc");
    const broken = await gateway.send(version, { path: "/pkg.Service/Broken" });
    expect([broken.status, broken.body]).toEqual([500, expect.not.stringContaining("secret")]);
  });

  it("tells whether it lives and whether it is ready", async () => {
    reasons = [];
    expect(await gateway.send(version, { path: "/healthz" })).toMatchObject({ status: 200, body: "ok\n" });
    expect((await gateway.send(version, { method: "HEAD", path: "/healthz" })).body).toBe("");
    const ready = await gateway.send(version, { path: "/readyz" });
    expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { ready: true, reasons: [] }]);
    reasons = ["draining"];
    const draining = await gateway.send(version, { path: "/readyz" });
    expect([draining.status, JSON.parse(draining.body)]).toEqual([503, { ready: false, reasons: ["draining"] }]);
    expect((await gateway.send(version, { path: "/healthz" })).status).toBe(200);
  });

  it("lists models and finds them by id, with slashes and encoded", async () => {
    const model = { id: "a/b", object: "model", created: 5, owned_by: "a" };
    const list = await gateway.send(version, { path: "/v1/models" });
    expect(JSON.parse(list.body)).toEqual({ object: "list", data: [model] });
    for (const [path, id] of [
      ["/v1/models/a/b", "a/b"],
      ["/v1/models/a%2Fb", "a/b"],
      ["/v1/models/gr%C3%BCn?x=1", "grün"],
      ["/v1/models/%zz", "%zz"],
    ] as const) {
      expect(JSON.parse((await gateway.send(version, { path })).body)).toEqual({ ...model, id });
    }
    expect(gateway.calls.last.head).toMatchObject({ operation: "models", protocol: "rest" });
    expect(gateway.calls.last.closings).toEqual([undefined]);
  });
});
