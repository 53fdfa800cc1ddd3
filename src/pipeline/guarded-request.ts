import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatMessage, ChatMessageSchema, type Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../chat/error.ts";
import type { Channel, ChannelKey, RequestGuard } from "../chat/guard.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { GuardSink } from "./guard-sink.ts";
import { GuardedText, type NamedGuard } from "./guarded-text.ts";
import { mediaTexts } from "./media-text.ts";
import { type FieldPlan, requestPlan, type StringKind } from "./request-plan.ts";

/** A guard of requests and the middleware it belongs to. */
export interface NamedRequestGuard extends NamedGuard {
  readonly guard: RequestGuard;
}

/** A place in a message: keys and indexes from the request on, and in the contract's words, without a key that a client chose. */
interface Place {
  readonly keys: readonly (string | number)[];
  readonly path: string;
}

/** Who looks at a part of a request, and the fixed strings of it in which nothing was found. */
interface Lane {
  readonly guards: readonly NamedRequestGuard[];
  readonly passed: Set<string>;
}

/**
 * One request under guards: every string and every bytes field of it, found by its descriptors, is looked at. What may be changed
 * is collected; a finding in anything else fails the call, and so does a block.
 */
export class GuardedRequest {
  /** What of the client's metadata may go on. */
  readonly metadata: Record<string, string> = {};
  readonly #guards: readonly NamedRequestGuard[];
  readonly #sink: GuardSink;
  #verdicts = 0;
  readonly #lanes = new Map<Role | undefined, Lane>();
  readonly #changes: { readonly keys: Place["keys"]; readonly value: unknown }[] = [];

