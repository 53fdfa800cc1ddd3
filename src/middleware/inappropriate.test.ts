import { describe, expect, it } from "vitest";
import { foundBy } from "../../test/support/found-by.ts";
import { inappropriate } from "./inappropriate.ts";

const guard = inappropriate();

describe("inappropriate", () => {
  it.each([
    "fuck",
    "FUCK",
    "fuuuck",
    "fuck1ng",
    "fuckers",
    "f.u.c.k",
    "f-u-c-k",
    "f u c k",
    "f*ck",
    "fück",
    "ｆｕｃｋ",
    "𝖋𝖚𝖈𝖐",
    "fu\u200bck",
    "fuсk",
    "sh1t",
    "$h!t",
    "5h1t",
    "a$$hole",
    "b1tch3s",
    "son of a b1tch",
    "son-of-a-bitch",
    "Scheiße",
    "hijo de puta",
  ])("finds %s as profanity", (written) => {
    expect(foundBy(guard, `oh, ${written}!`)).toEqual([`PROFANITY:${written}`]);
  });

  it.each([
    ["VIOLENCE", "I will kill you"],
    ["SELF_HARM", "I want to die"],
    ["SEXUAL", "send nudes"],
    ["SLUR", "you retard"],
  ])("finds %s", (entity, text) => {
    expect(foundBy(guard, text).map((each) => each.split(":")[0])).toEqual([entity]);
  });

  it.each([
    "The Scunthorpe class passed its assessment on 455 cocktails with shiitake and a grape.",
    "Dick and Fanny went to Essex to see a therapist about Moby Dick, cum laude.",
    "kill -9 the parent process, then kill its children; abort, retry, fail?",
    "a s s e t s, U S A, s h a l l, f u n",
    "The suicide rate fell; the film has violence, and the museum shows nudes by Titian.",
    "const tit = title[5]; // 80085, 5417, 8008",
  ])("finds nothing in %j", (text) => {
    expect(foundBy(guard, text)).toEqual([]);
  });

  it("looks for some categories only, and leaves alone what is allowed", () => {
    const text = "fuck, shit, send nudes";
    expect(foundBy(inappropriate({ categories: ["sexual"] }), text)).toEqual(["SEXUAL:send nudes"]);
    expect(foundBy(inappropriate({ allow: ["Shit"] }), text)).toEqual(["PROFANITY:fuck", "SEXUAL:send nudes"]);
  });
});
