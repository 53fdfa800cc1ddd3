import type { Recognizer } from "../recognizer.ts";

const schemes = [
  "postgres(?:ql)?|mysql2?|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|couchdb|neo4j|bolt",
  "nats|kafka|ldaps?|smtps?|imaps?|ftps?|sftp|ssh|https?|git|mqtts?|elasticsearch|cassandra|snowflake",
].join("|");

/** What stands for a password where one is to be filled in. */
const placeholder = /^(?:[$%{<[].*|\*+|x+|\.+|(?:your[-_]?)?pass(?:word|wd)?|pwd|secret)$/i;

/**
 * Addresses of services with a password in them (RFC 3986, section 3.2.1: `scheme://user:password@host`), and the `Password=` of
 * connection strings of pairs (ADO.NET, ODBC) behind a server or a user. What is to be filled in is none.
 */
export const connectionString: Recognizer = {
  entity: "CONNECTION_STRING",
  patterns: [
    {
      pattern: `(?<![A-Za-z0-9])(?i:(?:${schemes})(?:\\+[a-z0-9]{2,12})?)://[^\\s:/?#@"'\`<>]{0,64}:[^\\s@/"'\`<>]{1,128}@[^\\s"'\`<>,;)\\]}]+`,
      maxSpan: 1024,
      score: 0.9,
      check: ({ text }) => (placeholder.test(/:\/\/[^:]*:([^@]*)@/.exec(text)?.[1] ?? "") ? false : undefined),
    },
    {
      pattern: "(?<![A-Za-z0-9])(?i:password|pwd) ?= ?[^;\\s\"'`<>]{3,128}",
      score: 0.2,
      scoreInContext: 0.9,
      check: ({ text }) => (placeholder.test(text.slice(text.indexOf("=") + 1).trim()) ? false : undefined),
    },
  ],
  inContext: (before) =>
    /(?:^|[\s;"'])(?:server|data source|host|uid|user id|user|username|database|initial catalog)\s?=[^;\n]{1,60};[^\n]{0,60}$/i.test(
      before,
    ),
};
