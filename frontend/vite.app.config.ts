import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8000";

/** The single-page app. `npm run dev` talks to a running product's gateway. */
export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist/app", emptyOutDir: true, target: "es2022" },
  server: { host: "127.0.0.1", proxy: { "/graphql": { target: gateway, ws: true } } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
  },
});
