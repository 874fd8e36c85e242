import { webcrypto } from "node:crypto";

// Browsers have it, and so has Node from 19 on.
if (!("crypto" in globalThis)) Object.defineProperty(globalThis, "crypto", { value: webcrypto });
