/**
 * The Messages API has no tools with free text as input, and forms of output that it cannot promise are asked for with a tool that the
 * model must call. Both go out as tools with names of their own, by which their calls are known again in any reply.
 */
const customPrefix = "sluice_custom_";

/** The tool whose input is the reply itself. */
export const outputTool = "sluice_structured_output";

/** The name under which a custom tool goes out. */
export const customName = (name: string): string => customPrefix + name;

/** The custom tool's own name; undefined: it is none. */
export function customToolOf(name: string): string | undefined {
  return name.startsWith(customPrefix) ? name.slice(customPrefix.length) : undefined;
}

/** The only member of a custom tool's input. */
export const customInput = "input";
