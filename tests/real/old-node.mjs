// Debian 12 brings node 18. oidc-provider 9 asks for three things that came later; with them it runs there
// too, and the tests need no runtime from elsewhere. Where the runtime has them, this file does nothing.
// It goes when Debian 12 does.
import * as crypto from 'node:crypto';
import { register } from 'node:module';

globalThis.crypto ??= crypto.webcrypto;

URL.parse ??= (text, base) => {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
};

// A built-in module cannot be given a new export, so whoever imports node:crypto from now on gets it wrapped.
const module = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
if (!crypto.hash) {
  const wrapped = module(`
    import { createHash } from 'node:crypto';
    export * from 'node:crypto';
    export const hash = (name, data, encoding = 'hex') => createHash(name).update(data).digest(encoding);`);
  register(module(`
    export const resolve = (name, context, next) =>
      name === 'node:crypto' && context.parentURL.includes('/oidc-provider/')
        ? { url: ${JSON.stringify(wrapped)}, shortCircuit: true }
        : next(name, context);`));
}
