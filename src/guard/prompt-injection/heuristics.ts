/** What an attempt at a prompt injection is about. */
export type InjectionCategory = (typeof injectionCategories)[number];

/** The categories, as findings are called. */
export const injectionCategories = [
  "INSTRUCTION_OVERRIDE",
  "PROMPT_EXTRACTION",
  "JAILBREAK",
  "ROLE_TAG",
  "ENCODED_PAYLOAD",
  "EXFILTRATION",
] as const;

/** A way of putting an injection. */
export interface Heuristic {
  readonly category: InjectionCategory;
  /** How likely a text is an injection that has it, 0 to 1. */
  readonly weight: number;
  /** In the syntax of pattern-parser.ts, over text in lower case without accents. */
  readonly pattern: string;
}

const between = "[\\s,.;:\"'*_()-]";
const what =
  "(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|guidance|commands?|messages?|context|constraints?|orders?|training|policies)";
const which =
  "(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|existing|current|system|developer|safety|given)";
const drop = "(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|drop|erase|dismiss|abandon)";
const tell =
  "(?:reveal|show|print|repeat|output|display|tell|give|leak|share|write|copy|return|expose|dump|recite|list|disclose|paste|provide|translate|encode|summari[sz]e|spell|type)";
const data = "(?:conversation|chat|history|secrets?|api keys?|keys?|tokens?|passwords?|credentials?|prompt|emails in)";
const free =
  "(?:restrictions?|rules|filters?|limits?|limitations?|censorship|guidelines?|morals?|ethics|ethical guidelines?|content polic(?:y|ies)|safety)";

