// DOMPurify with the exports that Monaco's own copy has; see vite.config.js.

import purify from "dompurify";

export default purify;
export const {
  version,
  isSupported,
  sanitize,
  setConfig,
  clearConfig,
  isValidAttribute,
  addHook,
  removeHook,
  removeHooks,
  removeAllHooks,
} = purify;
