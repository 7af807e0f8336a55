// Fails the build when the page's first load of script grows beyond its budget, gzipped.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const budgetBytes = 200_000;
const folder = "dist/app/assets";
const sizes = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => gzipSync(readFileSync(join(folder, name))).length);
const total = sizes.reduce((sum, size) => sum + size, 0);
process.stdout.write(`script: ${total} of ${budgetBytes} bytes, gzipped\n`);
if (total > budgetBytes) process.exit(1);
