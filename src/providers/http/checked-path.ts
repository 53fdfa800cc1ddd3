import { GatewayError } from "../../chat/error.ts";

/** `.` or `..` between slashes or backslashes, each of them as it is or percent-encoded. */
const dotSegment = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/\\]|%2f|%5c)/i;

/**
 * The path and query of a request, if it stays below the provider's base path wherever it is decoded: a part of it may be a client's,
 * such as the model's name.
 * @throws GatewayError `model_not_found`.
 */
export function checkedPath(path: string, basePath: string): string {
  const [below = ""] = path.slice(basePath.length).split("?", 1);
  if (path.startsWith(`${basePath}/`) && !below.startsWith("//") && !dotSegment.test(below) && !/[#\s\p{Cc}]/u.test(path))
    return path;
  throw new GatewayError("model_not_found", "this model cannot be asked for: its name would lead elsewhere", { param: "model" });
}
