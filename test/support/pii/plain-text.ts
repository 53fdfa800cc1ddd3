import { alphanumeric, base64, SeededRandom } from "./seeded-random.ts";

/** Text without personal data and without secrets, of at least so many characters: what a recognizer finds in it is a false alarm. */
export function plainTexts(seed: number, characters: number): string[] {
  const random = new SeededRandom(seed);
  const texts: string[] = [];
  for (let length = 0, i = 0; length < characters; i++) {
    const kind = kinds[i % kinds.length] ?? prose;
    const text = Array.from({ length: random.between(4, 12) }, () => kind(random)).join("\n");
    texts.push(text);
    length += text.length;
  }
  return texts;
}

const two = (n: number) => String(n).padStart(2, "0");
const date = (r: SeededRandom) => `20${two(r.between(10, 26))}-${two(r.between(1, 12))}-${two(r.between(1, 28))}`;
const clock = (r: SeededRandom) => `${two(r.below(24))}:${two(r.below(60))}:${two(r.below(60))}`;
const uuid = (r: SeededRandom) => `${r.hex(8)}-${r.hex(4)}-4${r.hex(3)}-a${r.hex(3)}-${r.hex(12)}`;
const version = (r: SeededRandom) => `${r.below(30)}.${r.below(40)}.${r.below(120)}`;
const epoch = (r: SeededRandom) => r.fill(r.pick(["17########", "17###########", "17##############", "17#################"]));
const float = (r: SeededRandom) => `${r.pick(["", "-"])}${r.below(1000)}.${r.digits(r.between(1, 12))}`;
const word = (r: SeededRandom) =>
  r.pick([
    ..."user order index buffer token session request client server parser stream chunk result config value item node edge matrix".split(
      " ",
    ),
    ..."layout button header account phone card driver license passport email address date zip call bank routing mobile contact".split(
      " ",
    ),
  ] as [string, ...string[]]);
const camel = (r: SeededRandom) => `${word(r)}${word(r).replace(/^./, (first) => first.toUpperCase())}`;

const prose = (r: SeededRandom) =>
  r.pick([
    `The committee met ${r.between(2, 40)} times in ${r.between(1900, 2026)} and published ${r.between(10, 900)} pages in ${r.between(2, 9)} volumes.`,
    `About ${r.between(1, 999)},${r.digits(3)},${r.digits(3)} people lived there in ${r.between(1800, 2026)}, ${float(r)} percent more than ten years before.`,
    `A chapter of ${r.between(10, 99)} pages (pp. ${r.between(100, 199)}-${r.between(200, 299)}) explains how the ${word(r)} was found in ${r.between(1700, 1999)}.`,
    `Call the function before the ${word(r)} is ready, then contact the ${word(r)} layer; the phone app shows a card with ${r.between(3, 90)} rows.`,
    `Driver version ${version(r)} supports ${r.between(2, 64)} devices; the bank of ${r.between(4, 32)} memory cards runs at ${r.between(1600, 6400)} MHz.`,
    `The bridge is ${float(r)} m long, ${r.between(10, 40)} m wide, and carries ${r.between(10, 90)} ${r.digits(3)} vehicles a day (as of ${r.between(2000, 2026)}).`,
    `In the final they won ${r.between(0, 7)}-${r.between(0, 7)}, ${r.between(0, 7)}-${r.between(0, 7)}, 7-6 (${r.between(2, 12)}-${r.between(2, 12)}) after ${r.between(2, 5)} h ${r.between(1, 59)} min.`,
    `Water boils at ${r.between(90, 101)}.${r.digits(2)} °C there; the constant is 6.022 140 76 × 10^23 and pi is 3.14159 26535 89793 23846.`,
    `See section ${r.between(1, 20)}.${r.between(1, 20)}.${r.between(1, 9)} and table ${r.between(1, 30)}-${r.between(1, 30)} of RFC ${r.between(791, 9999)}, page ${r.between(1, 90)}.`,
    `Released on ${date(r)}, deprecated since ${date(r)}: version ${version(r)} of the passport strategy and the email template.`,
    `Her third album came out in ${r.between(1960, 2026)}; it sold ${r.between(100, 999)} ${r.digits(3)} copies and stayed ${r.between(3, 90)} weeks in the charts.`,
    `We'll meet that goal by the third quarter: ${r.between(10, 99)}% of calls answered within ${r.between(5, 60)} seconds, ${r.between(100, 999)} tickets a day.`,
  ]);

