/** A message of the Messages API, as its JSON. */
export interface WireMessage {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly usage: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

type Event = Readonly<Record<string, unknown>>;

/**
 * The events in which Anthropic streams a message (https://platform.claude.com/docs/en/build-with-claude/streaming): text, thinking and
 * inputs in deltas of `size` characters, signatures in one before the block's end, other blocks whole.
 */
export function streamOfMessage(
  { content, usage, stop_reason, stop_sequence, stop_details, ...message }: WireMessage,
  size = 7,
): Event[] {
  const { output_tokens, ...begun } = usage;
  const start = { ...message, content: [], stop_reason: null, stop_sequence: null, usage: { ...begun, output_tokens: 1 } };
  return [
    { type: "message_start", message: start },
    { type: "ping" },
    ...content.flatMap((block, index) => eventsOf(block, index, size)),
    { type: "message_delta", delta: { stop_reason, stop_sequence, stop_details }, usage: { output_tokens } },
    { type: "message_stop" },
  ];
}

function eventsOf(block: Readonly<Record<string, unknown>>, index: number, size: number): Event[] {
  const { begun, deltas } = split(block, size);
  return [
    { type: "content_block_start", index, content_block: begun },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function split(block: Readonly<Record<string, unknown>>, size: number): { begun: object; deltas: object[] } {
  switch (block.type) {
    case "text": {
      const { citations, text, ...rest } = block;
      const cited = Array.isArray(citations) ? citations.map((citation: unknown) => ({ type: "citations_delta", citation })) : [];
      const deltas = pieces(text, size).map((piece) => ({ type: "text_delta", text: piece }));
      return {
        begun: { ...rest, text: "", ...(citations === undefined ? {} : { citations: [] }) },
        deltas: [...cited, ...deltas],
      };
    }
    case "thinking": {
      const deltas = pieces(block.thinking, size).map((thinking) => ({ type: "thinking_delta", thinking }));
      return {
        begun: { ...block, thinking: "", signature: "" },
        deltas: [...deltas, { type: "signature_delta", signature: block.signature }],
      };
    }
    case "tool_use":
    case "server_tool_use": {
      const json = JSON.stringify(block.input);
      const deltas = ["", ...pieces(json, size)].map((partial_json) => ({ type: "input_json_delta", partial_json }));
      return { begun: { ...block, input: {} }, deltas };
    }
    default:
      return { begun: block, deltas: [] };
  }
}

function pieces(text: unknown, size: number): string[] {
  return String(text).match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [];
}
