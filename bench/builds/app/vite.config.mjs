import { cloudflare } from "@cloudflare/vite-plugin";
import { defineConfig } from "vite";
import { redwood } from "rwsdk/vite";

export default defineConfig({
  plugins: [cloudflare({ viteEnvironment: { name: "worker" } }), redwood()],
  environments: { worker: { build: { rolldownOptions: { shimMissingExports: true } } } },
});