const kinds: readonly ((r: SeededRandom) => string)[] = [
  prose,
  (r) =>
    `${date(r)}T${clock(r)}.${r.digits(3)}Z ${r.pick(["INFO", "WARN", "ERROR", "DEBUG"])} [${word(r)}-${r.below(64)}] ${camel(r)} took ${r.below(5000)} ms, ${r.digits(r.between(3, 9))} bytes, id=${r.digits(r.between(6, 17))}, trace=${r.hex(32)}`,
  (r) =>
    `[${date(r)} ${clock(r)},${r.digits(3)}] ${word(r)}.${camel(r)} - call ${r.digits(r.between(1, 6))} of ${r.digits(r.between(4, 8))} done; seq ${r.digits(12)}; account_id=${r.digits(8)} status=${r.pick(["200", "404"])}`,
  (r) =>
    `- - [${two(r.between(1, 28))}/Oct/20${two(r.between(10, 26))}:${clock(r)} +0${r.below(3)}00] "GET /api/v${r.below(4)}/${word(r)}/${r.digits(r.between(3, 12))}?page=${r.below(99)} HTTP/1.1" 200 ${r.digits(r.between(3, 7))} "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${r.between(80, 140)}.0.${r.digits(4)}.${r.digits(2)} Safari/537.36"`,
  (r) =>
    `commit ${r.hex(40)}\nMerge: ${r.hex(7)} ${r.hex(7)}\nDate:   ${r.pick(["Mon", "Tue", "Sat"])} ${r.pick(["Jan", "Mar", "Oct"])} ${r.between(1, 28)} ${clock(r)} 20${two(r.between(10, 26))} +0${r.below(9)}00\n\n    ${r.pick(["Fix", "Add", "Drop"])} ${camel(r)} (#${r.digits(r.between(2, 5))})\n`,
  (r) =>
    `Date:   ${date(r)} ${clock(r)} -0700\n${r.hex(8)} ${date(r)} ${r.pick(["Bump", "Pin"])} ${word(r)} from ${version(r)} to ${version(r)}`,
  (r) =>
    `    "node_modules/${word(r)}-${word(r)}": {\n      "version": "${version(r)}",\n      "integrity": "sha512-${r.of(base64, 86)}==",\n      "engines": { "node": ">=${r.between(10, 24)}.${r.below(20)}.0" }\n    },`,
  (r) =>
    `{"id":"${uuid(r)}","parent":${r.digits(r.between(10, 19))},"at":${epoch(r)},"score":${float(r)},"tags":["${word(r)}","${r.hex(24)}"],"lat":${float(r)},"lon":${float(r)}}`,
  (r) => `${r.hex(r.pick([32, 40, 64]))}  ${word(r)}/${word(r)}-${version(r)}.tar.gz`,
  (r) => Array.from({ length: 4 }, () => r.of(base64, 76)).join("\n"),
  (r) =>
    `${two(r.below(99))}${r.hex(6)}: ${Array.from({ length: 8 }, () => r.hex(4)).join(" ")}  ${r.of(`${alphanumeric}....`, 16)}`,
  (r) => `${r.of("01234567", 7)} ${Array.from({ length: 8 }, () => r.of("01234567", 6)).join(" ")}`,
  (r) =>
    `.${word(r)}-${word(r)} { margin: ${r.below(40)}px ${float(r)}rem; color: #${r.hex(6)}; background: rgba(${r.below(256)}, ${r.below(256)}, ${r.below(256)}, 0.${r.below(10)}); z-index: ${r.digits(5)}; transition: all ${float(r)}s }`,
  (r) =>
    `  const ${camel(r)} = await this.${word(r)}.${camel(r)}(${r.digits(3)}, { ${word(r)}: ${float(r)}, ${word(r)}: "${camel(r)}" }); // ${date(r)}`,
  (r) =>
    `    self.${word(r)} = np.${r.pick(["array", "zeros", "linspace"])}([${Array.from({ length: 6 }, () => float(r)).join(", ")}], dtype=np.float${r.pick(["32", "64"])}); return ${word(r)}.${word(r)}[${r.below(9)}::2]`,
  (r) =>
    `import com.example.${word(r)}.${camel(r)}; use std::${word(r)}::{${camel(r)}}; let ${word(r)}: u64 = 0x${r.hex(16)}; // ${r.pick(["face::add", "cafe::bad", "dead::beef", "abc::def"])}`,
  (r) =>
    `#${r.below(30)} 0x0000${r.hex(12)} in ${camel(r)} (${word(r)}=0x${r.hex(12)}, len=${r.digits(6)}) at ${word(r)}.c:${r.digits(r.between(2, 4))}`,
  (r) =>
    `[${r.fill(" ####.######")}] usb ${r.below(9)}-${r.below(9)}: New USB device found, idVendor=${r.hex(4)}, idProduct=${r.hex(4)}, bcdDevice= ${r.below(9)}.${two(r.below(99))}, irq ${r.below(200)}`,
  (r) =>
    `@@ -${r.digits(3)},${r.below(9)} +${r.digits(3)},${r.below(9)} @@ index ${r.hex(7)}..${r.hex(7)} 100644\n-  "count": ${r.digits(8)},\n+${r.digits(r.between(4, 12))}\n+  timeout: ${r.digits(6)}`,
  (r) =>
    `Order #${r.fill(r.pick(["%##-%##-####", "####-####-####", "%###########", "??-#####-####", "%##-#######-#######"]))} shipped; tracking number ${r.fill(r.pick(["1Z***??##########", "%### #### #### #### #### ##", "??#########??"]))}; invoice ${r.fill("20##-######")}, SKU ${r.fill("???-#####-??")}`,
  (r) =>
    `ISBN 978-${r.below(10)}-${r.digits(3)}-${r.digits(5)}-${r.below(10)}, ISBN ${r.digits(9)}${r.pick(["X", "4"])}, ISSN ${r.digits(4)}-${r.digits(3)}${r.pick(["X", "1"])}, doi:10.${r.digits(4)}/${r.of(alphanumeric, 8)}.${r.digits(4)}, EAN ${r.digits(13)}, arXiv:${r.fill("2###.#####")}`,
  (r) =>
    `$${r.between(1, 999)},${r.digits(3)}.${r.digits(2)} (was EUR ${r.between(1, 99)}.${r.digits(3)},${r.digits(2)}), qty ${r.below(99)}, total ${r.digits(5)}.${r.digits(2)}, ${r.between(10, 99)} ${r.digits(3)} ${r.digits(3)} JPY, -${r.below(90)}%`,
  (r) =>
    `Windows 10.0.${r.digits(5)}.${r.digits(4)}; firmware v${r.below(9)}.${r.below(9)}.${r.below(99)}.${r.below(99)}; build ${version(r)}.${r.below(200)}; ${word(r)}@^${version(r)} ${word(r)}==${version(r)}.${r.below(9)} OpenSSL 3.0.${r.below(20)} GLIBC_2.${r.below(40)} v${version(r)}-rc.${r.below(9)}`,
  (r) => `${Array.from({ length: 8 }, () => r.digits(r.between(1, 9))).join(r.pick([",", "\t", ";", " "]))}`,
  (r) => `${Array.from({ length: 7 }, () => float(r)).join(r.pick([", ", " ", "\t"]))}`,
  (r) =>
    `INSERT INTO ${word(r)}s VALUES (${r.digits(9)}, '${camel(r)}', '${date(r)} ${clock(r)}', ${float(r)}, NULL, ${r.digits(16)}, '${r.hex(12)}', ${r.digits(10)});`,
  (r) =>
    `    image: registry/${word(r)}:${version(r)}@sha256:${r.hex(64)}\n    resources: { cpu: ${r.digits(3)}m, memory: ${r.digits(4)}Mi }\n    generation: ${r.digits(4)}\n    resourceVersion: "${r.digits(9)}"`,
  (r) =>
    `<path d="M${float(r)} ${float(r)}L${float(r)},${float(r)} ${float(r)},${float(r)}C${float(r)} ${float(r)} ${float(r)}-${float(r)}Z" fill="#${r.hex(3)}"/>`,
  (r) =>
    `arn:aws:iam::${r.digits(12)}:role/${camel(r)} i-0${r.hex(16)} vpc-${r.hex(8)} ami-0${r.hex(16)} etag="${r.hex(32)}-${r.below(90)}" x-request-id: ${uuid(r)}`,
  (r) =>
    `| ${word(r)} | ${float(r)} ms | ${r.digits(7)} ops/s | ±${float(r)}% | ${r.between(1, 99)} ${r.digits(3)} ${r.digits(3)} | ${date(r)} |`,
  (r) =>
    `## [${version(r)}] - ${date(r)}\n- ${r.pick(["Fix", "Add"])} ${camel(r)} (${r.hex(7)}), closes #${r.digits(4)}, see ${date(r)}-${word(r)}.md`,
  (r) =>
    `ssh-fingerprint MD5:${Array.from({ length: 16 }, () => r.hex(2)).join(":")} SHA256:${r.of(base64, 43)} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${r.of(base64, 43)}`,
  (r) =>
    `${r.between(1, 12)}/${r.between(1, 28)}/20${two(r.between(10, 26))} ${r.between(1, 12)}:${two(r.below(60))}:${two(r.below(60))} ${r.pick(["AM", "PM"])} Information ${r.digits(4)} None The ${word(r)} service entered the running state (0x${r.hex(8)}).`,
  (r) =>
    `x_{${r.below(99)}} = (${r.below(99)}) ${r.digits(4)}-${r.digits(4)} + \\frac{${r.digits(3)}}{${r.digits(4)}} - ${r.digits(3)}-${r.digits(3)} \\cdot 10^{${r.below(40)}}, f(${r.digits(2)}) = ${r.digits(9)}, [${r.digits(2)}] ${r.digits(8)}`,
  (r) =>
    `${r.of("ACGT", 60)} ${r.digits(3)} ${r.of("ACGT", 40)} 1. e4 e5 2. Nf3 Nc6 ${r.below(40)}. Qxd${r.below(9)}+ 0-1; 5'-${r.of("ACGU", 20)}-3'`,
  (r) =>
    `epoch ${epoch(r)} ns, uptime ${r.digits(7)}.${r.digits(2)}, pid ${r.digits(5)}, inode ${r.digits(9)}, size ${r.digits(10)}, blocks ${r.digits(8)}, uid ${r.digits(4)}, crc ${r.hex(8)}, mac OS build ${r.fill("2#?###")}`,
  (r) =>
    `${two(r.below(24))}:${two(r.below(60))}-${two(r.below(24))}:${two(r.below(60))}  Room ${r.below(12)}.${r.digits(2)}  Gate ${r.fill("?##")}  Flight ${r.fill("?? ####")}  Platform ${r.below(20)}  km ${float(r)}  ${r.fill("###-###")}  ${r.fill("## ## ##")}`,
  (r) =>
    `zip file of ${r.digits(6)} bytes, card layout ${r.digits(3)}x${r.digits(3)}, phone model ${r.fill("??-###?")}, license MIT 20${two(r.below(26))}, date format YYYY-MM-DD, bank conflicts: ${r.digits(5)}, routing table with ${r.digits(5)} entries, mobile breakpoint ${r.digits(4)}px, email queue length ${r.digits(5)}`,
  (r) =>
    `card ${r.fill("?-###")} in slot ${r.below(9)}; account balance ${r.digits(4)}.${r.digits(2)}; call stack depth ${r.digits(5)}; contact form ${version(r)}; cell ${r.fill("?##")}:${r.fill("?##")}; fax resolution ${r.digits(3)} dpi; address 0x${r.hex(8)}; driver ${version(r)}; phone screen ${r.digits(4)} x ${r.digits(4)}`,
  (r) =>
    `GET /${word(r)}/${r.hex(24)}/${r.of(alphanumeric, 22)} 304 ${word(r)}_${r.of(alphanumeric, 20)} task-${r.of(alphanumeric, 27)} ${r.of(base64, 20)}= cursor=${r.of(alphanumeric, 44)}`,
  (r) =>
    `Serial ${r.fill("?##??####")}, lot ${r.fill("######-##")}, part no. ${r.fill("###-##-####")}, model ${r.fill("??####-###")}, batch ${r.fill("##########")}, case ${r.fill("20##-?-#####")}, ticket ${r.fill("???-####")}, ref ${r.fill("##/####/##")}`,
];
