import type { Logprobs, TokenLogprob, TopLogprob } from "#gen/sluice/chat/v1/logprobs_pb";
import { type JsonCodec, JsonObject, list, member, number, text } from "../json/json-object.ts";

interface LogprobsResult {
  chosenCandidates?: Token[];
  topCandidates?: { candidates?: Token[] }[];
  unknownFieldsJson?: string;
}

interface Token {
  token: string;
  logProbability: number;
  unknownFieldsJson?: string;
}

const token = new JsonObject<Token>(
  () => ({ token: "", logProbability: 0 }),
  [member("token", "token", text), member("logProbability", "logProbability", number)],
);

const topCandidates = new JsonObject<{ candidates?: Token[] }>(
  () => ({}),
  [member("candidates", "candidates", list(token))],
  "drop",
);

const logprobsResult = new JsonObject<LogprobsResult>(
  () => ({}),
  [member("chosenCandidates", "chosenCandidates", list(token)), member("topCandidates", "topCandidates", list(topCandidates))],
);

const utf8 = new TextEncoder();

/** logprobsResult (https://ai.google.dev/api/generate-content#LogprobsResult) as the log probabilities of the content's tokens. */
export const logprobsJson: JsonCodec<Logprobs> = {
  read(reader) {
    const { chosenCandidates = [], topCandidates: tops = [], unknownFieldsJson } = logprobsResult.read(reader);
    const content = chosenCandidates.map<TokenLogprob>((chosen, index) => ({
      $typeName: "sluice.chat.v1.TokenLogprob",
      ...probability(chosen),
      topLogprobs: (tops[index]?.candidates ?? []).map<TopLogprob>((candidate) => ({
        $typeName: "sluice.chat.v1.TopLogprob",
        ...probability(candidate),
      })),
    }));
    const logprobs: Logprobs = { $typeName: "sluice.chat.v1.Logprobs", content, refusal: [] };
    if (unknownFieldsJson !== undefined) logprobs.unknownFieldsJson = unknownFieldsJson;
    return logprobs;
  },
  write: () => "null",
};

function probability({ token, logProbability, unknownFieldsJson }: Token) {
  const bytes = utf8.encode(token);
  return { token, logprob: logProbability, bytes, ...(unknownFieldsJson === undefined ? {} : { unknownFieldsJson }) };
}
