/**
 * The sections of an AWS configuration file, by name (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html): keys in lower
 * case. Settings of settings, which are indented, are passed over.
 */
export function iniFile(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const head = /^\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (head !== undefined) {
      const name = head.replace(/\s+/g, " ").replace(/^(\S+) "(.*)"$/, "$1 $2");
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const [, key, value] = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) section?.set(key.toLowerCase(), value.replace(/\s+[#;].*$/, ""));
  }
  return sections;
}
