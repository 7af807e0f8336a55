import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** GraphiQL with its editor workers, as a bundle of its own, served at /playground. */
export default defineConfig({
  root: "playground",
  base: "/playground/",
  plugins: [react()],
  worker: { format: "es" },
  build: {
    outDir: "../dist/playground",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      // GraphiQL's "use no memo" speaks to a compiler that is not used here.
      onLog: (level, log, report) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
});
