import fc from "fast-check";
import { streamOfMessage, type WireMessage } from "./stream-of-message.ts";

type Members = Record<string, unknown>;

const words = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom("", "Hello 👋", '{"a":1}', "\n"));
const names = fc.constantFrom("get_weather", "sluice_custom_run", "sluice_structured_output");
const inputs = fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom("input", "city", "n"), fc.jsonValue({ maxDepth: 1 })));
const citation = fc.record({
  type: fc.constantFrom("web_search_result_location", "char_location"),
  cited_text: words,
  url: fc.option(fc.constant("https://e.com"), { nil: undefined }),
  title: fc.option(words, { nil: null }),
});

const block: fc.Arbitrary<Members> = fc.oneof(
  fc.record({ type: fc.constant("text"), text: words }),
  fc.record({ type: fc.constant("text"), text: words, citations: fc.array(citation, { maxLength: 2 }) }),
  fc.record({ type: fc.constant("thinking"), thinking: words, signature: words }),
  fc.record({ type: fc.constant("redacted_thinking"), data: words }),
  fc.record({ type: fc.constant("tool_use"), id: words, name: names, input: inputs }),
  fc.record({ type: fc.constant("server_tool_use"), id: words, name: words, input: inputs }),
  fc.record({ type: fc.constantFrom("web_search_tool_result", "compaction"), content: fc.jsonValue({ maxDepth: 2 }) }),
);

const tokens = fc.nat(1_000_000);

/** Any message that the Messages API could give. */
export const arbitraryMessage: fc.Arbitrary<WireMessage> = fc.record({
  id: fc.constant("msg_1"),
  type: fc.constant("message"),
  role: fc.constant("assistant"),
  model: fc.constant("claude-opus-5"),
  content: fc.array(block, { maxLength: 5 }),
  stop_reason: fc.constantFrom("end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"),
  stop_sequence: fc.option(words, { nil: null }),
  stop_details: fc.option(fc.record({ type: fc.constant("refusal"), explanation: fc.option(words, { nil: null }) }), {
    nil: null,
  }),
  usage: fc.record({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: fc.option(tokens, { nil: null }),
    cache_creation_input_tokens: fc.option(tokens, { nil: null }),
    output_tokens_details: fc.option(fc.record({ thinking_tokens: tokens }), { nil: null }),
    service_tier: fc.option(fc.constantFrom("standard", "priority"), { nil: null }),
  }),
});

/** Any value where another should be. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, -1, "", [], {}, { type: "text" }, "message_stop", 2 ** 40, 0.5),
);

/** A JSON value with one place of it changed, taken away or doubled. */
export function spoiled(value: unknown, at: number, by: unknown): unknown {
  const places: { readonly of: Members; readonly key: string }[] = [];
  const copy: unknown = structuredClone(value);
  const visit = (inner: unknown): void => {
    if (typeof inner !== "object" || inner === null) return;
    const of = inner as Members; // arrays too: their indexes are keys
    for (const key of Object.keys(of)) {
      places.push({ of, key });
      visit(of[key]);
    }
  };
  visit(copy);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return by;
  if (by === undefined) Reflect.deleteProperty(place.of, place.key);
  else place.of[place.key] = by;
  return copy;
}

/** A message with up to three places changed. */
export const arbitrarySpoiledMessage: fc.Arbitrary<unknown> = fc
  .tuple(arbitraryMessage, fc.array(fc.tuple(fc.nat(), fc.option(anything, { nil: undefined })), { maxLength: 3 }))
  .map(([message, spoils]) => spoils.reduce<unknown>((value, [at, by]) => spoiled(value, at, by), message));

/** Events of a message in any order, some of them twice, changed or missing. */
export const arbitraryEvents: fc.Arbitrary<readonly unknown[]> = fc
  .tuple(
    arbitraryMessage.map((message) => streamOfMessage(message, 3)),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("swap", "double", "drop", "spoil"), fc.option(anything, { nil: undefined })),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([events, changes]) => {
    const list: unknown[] = [...events];
    for (const [at, other, change, by] of changes) {
      const i = at % Math.max(list.length, 1);
      const j = other % Math.max(list.length, 1);
      if (change === "swap") [list[i], list[j]] = [list[j], list[i]];
      else if (change === "double") list.splice(j, 0, list[i]);
      else if (change === "drop") list.splice(i, 1);
      else list[i] = spoiled(list[i], other, by);
    }
    return list;
  });
