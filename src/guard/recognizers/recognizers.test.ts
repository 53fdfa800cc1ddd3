import { describe, expect, it } from "vitest";
import { spansFound } from "../../../test/support/pii/found-spans.ts";

/** Per entity: texts in which what stands between ⟦ and ⟧ is found, and texts in which nothing of the kind is. */
const cases: Readonly<Record<string, { readonly found: readonly string[]; readonly not: readonly string[] }>> = {
  CREDIT_CARD: {
    found: [
      "⟦4111111111111111⟧",
      "pay with ⟦4111 1111 1111 1111⟧, please",
      "⟦4111-1111-1111-1111⟧",
      "amex ⟦3782 822463 10005⟧",
      "⟦378282246310005⟧",
      "⟦30569309025904⟧",
      "JCB ⟦3530111333300000⟧",
      "the old one, ⟦180000000000002⟧.",
      "⟦2223003122003222⟧",
      "My card ⟦676763000004⟧ has twelve digits",
      "visa ⟦4222222222222⟧ has thirteen",
      "⟦４１１１１１１１１１１１１１１１⟧",
      "⟦4111\u200b1111\u200b1111\u200b1111⟧",
      "card: ⟦4111‑1111‑1111‑1111⟧",
      "card ⟦4242 4242 4242 4242⟧ exp 04/27 cvc 333, ⟦4000 0566 5566 5556⟧.",
      "Bob,555-867-5309,⟦4111111111111111⟧",
      '{"card":{"number":"⟦4111111111111111⟧","exp":"12/29"}}',
    ],
    not: [
      "4111111111111112",
      "order 4111111111111111",
      '"id": 4111111111111111',
      "676763000004",
      "0000000000000000",
      "5211 5212 5213 5214 5215",
      "strikes: 4100 4150 4200 4250",
      "(7, 'x', 4111111111111111, 3)",
      "my phone number is 4111111111111111",
      "x4111111111111111",
      "4111111111111111.5",
      "1.4111111111111111",
    ],
  },
  IBAN_CODE: {
    found: [
      "⟦GB82WEST12345698765432⟧",
      "to ⟦GB82 WEST 1234 5698 7654 32⟧ now",
      "⟦gb82west12345698765432⟧ is mine",
      "⟦DE89370400440532013000⟧.",
      "⟦DE89 3704 0044 0532 0130 00⟧ bei der Bank",
      "⟦NO9386011117947⟧",
      "IBAN ⟦MT84MALT011000012345MTLCAST001S⟧",
      "iban: ⟦TH231234567890⟧",
    ],
    not: [
      "GB82WEST12345698765433",
      "GB82WEST123456987654321",
      "TH231234567890",
      "XGB82WEST12345698765432",
      "DE89 3704 0044 0532 0130",
    ],
  },
  US_SSN: {
    found: [
      "⟦536-90-4399⟧",
      "SSN: ⟦536904399⟧",
      "my social security number is ⟦536 90 4399⟧.",
      "ssn ⟦123-45-6789⟧",
      "(⟦078-05-1120⟧)",
    ],
    not: [
      "000-12-3456",
      "666-12-3456",
      "900-12-3456",
      "536-00-4399",
      "536-90-0000",
      "536904399",
      "1536-90-4399",
      "536-90-43991",
      "part no. 536-90-4399",
    ],
  },
  US_ITIN: { found: ["⟦912-70-1234⟧", "ITIN ⟦912701234⟧"], not: ["912-45-1234", "912701234"] },
  EMAIL_ADDRESS: {
    found: [
      "⟦john.doe@example.com⟧",
      "<⟦a@b.de⟧>",
      "mailto:⟦john+tag@mail.example.co.uk⟧.",
      "write to ⟦o'neil@example.org⟧!",
      "⟦user_1@sub-domain.example.io⟧,",
      "⟦ｊｏｈｎ@example.com⟧",
      "⟦jo\u200bhn@example.com⟧",
      "mail: ⟦root@build.machine⟧",
      "请联系⟦john@example.com⟧",
    ],
    not: [
      "git@github.com:a/b.git",
      "icon@2x.png",
      "@types/node",
      "left-pad@1.3.0",
      "a@b",
      "x@y.notatld",
      "john@-example.com",
      "a..b@@example.com",
    ],
  },
  IP_ADDRESS: {
    found: [
      "⟦203.0.113.7⟧",
      "from ⟦10.0.0.1⟧ to ⟦10.0.0.9⟧",
      "⟦192.168.1.1⟧:8080",
      "⟦203.0.113.0⟧/24",
      "ping ⟦8.8.8.8⟧.",
      "<td>⟦203.0.113.7⟧</td>",
      "ssh root@⟦203.0.113.7⟧",
      "client/⟦10.1.2.3⟧:80",
      "address ⟦0.12.200.7⟧",
      "at ⟦2001:db8::ff00:42:8329⟧.",
      "⟦2001:0db8:85a3:0000:0000:8a2e:0370:7334⟧",
      "⟦fe80::1ff:fe23:4567:890a⟧%eth0",
      "⟦::ffff:192.0.2.128⟧",
      "⟦3b20:9a3a:1b2f:7ce:9ef1:4787:85fc:261e⟧",
    ],
    not: [
      "127.0.0.1",
      "0.0.0.0",
      "255.255.255.0",
      "version 12.34.56.78",
      "Chrome/119.0.0.0",
      "1.2.3.4.5",
      "256.1.1.1",
      "section 4.1.2.3",
      "a[1::2]",
      "face::add",
      "std::vector",
      "::1",
      "10:20:30",
      "pkg==12.34.56.78",
      "pkg>=12.34.56.78",
    ],
  },
  MAC_ADDRESS: {
    found: [
      "⟦00:1A:2B:3C:4D:5E⟧",
      "⟦00-1a-2b-3c-4d-5e⟧",
      "⟦001a.2b3c.4d5e⟧",
      "mac ⟦12-34-56-78-90-12⟧",
      "⟦00:1a:2b:ff:fe:3c:4d:5e⟧",
    ],
    not: [
      "00:00:00:00:00:00",
      "FF:FF:FF:FF:FF:FF",
      "00:1A:2B:3C:4D",
      "12-34-56-78-90-12",
      "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
      "1234.5678.9012",
    ],
  },
  CRYPTO: {
    found: [
      "⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧",
      "⟦3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy⟧",
      "⟦bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4⟧",
      "⟦bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0⟧",
      "⟦0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed⟧",
      "eth wallet: ⟦0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed⟧",
      "⟦TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t⟧",
    ],
    not: [
      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
      "0x0000000000000000000000000000000000000000",
    ],
  },
  URL: {
    found: [
      "see ⟦https://example.com/a?b=c#d⟧.",
      "(⟦http://www.FunnyTan.co.nz/⟧)",
      "⟦www.example.de/seite⟧,",
      "[x](⟦https://example.com/y⟧)",
      "⟦ftp://files.example.org⟧",
      "⟦example.com⟧ is it",
      "⟦example.org/path/to⟧",
      "my website is ⟦example.io⟧",
      '"⟦https://example.com⟧"',
      "Website:\\n⟦https://example.com/⟧\\n",
      "I visited ⟦microsoft.com⟧ and ⟦bit.ly/abc⟧.",
      "⟦example.co.uk⟧",
    ],
    not: [
      "http://localhost:3000/x",
      "console.log",
      "this.name",
      "README.md",
      "java.net.URL",
      "System.Net",
      "main.rs",
      "foo.com(",
      "xmlns http://www.w3.org/2000/svg",
      "https://",
    ],
  },
  PHONE_NUMBER: {
    found: [
      "⟦+1-203-305-2492x5662⟧",
      "⟦+44 20 7946 0958⟧",
      "⟦+49 (0)30 901820⟧",
      "⟦(895)164-4839x7918⟧",
      "⟦905-674-3793⟧",
      "⟦001-771-975-4619⟧",
      "⟦833.719.3994x1887⟧",
      "call ⟦9761 9808⟧",
      "Phone: ⟦083 445 2424⟧",
      "⟦06-65334860⟧ office",
      "Tel. ⟦02.27.96.63.08⟧",
      "phones: ⟦33 93 31⟧, ⟦22 498317⟧",
      "电话：⟦139 1099 8888⟧",
      "Телефон: ⟦8 (495) 123-45-67⟧",
      "⟦+1 (212) 555-0123 ext. 45⟧",
      "⟦+1‑212‑555‑0123⟧",
      "le ⟦06 12 34 56 78⟧",
      '"user_id":"⟦+447700900123⟧"',
      "My number is ⟦555 123 4567⟧",
      "You can reach me at ⟦07700 900123⟧ or ⟦+447700900123⟧.",
      "Stop the messages to ⟦01.41.28.69.59⟧",
      "No message on my registered ⟦469 4744⟧.",
      "Phone:\\n⟦083 768 8418⟧\\n",
      "1 High Street\\n⟦84 42 54⟧ office\\n⟦07700 750161⟧ fax\\n",
    ],
    not: [
      "order 905-674-3793",
      "Order #905-674-3793",
      "9761 9808",
      "1700000000",
      "2024-05-01 12:00",
      "pages 123-456",
      "+1.2345678901",
      "call 1700000000",
      "call 436 of 2371904",
      "phone version 12.10.22",
      "123-456-7890-1234",
      "call volume was 12 345 678 in 2023",
      "Tel Aviv 1948 1967 1973",
      "01 06 12 34 56 78 90",
      "/api/phone/60795170174",
      "phone - processed 2768277 records",
      "phone n083 768 8418",
      "id: 905-674-3793",
      "+20240501",
      "1-2-3",
    ],
  },
  DATE_TIME: {
    found: [
      "I was born on ⟦6/28/1939⟧.",
      "date of birth: ⟦1972-10-01⟧",
      "When: ⟦1972-10-01 21:58:22⟧",
      "It's like that since ⟦3/23/1940⟧",
      "We'll meet ⟦Sunday⟧ at noon",
      "geboren am ⟦3. Mai 1960⟧",
      "né le ⟦12 août 1975⟧",
      "DOB ⟦03/04/85⟧",
      "生年月日：⟦1985年3月12日⟧",
      "We got married on ⟦June 3rd, 2001⟧.",
      "Your appointment is on ⟦March 5, 2026 at 10:30 am⟧",
    ],
    not: [
      "2024-05-01T12:00:00Z INFO started",
      "## [1.2.0] - 2024-05-01",
      "released on March 5, 2024",
      "13/45/2024",
      "on Sunday",
      "2024-05-01",
      "deprecated since 2024-01-01",
      "from 12.6.15",
      "Meeting 2024-05-01: minutes",
      "expires=2025-01-01T00:00:00Z",
      "Date:   2024-05-01 10:00:00 +0200",
    ],
  },
  US_PASSPORT: {
    found: ["My passport number is ⟦424479789⟧", "passport: ⟦A24485948⟧"],
    not: ["424479789", "passport.js 0.6.0", "order 424479789"],
  },
  IN_PASSPORT: { found: ["Indian passport ⟦J8369854⟧"], not: ["J8369854"] },
  US_DRIVER_LICENSE: {
    found: [
      "My driver's license number is ⟦LH329609T⟧",
      "Driver License: ⟦a56319335⟧",
      "DL ⟦F255-921-50-094-0⟧",
      "license number ⟦50473044⟧",
    ],
    not: ["LH329609T", "driver 535.104.05", "MIT license 2024"],
  },
  UK_DRIVING_LICENCE: { found: ["⟦MORGA657054SM9IJ⟧"], not: ["MORGA999999SM9IJ"] },
  UK_VEHICLE_REGISTRATION: { found: ["number plate ⟦AB12 CDE⟧", "licence plate: ⟦A123 BCD⟧"], not: ["AB12 CDE"] },
  DE_KFZ: { found: ["Kennzeichen ⟦B-MA 1234⟧", "Kfz-Kennzeichen: ⟦M-X 99E⟧"], not: ["B-MA 1234"] },
  IN_VEHICLE_REGISTRATION: { found: ["vehicle registration ⟦MH 12 AB 1234⟧"], not: ["MH 12 AB 1234"] },
  NG_VEHICLE_REGISTRATION: { found: ["plate number ⟦ABC-123DE⟧"], not: ["ABC-123DE"] },
  TR_LICENSE_PLATE: { found: ["plaka ⟦34 ABC 123⟧"], not: ["34 ABC 123"] },
  US_BANK_NUMBER: {
    found: ["My bank account number is ⟦945456787654⟧", "account no. ⟦12345678⟧", "acct: ⟦1234-5678-9012⟧"],
    not: [
      "945456787654",
      "account_id=12345678",
      "account balance 123456789",
      "account (1234567)",
      "account opened 2019-05-01",
      "Checking 12345678 objects",
      "/data/account/region.csv 657993980",
    ],
  },
  ABA_ROUTING_NUMBER: {
    found: ["routing number ⟦021000021⟧", "ABA: ⟦0210-0002-1⟧"],
    not: ["routing number 021000022", "021000021"],
  },
  UK_SORT_CODE: { found: ["sort code ⟦12-34-56⟧"], not: ["12-34-56"] },
  ZIP_CODE: {
    found: [
      "My zip code is ⟦08198⟧",
      "zip ⟦12345-6789⟧",
      "Springfield, IL ⟦62704⟧",
      "postcode: ⟦SW1A 1AA⟧",
      "PLZ ⟦10115⟧",
      "postal code ⟦K1A 0B1⟧",
    ],
    not: ["08198", "zip file of 12345 bytes", "200 OK 12345", "gzip 12345"],
  },
};

describe.each(Object.entries(cases))("%s", (entity, { found, not }) => {
  it.each(found)("is found: %s", (marked) => {
    expect(mark(marked.replace(/[⟦⟧]/g, ""), entity)).toBe(marked);
  });

  it.each(not)("is not found: %s", (text) => {
    expect(mark(text, entity)).toBe(text);
  });
});

/** The text with what is found of an entity between ⟦ and ⟧. */
function mark(text: string, entity: string): string {
  let marked = "";
  let at = 0;
  for (const span of spansFound([text])) {
    if (span.entity !== entity) continue;
    marked += `${text.slice(at, span.start)}⟦${text.slice(span.start, span.end)}⟧`;
    at = span.end;
  }
  return marked + text.slice(at);
}

it.each([
  ["an IBAN is one, whatever the numbers in it", "DE89370400440532013000", ["IBAN_CODE"]],
  [
    "the nearest label says what a number is",
    "My SSN is 536904399 and my passport number is 424479789",
    ["US_SSN", "US_PASSPORT"],
  ],
  ["an address is no part of an e-mail address", "bob@example.com", ["EMAIL_ADDRESS"]],
])("%s", (_, text, entities) => {
  expect(spansFound([text]).map(({ entity }) => entity)).toEqual(entities);
});