  constructor(guards: readonly NamedRequestGuard[], sink: GuardSink) {
    this.#guards = guards;
    this.#sink = {
      ...sink,
      addVerdict: (verdict) => {
        this.#verdicts++;
        sink.addVerdict(verdict);
      },
    };
  }

  /**
   * Looks at a request and at what the client said about itself, the request's own metadata included.
   * @param role who is taken to have written what is in no message of its own. Default nobody: only guards of all roles look at it.
   * @throws GatewayError `guardrail_blocked`, with the field.
   */
  look<Desc extends DescMessage>(
    desc: Desc,
    request: Immutable<MessageShape<Desc>>,
    metadata: Readonly<Record<string, string>>,
    role?: Role,
  ): void {
    const lane = this.#lane(undefined);
    const own = "metadata" in request ? (request.metadata as Readonly<Record<string, string>>) : {}; // a chat request's
    this.#message(desc, { ...request, metadata: {} }, { keys: [], path: "" }, this.#lane(role));
    for (const [key, value] of Object.entries({ ...own, ...metadata })) {
      this.#fixed(key, "metadata.key", lane);
      this.metadata[key] = this.#released(value, "metadata.value", lane.guards);
    }
  }

  /** Makes the changes that the guards want, in a draft of the request; its metadata is left to the caller. */
  apply(draft: object): void {
    for (const { keys, value } of this.#changes) {
      let at: object = draft;
      for (const key of keys.slice(0, -1)) at = Reflect.get(at, key) as object; // the way that look() came
      Reflect.set(at, keys.at(-1) ?? "", value);
    }
  }

  #lane(role: Role | undefined): Lane {
    let lane = this.#lanes.get(role);
    if (lane === undefined) {
      const guards = this.#guards.filter(
        ({ guard: { roles } }) => roles === undefined || (role !== undefined && roles.includes(role)),
      );
      lane = { guards, passed: new Set() };
      this.#lanes.set(role, lane);
    }
    return lane;
  }

  #message(desc: DescMessage, message: object, place: Place, outer: Lane): void {
    const lane = desc === ChatMessageSchema ? this.#lane((message as ChatMessage).role) : outer;
    if (lane.guards.length === 0 && desc !== ChatCompletionRequestSchema) return;
    for (const field of requestPlan(desc)) {
      const [key = "", inner] = field.keys;
      let value: unknown = Reflect.get(message, key);
      if (inner !== undefined) {
        if ((value as { case: string | undefined }).case !== field.oneofCase) continue; // every oneof has a case
        value = Reflect.get(value as object, inner);
      }
      if (value === undefined) continue;
      const at = { keys: [...place.keys, ...field.keys], path: place.path === "" ? field.name : `${place.path}.${field.name}` };
      this.#field(field, value, at, lane);
    }
  }

  #field(field: FieldPlan, value: unknown, at: Place, lane: Lane): void {
    if (field.repeated === "no") this.#value(field, value, at, lane);
    else if (field.repeated === "list") {
      (value as readonly unknown[]).forEach((item, index) => {
        this.#value(field, item, { keys: [...at.keys, index], path: `${at.path}[${index}]` }, lane);
      });
    } else {
      for (const [key, item] of Object.entries(value as object)) {
        this.#fixed(key, `${at.path}.key`, lane);
        this.#value(field, item, { keys: [...at.keys, key], path: `${at.path}.value` }, lane);
      }
    }
  }

  /** `value` is what the field's plan says. */
  #value(field: FieldPlan, value: unknown, at: Place, lane: Lane): void {
    if (field.holds === "messages") this.#message(field.message, value as object, at, lane);
    else if (field.holds === "strings") this.#string(field.kind, field.channel, value as string | Uint8Array, at, lane);
    else if (field.holds === "structs") {
      const text = JSON.stringify(value);
      const released = this.#json(text, undefined, at, lane);
      if (released !== text) this.#changes.push({ keys: at.keys, value: JSON.parse(released) });
    }
  }

  #string(kind: StringKind, channel: Channel | undefined, value: string | Uint8Array, at: Place, lane: Lane): void {
    if (value.length === 0) return;
    if (kind === "media") for (const text of mediaTexts(value)) this.#fixed(text, at.path, lane);
    else if (typeof value !== "string") return;
    else if (kind === "fixed") this.#fixed(value, at.path, lane);
    else {
      const released =
        kind === "json"
          ? this.#json(value, channel, at, lane)
          : this.#released(value, at.path, guardsOn(channel, lane), channel ?? "content");
      if (released !== value) this.#changes.push({ keys: at.keys, value: released });
    }
  }

  /** JSON text, which stays JSON where it was. */
  #json(text: string, channel: Channel | undefined, { path }: Place, lane: Lane): string {
    const released = this.#released(text, path, guardsOn(channel, lane), "tool_arguments");
    if (released !== text && isJson(text) && !isJson(released)) throw blockedRequest(path);
    return released;
  }

  /** What cannot be changed passes or fails the call. */
  #fixed(text: string, path: string, { guards, passed }: Lane): void {
    if (text === "" || passed.has(text)) return;
    const verdicts = this.#verdicts;
    if (this.#released(text, path, guards) !== text) throw blockedRequest(path);
    if (this.#verdicts === verdicts) passed.add(text);
  }

  #released(text: string, path: string, guards: readonly NamedRequestGuard[], channel: Channel = "content"): string {
    if (guards.length === 0) return text;
    const key: ChannelKey = { channel, choice: 0, tool: 0 };
    const json = channel === "tool_arguments" && !path.endsWith(".input"); // a custom tool's input is free text
    const whole = new GuardedText({ guards, key, channel: `request.${path}`, json, sink: this.#sink });
    const released = whole.take(text) + (whole.blocked ? "" : whole.end("eof"));
    if (whole.blocked) throw blockedRequest(path);
    return released;
  }
}

function guardsOn(channel: Channel | undefined, { guards }: Lane): readonly NamedRequestGuard[] {
  return channel === undefined ? guards : guards.filter(({ guard }) => guard.channels.includes(channel));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function blockedRequest(field: string): GatewayError {
  return new GatewayError("guardrail_blocked", "the request was blocked by a guardrail", { param: field });
}