/** Heuristics: a space stands for white space or punctuation, as people and machines put it. */
const written: readonly Heuristic[] = [
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern: `${drop} (?:(?:all|any|every|each|the|your|my|these|those|of|everything in) ){0,3}(?:${which} ){1,2}(?:and ${which} )?(?:\\w{1,12} )?${what}`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.8,
    pattern: `${drop} (?:everything|anything|all|what) (?:that )?(?:(?:you|i|we|they) (?:were|was|have|had|said|told|know|been|wrote)|above|before|so far|up to now)`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.75,
    pattern: `${drop} (?:all )?(?:of )?(?:your|the|its|those) (?:\\w{1,12} )?(?:${what}|programming|safeguards?|restrictions?)`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.7,
    pattern: `(?:do not|don t|dont|stop|cease|no longer) (?:follow|obey|adhere to|listen to|comply with)(?:ing)? (?:the |your |any |all ){0,2}(?:${which} )?${what}`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.6,
    pattern: `(?:your|here are the|these are the|following) (?:new|real|actual|true|updated) (?:instructions?|task|goal|role|objective|orders?|directives?)`,
  },
  { category: "INSTRUCTION_OVERRIDE", weight: 0.6, pattern: "new (?:system )?(?:instructions?|directives?|orders?|prompt):" },
  { category: "INSTRUCTION_OVERRIDE", weight: 0.4, pattern: "from now on you (?:will|are|must|shall|should|re|only|have to)" },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.7,
    pattern: `(?:${which} ){0,1}${what} (?:above |before |you were given )?(?:(?:is|are|was|were|have been) (?:now )?(?:void|fake|cancell?ed|revoked|obsolete|outdated|no longer valid|a test|suspended)|no longer (?:apply|applies|count))`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.75,
    pattern: `${drop} (?:all |everything |all of ){0,1}(?:the )?(?:above|preceding text|previous text|previous message) (?:and|instead|then|but)`,
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.5,
    pattern: "(?:do not|don t|dont|never) (?:tell|inform|mention this to|reveal this to|notify|alert|warn) (?:to )?the user",
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern:
      "(?:ignorier(?:e|en sie|t)|vergiss|vergessen sie|missachte) (?:alle |die |deine |ihre |samtliche ){0,2}(?:vorherigen|bisherigen|obigen|vorigen|fruheren|systemweiten) (?:anweisungen|instruktionen|befehle|regeln|vorgaben)",
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern:
      "(?:ignora|ignore|olvida|olvide) (?:todas )?(?:las |tus |sus )?(?:instrucciones|reglas|ordenes|indicaciones) (?:anteriores|previas|dadas)",
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern:
      "(?:ignore[zr]?|oublie[zr]?) (?:toutes )?(?:les |tes |vos )?(?:instructions|consignes|regles|directives) (?:precedentes|anterieures|ci dessus)",
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern: "(?:ignora|dimentica) (?:tutte )?(?:le )?(?:tue )?(?:istruzioni|regole) (?:precedenti|sopra)",
  },
  {
    category: "INSTRUCTION_OVERRIDE",
    weight: 0.9,
    pattern: "(?:ignore|ignora|esqueca) (?:todas )?(?:as )?(?:suas )?(?:instrucoes|regras|ordens) (?:anteriores|acima|previas)",
  },
  {
    category: "PROMPT_EXTRACTION",
    weight: 0.75,
    pattern: `${tell} (?:(?:me|us|out|back|to me|the|your|all|of|full|entire|exact|complete|hidden|secret|whole|verbatim|text|contents) ){0,5}(?:system|developer|initial|hidden|secret|original|internal|confidential|first) (?:prompt|instructions?|message|rules|directives?|configuration|guidelines)`,
  },
  {
    category: "PROMPT_EXTRACTION",
    weight: 0.7,
    pattern:
      "what (?:is|are|was|were|does|do|s) (?:in )?your (?:\\w{1,10} )?(?:system|initial|original|hidden|exact|secret|internal) (?:prompt|instructions?|rules|message)",
  },
  {
    category: "PROMPT_EXTRACTION",
    weight: 0.7,
    pattern:
      "(?:repeat|print|output|copy|write|recite|echo) (?:back )?(?:me )?(?:everything|all|all of the text|the text|the words|all text|all the words|the whole text|every word) (?:written |that (?:is|came|was) |you see )?(?:above|before|prior|starting|from the (?:start|beginning))",
  },
  {
    category: "PROMPT_EXTRACTION",
    weight: 0.5,
    pattern: "(?:starting|starts?|beginning|begins?) (?:with|from) (?:the (?:words|phrase) )?you are",
  },
  {
    category: "PROMPT_EXTRACTION",
    weight: 0.75,
    pattern: `(?:${tell}|summari[sz]e|translate|what are) (?:(?:me|us|to me|all|of|the|back|verbatim|out) ){0,3}(?:your|the) (?:instructions|guidelines|rules) (?:verbatim|word for word|you were given|you have been given|above|exactly)`,
  },
  {
    category: "JAILBREAK",
    weight: 0.8,
    pattern:
      "you (?:are|re|will be|become|act as) (?:now )?(?:going to be )?(?:an? |called |named )?(?:\\w{1,12} )?(?:dan|stan|jailbroken|unrestricted|uncensored|unfiltered|amoral|evilbot|freed|unshackled)",
  },
  { category: "JAILBREAK", weight: 0.8, pattern: "do anything now" },
  {
    category: "JAILBREAK",
    weight: 0.75,
    pattern:
      "(?:enable|activate|enter|switch (?:in)?to|turn on|go into|engage|unlock|simulate) (?:the |your |into )?(?:developer|dev|god|jailbreak|debug|admin|sudo|unrestricted|dan|maintenance|opposite|root) mode",
  },
  {
    category: "JAILBREAK",
    weight: 0.7,
    pattern: `(?:pretend|act|behave|role ?play|imagine|respond|answer|reply|speak)(?:ing)? (?:\\w{1,12} ){0,6}(?:without|no|free of|free from|ignoring) (?:any |all |your |the |of ){0,2}(?:\\w{1,12} ){0,2}${free}`,
  },
  {
    category: "JAILBREAK",
    weight: 0.6,
    pattern: `(?:you|ai|model|character|assistant) (?:\\w{1,12} ){0,3}(?:have|has|with|without|has got) (?:no|zero|any) (?:\\w{1,12} ){0,2}${free}`,
  },
  { category: "JAILBREAK", weight: 0.4, pattern: "(?:stay|remain|never break) (?:in )?character" },
  { category: "JAILBREAK", weight: 0.5, pattern: "(?:jailbreak|jailbroken|jailbreaking)" },
  {
    category: "JAILBREAK",
    weight: 0.7,
    pattern:
      "(?:disable|remove|turn off|switch off|lift|deactivate|suspend) (?:all )?(?:of )?your (?:\\w{1,12} ){0,2}(?:filters?|safeguards?|safety|restrictions?|guardrails?|censorship|moderation)",
  },
  {
    category: "ENCODED_PAYLOAD",
    weight: 0.75,
    pattern:
      "(?:decode|decrypt|unscramble|reverse) (?:\\w{1,12} ){0,4}(?:base ?64|rot ?13|hex|morse|string|text|message|cipher) (?:\\w{1,12} ){0,4}(?:and|then) (?:then )?(?:follow|execute|do|run|obey|carry out|comply|act)",
  },
  {
    category: "EXFILTRATION",
    weight: 0.8,
    pattern: `(?:send|post|upload|forward|e ?mail|exfiltrate|transmit|submit|leak|append|encode|embed|put) (?:\\w{1,12} ){0,5}${data} (?:\\w{1,12} ){0,5}(?:to|at|in|into|as) (?:\\w{1,12} ){0,4}(?:https?|url|link|webhook|server|query string|query parameter|attacker)`,
  },
];

