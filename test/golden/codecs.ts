import type { GoldenCodec } from "./golden-codec.ts";
import { openAiGolden } from "./openai.golden.ts";

/** Every codec, a line each. */
export const goldenCodecs: readonly GoldenCodec[] = [openAiGolden];
