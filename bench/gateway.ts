// Sluice as a measured process: the whole gateway with logging on, in front of the upstream whose base URL is the first argument.

import { loadConfig } from "../src/config/load.ts";
import { createGateway } from "../src/gateway.ts";
import { answerMeasurements } from "./measurements.ts";

const [baseUrl = ""] = process.argv.slice(2);
const config = await loadConfig({
  env: {
    SLUICE_CONFIG_JSON: JSON.stringify({
      server: { listen: ["127.0.0.1:0"], admin: "off" },
      providers: { up: { type: "openai-compatible", baseUrl, apiKey: "none" } },
      pipeline: { use: ["logging"] },
    }),
  },
});
const gateway = await createGateway(config);
const [listener] = await gateway.listen();
process.send?.({ port: Number(listener?.address.split(":").at(-1)) });
answerMeasurements();
process.once("SIGTERM", () => void gateway.close(0).then(() => process.exit(0)));
