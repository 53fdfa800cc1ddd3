import { expect, it } from "vitest";
import { iniFile } from "./ini-file.ts";

const parsed = (text: string): object =>
  Object.fromEntries([...iniFile(text)].map(([name, settings]) => [name, Object.fromEntries(settings)]));

it.each<[string, string, object]>([
  [
    "a section",
    "[default]\naws_access_key_id = A\nAWS_Secret_Access_Key=s=/+",
    { default: { aws_access_key_id: "A", aws_secret_access_key: "s=/+" } },
  ],
  ["a profile", "[profile work]\r\nregion=eu-west-1\r\n", { "profile work": { region: "eu-west-1" } }],
  ["a profile in quotes", '[profile "at work"]\nregion = x', { "profile at work": { region: "x" } }],
  ["comments", "# no\n; no\n[a] ; yes\nb = c # d\ne = f#g", { a: { b: "c", e: "f#g" } }],
  ["a section in two places", "[a]\nb=1\n[c]\n[a]\nb=2\nd=3", { a: { b: "2", d: "3" }, c: {} }],
  ["settings of settings", "[a]\ns3 =\n  max = 2\nb = 1", { a: { s3: "", b: "1" } }],
  ["what belongs nowhere", "a = b\nnonsense\n[c]\nalso nonsense", { c: {} }],
])("reads %s", (_what, text, expected) => {
  expect(parsed(text)).toEqual(expected);
});
