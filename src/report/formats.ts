/** Ids of the report formats, in the order of `--help`. */
export const FORMATS = ['terminal', 'markdown', 'summary', 'html', 'json', 'csv'] as const
export type FormatId = (typeof FORMATS)[number]
