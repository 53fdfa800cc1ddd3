import { describe, expect, it } from "vitest";
import { labelled, labelsBefore, labelsRightBefore } from "./label.ts";
import type { Label } from "./label-words.ts";

describe("labelsBefore", () => {
  it.each<[before: string, labels: readonly Label[]]>([
    ["my passport number is ", ["passport"]],
    ["Passport No.: ", ["passport"]],
    ["passports ", ["passport"]],
    ['{"passportNumber":"', ["passport"]],
    ["passport_no=", ["passport"]],
    ["My passport and my SSN: ", ["ssn"]],
    ["| Passport | ", ["passport"]],
    ["Passport\n", ["passport"]],
    ["<passport>", ["passport"]],
    ["Numéro de téléphone : ".normalize("NFD").replace(/\p{M}/gu, ""), ["phone"]],
    ["我的电话是", ["phone"]],
    ["phones: 33 93 31, ", ["phone"]],
    ["phone 1: ", ["phone"]],
    ["an order ", ["reference"]],
  ])("%j: %j", (before, labels) => {
    expect(labelsBefore(before)).toEqual(expect.arrayContaining([...labels]));
  });

  it.each([
    "",
    "mypassport ",
    "passport one two three four five six seven ",
    "passport line\nanother ",
    "passport (the old one, ",
    "passport { id: ",
    "/api/passport/",
    "'passport', '",
    "phone 200 of 300 is ",
    "the order is here: ",
  ])("has none in %j", (before) => {
    expect(labelsBefore(before)).toEqual([]);
  });
});

describe("labelsRightBefore", () => {
  it.each<[before: string, labels: readonly Label[]]>([
    ["order number ", ["reference"]],
    ["card ", ["card"]],
    ["card of mine ", []],
    ["12 pages. ", []],
    ["ref. ", ["reference"]],
  ])("%j: %j", (before, labels) => {
    expect(labelsRightBefore(before)).toEqual(labels);
  });
});

it("labelled asks for one of several", () => {
  const inContext = labelled("nif", "nie");
  expect(["NIE: ", "DNI ", "PAN "].map(inContext)).toEqual([true, true, false]);
});
