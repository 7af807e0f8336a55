// Reads schema.graphql and each operation under src, writes src/graph/generated.ts.
// With --check it writes nothing and fails when the file is not what it would write.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, introspectionFromSchema, parse } from "graphql";

const output = "src/graph/generated.ts";
const header =
  "// Made by `npm run codegen` from schema.graphql and the operations under src.\n";

function documents(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".graphql"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((location) => ({ location, document: parse(readFileSync(location, "utf8")) }));
}

/** What a normalised cache must know of the schema: types and fields, without descriptions. */
function cacheSchema(schema) {
  const { queryType, mutationType, subscriptionType, types } = introspectionFromSchema(schema, {
    descriptions: false,
  }).__schema;
  const any = { kind: "SCALAR", name: "Any" };
  const kept = { SCALAR: null, ENUM: null, INPUT_OBJECT: null };
  const simplified = (type) => {
    if (type.kind === "NON_NULL" || type.kind === "LIST") {
      return { kind: type.kind, ofType: simplified(type.ofType) };
    }
    return type.kind in kept ? any : { kind: type.kind, name: type.name };
  };
  const field = ({ name, type, args }) => ({
    name,
    type: simplified(type),
    args: args.map((argument) => ({ name: argument.name, type: any })),
  });
  const composite = ({ kind, name, fields, interfaces, possibleTypes }) => ({
    kind,
    name,
    ...(fields && { fields: fields.map(field) }),
    ...(interfaces && { interfaces: interfaces.map((one) => ({ kind: one.kind, name: one.name })) }),
    ...(possibleTypes && {
      possibleTypes: possibleTypes.map((one) => ({ kind: one.kind, name: one.name })),
    }),
  });
  const used = types.filter((type) => !(type.kind in kept) && !type.name.startsWith("__"));
  return {
    __schema: { queryType, mutationType, subscriptionType, types: [...used.map(composite), any] },
  };
}

const text = readFileSync("schema.graphql", "utf8");
const schema = buildSchema(text);
const typed = await codegen({
  filename: output,
  schema: parse(text),
  documents: documents("src"),
  config: {
    scalars: { MinorUnits: "string", DateTime: "string", ID: "string" },
    strictScalars: true,
    enumsAsTypes: true,
    useTypeImports: true,
    avoidOptionals: { field: true },
  },
  plugins: [{ operations: {} }, { typedDocuments: {} }],
  pluginMap: { operations, typedDocuments },
});
const cache = `export const cacheSchema = ${JSON.stringify(cacheSchema(schema))} as const;\n`;
const written = `${header}${typed}\n${cache}`;

if (!process.argv.includes("--check")) {
  writeFileSync(output, written);
} else if (readFileSync(output, "utf8") !== written) {
  process.stderr.write(`${output} is not current: run \`npm run codegen\`\n`);
  process.exit(1);
}
