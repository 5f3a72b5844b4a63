/**
 * Colours of page and charts. The states are told apart by Okabe and Ito's colours, which stay apart for
 * readers with any common colour blindness; text on the surface has a contrast of at least 4.5.
 */
export const THEME = `
:root { color-scheme: light dark;
  --surface: #ffffff; --raised: #f6f7f9; --line: #d9dde3; --ink: #1c2430; --muted: #586272;
  --good: #0b6e4f; --bad: #b3261e; --warn: #8a5300;
  --none: #7b8494; --stateless: #0072b2; --stateful: #d55e00; --hybrid: #a8467f; --unknown: #7a6a00;
  --part-http: #7b8494; --part-verify: #009e73; --part-client: #56b4e9; --part-redis: #d55e00; --part-auth: #a8467f }
@media (prefers-color-scheme: dark) { :root {
  --surface: #14181f; --raised: #1c222c; --line: #343d4b; --ink: #e6e9ee; --muted: #a3adbc;
  --good: #5ecb9e; --bad: #ff8a80; --warn: #f0b35a;
  --none: #8d97a7; --stateless: #56b4e9; --stateful: #e69f00; --hybrid: #cc79a7; --unknown: #d6c846;
  --part-http: #8d97a7; --part-verify: #2fc79a; --part-client: #0072b2; --part-redis: #e69f00; --part-auth: #cc79a7 } }
@media print { :root { color-scheme: light;
  --surface: #ffffff; --raised: #ffffff; --line: #bbbbbb; --ink: #000000; --muted: #444444;
  --good: #0b6e4f; --bad: #b3261e; --warn: #8a5300;
  --none: #7b8494; --stateless: #0072b2; --stateful: #d55e00; --hybrid: #a8467f; --unknown: #7a6a00;
  --part-http: #7b8494; --part-verify: #009e73; --part-client: #56b4e9; --part-redis: #d55e00; --part-auth: #a8467f } }`
