/** Ids of the report formats, in the order of `--help`. */
export const FORMATS = [
  'terminal',
  'markdown',
  'summary',
  'html',
  'json',
  'csv',
  'github-benchmark-smaller',
  'github-benchmark-bigger',
  'bmf',
  'benchfmt',
  'junit',
  'openmetrics',
] as const
export type FormatId = (typeof FORMATS)[number]
