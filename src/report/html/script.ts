import { hash } from 'node:crypto'
import { ADVICE_SCRIPT } from './advice-script.ts'

/** Pictures to take away. */
const FIGURES_SCRIPT = `
  for (const figure of document.querySelectorAll('figure')) {
    const [svg, links] = [figure.querySelector('svg'), figure.querySelector('.downloads')]
    const link = make('a', { textContent: 'Picture (SVG)', download: links.firstChild.download.replace('.csv', '.svg') })
    // Made when it is asked for: the drawing stands in the page once.
    link.href = '#' + svg.id
    link.addEventListener('click', () => {
      const copy = svg.cloneNode(true)
      const style = document.createElementNS(svg.namespaceURI, 'style')
      style.textContent = document.querySelector('style').textContent.split('*, ::before')[0] +
        'svg { color: var(--ink); background: var(--surface); font-family: system-ui, sans-serif }'
      copy.prepend(style)
      link.href = URL.createObjectURL(new Blob([copy.outerHTML], { type: 'image/svg+xml' }))
    })
    links.append(link)
  }
`

/** Sorting and filtering of tables. It sets texts, never markup. */
const TABLES_SCRIPT = `
;(() => {
  const tables = [...document.querySelectorAll('.table table')].map((table) => ({
    table,
    rows: [...table.tBodies].flatMap((body) =>
      [...body.rows].filter((row) => !row.matches('.group')).map((row) => ({ row, body }))),
  }))

  const valueOf = (row, column) => {
    const cell = row.cells[column]
    if ('value' in cell.dataset) return Number(cell.dataset.value)
    return cell.matches('.number') || cell.textContent === '\u2013' ? null : cell.textContent
  }
  const compare = (a, b) => typeof a === 'number' && typeof b === 'number'
    ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true })
  const sort = ({ table, rows }, column, order) => {
    const [heads, first] = [[...table.tHead.rows[0].cells], table.tBodies[0]]
    for (const [index, head] of heads.entries())
      index === column && order !== null ? head.setAttribute('aria-sort', order) : head.removeAttribute('aria-sort')
    table.classList.toggle('sorted', order !== null)
    if (order === null) {
      for (const { row, body } of rows) body.append(row)
      return
    }
    const keyed = rows.map(({ row }) => ({ row, value: valueOf(row, column) }))
    const sign = order === 'ascending' ? 1 : -1
    keyed.sort((a, b) => a.value === null || b.value === null
      ? Number(a.value === null) - Number(b.value === null) : sign * compare(a.value, b.value))
    for (const { row } of keyed) first.append(row)
  }
  const NEXT = { ascending: 'descending', descending: null }
  const isSortable = ({ table, rows }) => rows.length > 2 && table.querySelector('[data-value], .state') !== null
  for (const each of tables.filter(isSortable))
    for (const [column, head] of [...each.table.tHead.rows[0].cells].entries()) {
      const button = make('button', { type: 'button', title: 'Sort: upwards, downwards, as it was' }, ...head.childNodes)
      button.addEventListener('click', () => {
        const now = head.getAttribute('aria-sort')
        sort(each, column, now === null ? 'ascending' : NEXT[now])
      })
      head.append(button)
    }

  const isOfStrategies = ({ table }) => table.tHead.textContent.trim().startsWith('Strategy')
  // Others stand in groups too, such as the handlers of one strategy.
  const groups = [...new Set(tables.filter(isOfStrategies).flatMap(({ rows }) => rows.flatMap(({ body }) => body.dataset.group ?? [])))]
  const grouped = tables.filter(({ rows }) => rows.some(({ body }) => groups.includes(body.dataset.group)))
  const place = grouped[0]?.table.closest('section')
  if (groups.length < 2 || !place) return
  const boxes = groups.map((group) => make('input', { type: 'checkbox', defaultChecked: true, value: group }))
  const text = make('input', { type: 'search', autocomplete: 'off', spellcheck: false })
  const status = make('output')
  const all = make('button', { type: 'reset', textContent: 'Show all' })
  const form = make('form', { className: 'filter' },
    make('fieldset', {}, make('legend', { textContent: 'Rows of tables' }),
      ...boxes.map((box) => make('label', {}, box, ' ' + box.value))),
    make('label', {}, 'Name contains ', text), all, status)
  const filter = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value))
    const part = text.value.trim().toLowerCase()
    const [shown, known] = [new Set(), new Set()]
    for (const { table, rows } of grouped) {
      // Others have several rows for one, such as its operations.
      const counts = isOfStrategies({ table })
      for (const { row, body } of rows) {
        const name = row.cells[0].textContent
        row.hidden = !wanted.has(body.dataset.group) || !name.toLowerCase().includes(part)
        if (counts) known.add(name)
        if (counts && !row.hidden) shown.add(name)
      }
      for (const body of table.tBodies) {
        const heading = body.querySelector('.group')
        if (heading) heading.hidden = rows.every((each) => each.body !== body || each.row.hidden)
      }
    }
    const isWhole = shown.size === known.size
    const why = [...(wanted.size < groups.length ? [[...wanted].join(', ') || 'no group'] : []),
      ...(part === '' ? [] : ['name contains \u201c' + text.value.trim() + '\u201d'])]
    status.textContent = shown.size + ' of ' + known.size + ' strategies in tables' + (isWhole ? '' : ': ' + why.join('; '))
    form.classList.toggle('active', !isWhole)
  }
  form.addEventListener('input', filter)
  form.addEventListener('reset', () => setTimeout(filter))
  form.addEventListener('submit', (event) => event.preventDefault())
  place.before(form)
  filter()
})()
`

/**
 * For whoever lets scripts run: the page is complete without. What it adds to the page it makes itself, so that without it nothing
 * is there that does not work.
 */
export const SCRIPT = `
(() => {
  'use strict'
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties)
    element.append(...children)
    return element
  }
  ${FIGURES_SCRIPT}
  ${TABLES_SCRIPT}
  ${ADVICE_SCRIPT}
})()
`

/** The one script that the page's policy lets run. */
export const SCRIPT_HASH = `sha256-${hash('sha256', SCRIPT, 'base64')}`
