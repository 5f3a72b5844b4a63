import type { Facts } from '../../advice/facts/facts.ts'
import { escapeHtml } from './escape.ts'

/** For an attribute in single quotes: JSON is full of the others, which would take six characters each. */
const jsonAttribute = (value: unknown): string => escapeHtml(JSON.stringify(value)).replaceAll('&quot;', '"')

/** Where the script puts the selector. Without scripts it is the command that does the same. */
export const adviceHtml = (facts: Facts, command: string): string =>
  `<div class="advice" data-facts='${jsonAttribute(facts)}'><p class="muted">For what you need: <code>${escapeHtml(command)}</code></p></div>`

export const ADVICE_STYLE = `
.advice form { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 0.5rem 1rem; align-items: end; margin: 0.5rem 0 }
.advice label { display: block; font-size: 0.875rem; color: var(--muted) }
.advice :is(input:not([type=checkbox]), select) { display: block; width: 100%; font: inherit; font-size: 1rem; color: var(--ink);
  background: var(--surface); border: 1px solid var(--muted); border-radius: 4px; padding: 0.15rem 0.5rem; min-height: 2rem }
.advice [aria-invalid=true] { border-color: var(--bad) }
.advice .problem { display: block; color: var(--bad) }
.advice button { font: inherit; color: inherit; background: none; border: 1px solid var(--muted); border-radius: 4px; padding: 0.3rem 0.75rem; cursor: pointer; justify-self: start }
.advice :is(input, select, button):focus-visible { outline: 2px solid var(--stateless); outline-offset: 2px }
.advice output { display: block; font-weight: 600; margin: 0.5rem 0 }
.advice .named { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 0 1.5rem }
.advice .named > article { border-top: 3px solid var(--good); padding: 0.25rem 0 1rem; overflow-wrap: anywhere }
.advice .named h3, .advice .named p { margin: 0.25rem 0; font-size: 0.9375rem; line-height: 1.35 }
.advice > p { margin: 0.25rem 0 }
.advice .named h4 { font-size: 0.8125rem; margin: 0.4rem 0 0; color: var(--muted) }
.advice .named dl { margin: 0; font-size: 0.875rem; display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); gap: 0.1rem 0.5rem; line-height: 1.35 }
.advice dt { color: var(--muted) } .advice dd { margin: 0 }
.advice .others { list-style: none; padding: 0; max-width: 60rem; font-size: 0.9375rem }
.advice .others li { margin: 0.35rem 0; overflow-wrap: anywhere }
.advice .out { color: var(--muted) } .advice .out b { font-weight: 400; color: var(--ink) }
svg .dim { opacity: 0.3 }
@media print { .advice form { display: none } }
`
