// @hey-api/openapi-ts: ECMAScript modules, as Node runs them.
export default {
  output: { path: "generated/hey_api", module: { extension: ".js" } },
  logs: { file: false },
};
