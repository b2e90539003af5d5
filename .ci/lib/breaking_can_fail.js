// The check of breaking changes names what a careless hand would do: each copy is spoilt once.
'use strict';
const fs = require('node:fs');
const { changes } = require('./breaking.js');

const text = fs.readFileSync(process.argv[2], 'utf8');
const read = () => JSON.parse(text);
const schemas = (document) => document.components.schemas;

const cases = [
  ['a member of an answer is removed', (d) => delete schemas(d).InvoiceView.properties.payment_url, /get_invoice 200\/payment_url/],
  ['a member of an event is removed', (d) => delete schemas(d).ReminderView.properties.template, /event reminder\.sent\/data\/object\/template/],
  ['an operation is removed', (d) => delete d.paths['/v1/holds'].get, /v1\/holds\/get/],
  ['an event is removed', (d) => delete d.webhooks['invoice.paid'], /event invoice\.paid/],
  ['a request needs a new member', (d) => schemas(d).HoldInput.required.push('until_on'), /holds/],
  ['a parameter becomes required', (d) => { d.paths['/v1/invoices'].get.parameters.find((p) => p.name === 'status').required = true; }, /v1\/invoices\/get/],
  ['a bound narrows', (d) => { schemas(d).RotateBody.properties.overlap_hours.maximum = 24; }, /rotate_secret/],
];

let failed = 0;
for (const [name, spoil, expected] of cases) {
  const spoilt = read();
  spoil(spoilt);
  const lines = [...changes(read(), spoilt).values()];
  const named = lines.some((line) => expected.test(line));
  if (!named) failed += 1;
  console.log(`${named ? 'named' : 'MISSED'}: ${name}${named ? '' : ` (${lines.slice(0, 5).join(' · ') || 'nothing found'})`}`);
}
const none = [...changes(read(), read())];
if (none.length) failed += 1;
console.log(`${none.length} changes between equal documents`);
process.exit(failed ? 1 : 0);
