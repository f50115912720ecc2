// The first rotation of the README, by the types that openapi-typescript makes of the API's description.
// `node first_rotation.js ADDRESS < document of the site`; the key is in ROTATOR_API_KEY. Prints the end of the rotation.

import createClient from "openapi-fetch";
import type { components, paths } from "./rotator.js";

declare const process: {
  argv: string[];
  env: Record<string, string | undefined>;
  exit(code: number): never;
  stdin: AsyncIterable<unknown>;
};

type Schemas = components["schemas"];
type Answer<Content> = { data?: Content; error?: Schemas["Problem"]; response: Response };

const key = process.env["ROTATOR_API_KEY"] ?? "";
const client = createClient<paths>({ baseUrl: process.argv[2] ?? "", headers: { Authorization: `Bearer ${key}` } });

function good<Content>(answer: Answer<Content>): Content {
  if (answer.data === undefined) {
    console.error("refused:", answer.response.status, answer.error?.type, answer.error?.detail, answer.error?.remedy);
    process.exit(1);
  }
  return answer.data;
}

let text = "";
for await (const part of process.stdin) text += String(part);
const document = JSON.parse(text) as Schemas["SiteDocument"];

const site = good(await client.POST("/v1/sites", { body: { ...document, access: "rest" } }));
if (site.access !== "rest") throw new Error("the site has REST");
if (!site.rest_url.startsWith("https://")) throw new Error("the address is shown");
const made = good(await client.POST("/v1/certificates/self-signed", { body: { names: ["127.0.0.1"], days: 3650 } }));
const plan = good(
  await client.POST("/v1/plans", {
    body: { site_id: site.id, certificates: { "*": made.certificate.id }, trusted_networks: ["10.0.0.0/16"] },
  }),
);
if (!("hash" in plan)) throw new Error("the survey takes longer than the request waits");
let rotation: Schemas["RotationShown"] = good(
  await client.POST("/v1/rotations", {
    params: { header: { "Idempotency-Key": `by-${site.id}` } },
    body: { plan_id: plan.id, plan_hash: plan.hash, why: "it expires in May" },
  }),
);
const path = { rotation_id: rotation.id };
while (rotation.status === "running") {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  rotation = good(await client.GET("/v1/rotations/{rotation_id}", { params: { path } }));
}
const events = good(
  await client.GET("/v1/rotations/{rotation_id}/events", { params: { path, query: { limit: 1000 } } }),
).items;
const clients = good(await client.GET("/v1/rotations/{rotation_id}/clients", { params: { path } })).items;
const last = events[events.length - 1]?.kind;
console.log(JSON.stringify({ status: rotation.status, last, clients: clients.length, site: site.id }));