/** Heuristics over signs, as they stand. */
const exact: readonly Heuristic[] = [
  {
    category: "ROLE_TAG",
    weight: 0.8,
    pattern:
      "<\\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|endofprompt)\\|>",
  },
  { category: "ROLE_TAG", weight: 0.8, pattern: "(?:\\[/?inst\\]|<</?sys>>)" },
  { category: "ROLE_TAG", weight: 0.7, pattern: "</?(?:system|system_prompt|system-prompt|instructions|developer|assistant)>" },
  {
    category: "ROLE_TAG",
    weight: 0.5,
    pattern: "#{2,4} {0,2}(?:system|new instructions?|system prompt|assistant|developer)(?![\\w])",
  },
  { category: "ROLE_TAG", weight: 0.4, pattern: '(?:^|(?<=[\\n>"]))[ ]{0,4}(?:system|developer) ?: {0,2}(?=[^\\s])' },
  {
    category: "ROLE_TAG",
    weight: 0.7,
    pattern: "(?:begin|start|end) (?:of )?(?:the )?(?:system|developer|admin) (?:prompt|message|instructions?|override)",
  },
  {
    category: "ROLE_TAG",
    weight: 0.7,
    pattern: "[\\[(<{]{1,2} ?(?:system|admin|developer|root) (?:message|override|notice|prompt|note)[:\\])>}]",
  },
  {
    category: "EXFILTRATION",
    weight: 0.5,
    pattern: "!\\[[^\\]\\n]{0,80}\\]\\(https?://[^)\\s]{1,200}[?&][^)\\s=]{1,30}=[^)\\s]{0,200}\\)",
  },
  {
    category: "EXFILTRATION",
    weight: 0.7,
    pattern:
      "https?://[^\\s<>{}\\[\\]]{1,150}[={/](?:\\{{1,2}|<|\\[|\\$\\{)[^\\s]{0,12}(?:data|conversation|secret|token|prompt|history|password|key|summary|chat)",
  },
];

/** Every heuristic, as patterns over text in lower case. */
export const heuristics: readonly Heuristic[] = [
  ...written.map((heuristic) => ({
    ...heuristic,
    pattern: `(?<![\\p{L}\\p{N}])${heuristic.pattern.replace(/ (\??)/g, (_, optional: string) => `${between}{${optional === "" ? 1 : 0},4}`)}`,
  })),
  ...exact,
];
