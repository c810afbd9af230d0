// Asks the questions of ../test_clients.py with types by openapi-typescript; prints the answers.

import createClient from "openapi-fetch";

import type { components, paths } from "./generated/openapi_fetch.js";

type Problem = components["schemas"]["Problem"];

declare const process: { argv: string[] };

// Lists and documents come in other formats too: this client asks for JSON.
const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: process.argv[2] ?? "" });
const answers: Record<string, { status: number; body: unknown }> = {};

function keep<T extends { response: Response; data?: unknown; error?: unknown }>(name: string, answer: T): T {
  answers[name] = { status: answer.response.status, body: answer.data ?? answer.error };
  return answer;
}

const events = keep("list", await client.GET("/api/v1/events/"));
keep("two_values", await client.GET("/api/v1/events/", { params: { query: { state: ["PK", "IN"] } } }));
keep(
  "two_words",
  await client.GET("/api/v1/events/", { params: { query: { status: ["occurred", "alleged"] } } }),
);
keep("one", await client.GET("/api/v1/states/{ref}/", { params: { path: { ref: "PK" } } }));
keep(
  "revisions",
  await client.GET("/api/v1/events/{ref}/revisions/", { params: { path: { ref: "rubio-dar-call" } } }),
);
keep(
  "days",
  await client.GET("/api/v1/events/", {
    params: { query: { date_after: "2025-05-01", date_before: "2025-05-31" } },
  }),
);
const query = { page_size: 2, ordering: "label" } as const;
const page = keep("first_page", await client.GET("/api/v1/people/", { params: { query } }));
const cursor = new URL(page.data?.next ?? "").searchParams.get("cursor") ?? "";
keep("second_page", await client.GET("/api/v1/people/", { params: { query: { ...query, cursor } } }));
keep(
  "fields",
  await client.GET("/api/v1/statements/", { params: { query: { fields: ["id", "label"], page_size: 3 } } }),
);
keep("without_total", await client.GET("/api/v1/agreements/", { params: { query: { count: "none" } } }));
const refused = keep("problem", await client.GET("/api/v1/events/", { params: { query: { page_size: 0 } } }));
const missing = keep("missing", await client.GET("/api/v1/people/{ref}/", { params: { path: { ref: "nobody" } } }));

// What the types say of the answers.
const typed = {
  events: events.data?.results.map((event) => ({
    title: event.title,
    status: event.status,
    earliest: event.when?.earliest ?? null,
    participants: event.participations.map((each) => each.participant?.label ?? null),
  })),
  total: page.data?.total?.value,
  faults: refused.error?.errors.map((fault) => [fault.code, fault.parameter]),
  problems: [refused.error, missing.error].map((problem: Problem | undefined) => problem?.code),
};
console.log(JSON.stringify({ answers, typed }));

// What the types refuse: tsc fails where one of these is allowed.
export async function wrong(): Promise<void> {
  // @ts-expect-error There is no such parameter.
  await client.GET("/api/v1/events/", { params: { query: { stat: ["PK"] } } });
  // @ts-expect-error There is no such status.
  await client.GET("/api/v1/events/", { params: { query: { status: ["happened"] } } });
  // @ts-expect-error There is no such field.
  events.data?.results.map((event) => event.name);
  // @ts-expect-error A date may be unknown.
  events.data?.results.map((event) => event.when.earliest);
  // @ts-expect-error There is no such code.
  if (refused.error?.code === "nonsense") return;
}
