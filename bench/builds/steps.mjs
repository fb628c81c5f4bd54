// In the place of rwsdk's build: the same one, which tells of its steps.
import { begin } from "./marks.mjs";

const { buildApp: theirs } = await import(new URL(import.meta.url).searchParams.get("theirs"));

// rwsdk names its passes over the worker; the other environments have one each.
const stepOf = ({ name }) => (name === "worker" ? process.env.RWSDK_BUILD_PASS : name);

export async function buildApp(given) {
  const { builder } = given;
  const { build } = builder;
  let step;
  const teller = { name: "bench:steps", renderStart: () => begin(`${step}: chunks`) };
  builder.build = (environment) => {
    step = stepOf(environment);
    begin(`${step}: modules`);
    if (!environment.plugins.includes(teller)) environment.plugins.push(teller);
    return build.call(builder, environment);
  };
  await theirs(given);
  begin("end");
}
