import type { TokenLogprob, TopLogprob } from "#gen/sluice/chat/v1/logprobs_pb";
import type { GuardPanel } from "./guard-panel.ts";

/**
 * Tokens as far as guards can vouch for them: without unknown fields, without bytes that are not the token's text, and without
 * alternatives in which a guard finds something.
 */
export function vouchedTokens(tokens: readonly TokenLogprob[], panel: GuardPanel, choice: number): TokenLogprob[] {
  return tokens.map(({ $typeName, token, logprob, bytes, topLogprobs, unknownFieldsJson }) => {
    if (unknownFieldsJson !== undefined) panel.dropField("choices.logprobs.unknown_fields_json");
    const vouched: TokenLogprob = { $typeName, token, logprob, topLogprobs: [] };
    if (spells(bytes, token)) vouched.bytes = bytes;
    for (const top of topLogprobs) {
      if (top.unknownFieldsJson !== undefined) panel.dropField("choices.logprobs.unknown_fields_json");
      if (panel.freeText(top.token, "choices.logprobs.top_logprobs.token", choice) !== top.token) {
        panel.dropField("choices.logprobs.top_logprobs");
        continue;
      }
      const alternative: TopLogprob = { $typeName: top.$typeName, token: top.token, logprob: top.logprob };
      if (spells(top.bytes, top.token)) alternative.bytes = top.bytes;
      vouched.topLogprobs.push(alternative);
    }
    return vouched;
  });
}

function spells(bytes: Uint8Array | undefined, token: string): bytes is Uint8Array {
  return bytes !== undefined && Buffer.from(token).equals(bytes);
}
