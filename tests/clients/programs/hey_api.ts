// Asks the questions of ../test_clients.py with the client made by @hey-api/openapi-ts; prints the answers.

import { client } from "./generated/hey_api/client.gen.js";
import {
  agreementsList,
  eventsList,
  eventsRevisions,
  peopleList,
  peopleRetrieve,
  type Problem,
  statementsList,
  statesRetrieve,
} from "./generated/hey_api/index.js";

declare const process: { argv: string[] };

client.setConfig({ baseUrl: process.argv[2] ?? "" });
const answers: Record<string, { status: number | undefined; body: unknown }> = {};

function keep<T extends { response?: Response; data?: unknown; error?: unknown }>(name: string, answer: T): T {
  answers[name] = { status: answer.response?.status, body: answer.data ?? answer.error };
  return answer;
}

const events = keep("list", await eventsList());
keep("two_values", await eventsList({ query: { state: ["PK", "IN"] } }));
keep("two_words", await eventsList({ query: { status: ["occurred", "alleged"] } }));
keep("one", await statesRetrieve({ path: { ref: "PK" } }));
keep("revisions", await eventsRevisions({ path: { ref: "rubio-dar-call" } }));
keep("days", await eventsList({ query: { date_after: "2025-05-01", date_before: "2025-05-31" } }));
const query = { page_size: 2, ordering: "label" } as const;
const page = keep("first_page", await peopleList({ query }));
const cursor = new URL(page.data?.next ?? "").searchParams.get("cursor") ?? "";
keep("second_page", await peopleList({ query: { ...query, cursor } }));
keep("fields", await statementsList({ query: { fields: ["id", "label"], page_size: 3 } }));
keep("without_total", await agreementsList({ query: { count: "none" } }));
const refused = keep("problem", await eventsList({ query: { page_size: 0 } }));
const missing = keep("missing", await peopleRetrieve({ path: { ref: "nobody" } }));

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
  await eventsList({ query: { stat: ["PK"] } });
  // @ts-expect-error There is no such status.
  await eventsList({ query: { status: ["happened"] } });
  // @ts-expect-error There is no such field.
  events.data?.results.map((event) => event.name);
  // @ts-expect-error A date may be unknown.
  events.data?.results.map((event) => event.when.earliest);
  // @ts-expect-error There is no such code.
  if (refused.error?.code === "nonsense") return;
}
