import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Monaco brings an old DOMPurify with it, and asks for it by a relative path. */
const currentDomPurify = {
  name: "current-dompurify",
  enforce: "pre",
  resolveId: (source, importer) =>
    /\/dompurify\/dompurify(\.js)?$/.test(source) && importer?.includes("monaco-editor")
      ? fileURLToPath(new URL("src/dompurify.js", import.meta.url))
      : null,
};

export default defineConfig({
  base: "./", // wherever STATIC_URL puts the files
  logLevel: "warn",
  plugins: [currentDomPurify],
  build: {
    outDir: "../static/project/graphiql",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy allows no data: addresses
    chunkSizeWarningLimit: 10_000,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "src/main.jsx",
      checks: { moduleLevelDirective: false }, // "use client" means nothing here
      output: {
        entryFileNames: "graphiql.js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: ({ names }) =>
          names.includes("style.css") ? "graphiql.css" : "assets/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
});
